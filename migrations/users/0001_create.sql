-- Names are unqualified: search_path picks the generation, such as users_g1.
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
