-- Beside the positions of the policies. Names are unqualified: search_path picks the schema.
-- How far the requests of operators have been taken over: the id of the last one in their stream. One row.
create table requests (last_id text not null);
insert into requests (last_id) values ('0-0');
