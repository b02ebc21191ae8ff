-- Names are unqualified: search_path picks the generation, such as users_g1.
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

-- The last event of each aggregate that its rows contain.
create table applied (
    category text not null,
    id uuid not null,
    version bigint not null,
    primary key (category, id)
);

create table users (
    id uuid primary key,
    version bigint not null,
    -- Copied from the user's private record, and gone with it.
    email text,
    username text,
    display_name text,
    shop_name text,
    roles text[] not null,
    registered_at timestamptz not null
);
create index users_newest on users (registered_at desc, id desc);
