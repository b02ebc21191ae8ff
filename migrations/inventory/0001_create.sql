-- Names are unqualified: search_path picks the generation, such as inventory_g1.
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
