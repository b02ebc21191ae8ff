-- Names are unqualified: search_path picks the generation, such as inventory_g1.
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

create table inventory (
    id uuid primary key,
    version bigint not null,
    on_hand bigint not null,
    reserved bigint not null,
    changed_at timestamptz not null
);

-- The ledger: one row per event, with what it changed and how things stood then.
create table movements (
    product_id uuid not null,
    version bigint not null,
    -- received, adjusted, reserved, released
    kind text not null,
    on_hand_change bigint not null,
    reserved_change bigint not null,
    on_hand bigint not null,
    reserved bigint not null,
    order_id uuid,
    -- Why it was adjusted, or what it was received with.
    note text,
    actor text not null,
    at timestamptz not null,
    primary key (product_id, version)
);
