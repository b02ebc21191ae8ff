-- In the schema of every consumer. Names are unqualified: search_path picks the schema.
-- How far each consumer has got in each feed, and who works on it. Rows, applied versions and position change together.
create table positions (
    consumer text not null,
    category text not null,
    partition smallint not null,
    position bigint not null default 0,
    -- The event at the position, as <id>:<version>: when the log has another one there, it has diverged.
    last_event text,
    owner text,
    -- Raised whenever the owner changes, so that a former one can change nothing any more.
    token bigint not null default 0,
    expires_at timestamptz,
    primary key (consumer, category, partition)
);

-- Who works for a consumer at the moment, so that its feeds are spread evenly. A worker is gone when its time has passed.
create table workers (
    consumer text not null,
    owner text not null,
    expires_at timestamptz not null,
    primary key (consumer, owner)
);
