-- Beside the positions of the archive. Names are unqualified: search_path picks the schema, archive.
-- Every event, unchanged. What lies before the first entry of a feed or of a stream is here alone.
create table events (
    category text not null,
    partition smallint not null,
    -- Its place in its feed.
    position bigint not null,
    id uuid not null,
    version bigint not null,
    type text not null,
    schema integer not null,
    at text not null,
    actor text not null,
    command text not null,
    trace text not null,
    data text not null,
    primary key (category, partition, position),
    unique (category, id, version)
);

-- What is known of each aggregate without reading its events.
create table aggregates (
    category text not null,
    id uuid not null,
    partition smallint not null,
    -- The last event that is archived.
    version bigint not null,
    -- The last of them that carries everything before it forward; 0 when there is none.
    carried bigint not null default 0,
    -- The last event that has left the stream; 0 when all are there.
    trimmed bigint not null default 0,
    -- The version at which it was found to be unfinished; 0 when nobody has looked.
    checked bigint not null default 0,
    -- The time of the last event, as it stands there: these texts sort as times.
    changed_at text collate "C" not null,
    primary key (category, id)
);
create index aggregates_to_trim on aggregates (category, partition) where carried > trimmed + 1;
create index aggregates_to_close on aggregates (category, partition, changed_at)
    where carried < version and checked < version;
