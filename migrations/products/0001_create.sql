-- Names are unqualified: search_path picks the generation, such as products_g1.
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
