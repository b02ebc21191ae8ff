-- Names are unqualified: search_path picks the generation, such as orders_g1.
create table orders (
    id uuid primary key,
    version bigint not null,
    buyer uuid not null,
    -- pending, confirmed, rejected or cancelled
    status text not null,
    total_amount bigint not null,
    currency text not null,
    placed_at timestamptz not null,
    changed_at timestamptz not null
);
create index orders_newest on orders (placed_at desc, id desc);
create index orders_of_buyer on orders (buyer, placed_at desc, id desc);

create table order_lines (
    order_id uuid not null,
    line smallint not null,
    product_id uuid not null,
    seller uuid not null,
    name text not null,
    quantity bigint not null,
    unit_price bigint not null,
    primary key (order_id, line)
);
create index order_lines_of_seller on order_lines (seller, order_id);

create table timeline (
    order_id uuid not null,
    version bigint not null,
    -- The type of the event, such as order.placed.
    kind text not null,
    actor text not null,
    at timestamptz not null,
    -- What the event says beside the lines: the short lines of a rejection, the reason of a cancellation.
    detail jsonb,
    primary key (order_id, version)
);
