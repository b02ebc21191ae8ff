-- In every schema of a read model. Names are unqualified: search_path picks the schema.
-- The last event of each aggregate that its rows contain.
create table applied (
    category text not null,
    id uuid not null,
    version bigint not null,
    primary key (category, id)
);
