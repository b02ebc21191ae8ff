-- Names are unqualified: search_path picks the schema.
-- What those see of consumers who look into Postgres alone. How far each feed had come a moment ago: lag is counted to there.
create table heads (
    category text not null,
    partition smallint not null,
    position bigint not null,
    primary key (category, partition)
);

-- When that was. One row: whoever holds it looks.
create table sighted (at timestamptz not null);
insert into sighted (at) values ('epoch');

-- What consumers stand still over. A process says so once a second; what it has not said again for a while is of one that died.
create table faults (
    consumer text not null,
    owner text not null,
    fault text not null,
    since timestamptz not null,
    at timestamptz not null,
    primary key (consumer, owner)
);
