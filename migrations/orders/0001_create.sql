-- Names are unqualified: search_path picks the generation, such as orders_g1.
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
