-- Names are unqualified: search_path picks the generation, such as products_g1.
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

create table products (
    id uuid primary key,
    version bigint not null,
    seller uuid not null,
    name text not null,
    description text,
    category text,
    price_amount bigint not null,
    price_currency text not null,
    images text[] not null,
    -- active or archived
    status text not null,
    listed_at timestamptz not null,
    changed_at timestamptz not null
);
create index products_newest on products (listed_at desc, id desc) where status = 'active';
create index products_by_price on products (price_amount, id) where status = 'active';
create index products_by_name on products (name, id) where status = 'active';
create index products_of_seller on products (seller, listed_at desc, id desc);
create index products_of_category on products (category) where status = 'active';

-- A table of its own, since stock belongs to another aggregate than the product of the same id.
create table stock (
    id uuid primary key,
    version bigint not null,
    on_hand bigint not null,
    reserved bigint not null
);

-- What the catalogue shows of a seller.
create table sellers (
    id uuid primary key,
    version bigint not null,
    shop_name text,
    opened_at timestamptz not null
);
