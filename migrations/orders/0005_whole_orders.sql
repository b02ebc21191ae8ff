-- What buyers, sellers and the marketplace's people are shown of an order, and what each of them may do. Rows from before
-- this was written down get what follows from them; a replay gives them the rest.
alter table orders
    -- The aggregate as the domain folds it: the data of its order.carried_forward, and the schema of that.
    add state jsonb not null default '{}',
    add state_schema integer not null default 1,
    add shipping_amount bigint not null default 0,
    add tax_amount bigint not null default 0,
    -- By when it is to be paid, once it is confirmed; when it was; when it is complete, once everything has arrived.
    add pay_by timestamptz,
    add paid_at timestamptz,
    add complete_by timestamptz,
    -- How often the buyer began to pay, and what the provider says of the last time: awaited, declined, paid or paid_late.
    add attempts bigint not null default 0,
    add last_answer text,
    add buyer_actions text[] not null default '{}',
    add support_actions text[] not null default '{}';
create index orders_of_status on orders (status, placed_at desc, id desc);

-- The part of each seller in an order.
create table order_sellers (
    order_id uuid not null,
    seller uuid not null,
    placed_at timestamptz not null,
    -- When anything changed that concerns this seller.
    changed_at timestamptz not null,
    -- As orders.status, of this seller's part: never partly_shipped.
    status text not null,
    -- What the seller's lines cost.
    amount bigint not null,
    currency text not null,
    paid_at timestamptz,
    tracking text,
    shipped_at timestamptz,
    delivered_at timestamptz,
    actions text[] not null default '{}',
    -- The numbers of the refunds that are for this seller's goods.
    refunds bigint[] not null default '{}',
    primary key (order_id, seller)
);
create index order_sellers_newest on order_sellers (seller, placed_at desc, order_id desc);
create index order_sellers_paid on order_sellers (seller, paid_at) where paid_at is not null;
create index order_sellers_to_ship on order_sellers (seller) where 'ship' = any (actions);

-- Units that came back.
create table returned_lines (
    order_id uuid not null,
    -- Of the return.
    number bigint not null,
    product_id uuid not null,
    seller uuid not null,
    quantity bigint not null,
    primary key (order_id, number, product_id)
);

alter table timeline
    -- How far the order was, and the parts of those whom it concerns.
    add status text not null default '',
    add sellers_status text,
    -- The sellers whom it concerns.
    add sellers uuid[] not null default '{}';

update orders o set
    state = jsonb_build_object(
        'status', status, 'buyer', buyer,
        'lines', (select jsonb_agg(jsonb_build_object(
                      'product', product_id, 'seller', seller, 'name', name, 'quantity', quantity,
                      'unit_price', jsonb_build_object('amount', unit_price, 'currency', o.currency)) order by line)
                  from order_lines where order_id = o.id),
        'total', jsonb_build_object('amount', total_amount, 'currency', currency)),
    buyer_actions = case status when 'pending' then '{cancel}'::text[] when 'confirmed' then '{pay,cancel}' else '{}' end,
    support_actions = case when status in ('pending', 'confirmed') then '{cancel}'::text[] else '{}' end;
insert into order_sellers (order_id, seller, placed_at, changed_at, status, amount, currency)
    select o.id, l.seller, o.placed_at, o.changed_at, o.status, sum(l.quantity * l.unit_price)::bigint, o.currency
    from orders o join order_lines l on l.order_id = o.id group by o.id, l.seller;
update timeline t set
    status = case kind when 'order.placed' then 'pending' else split_part(kind, '.', 2) end,
    sellers_status = case kind when 'order.placed' then 'pending' else split_part(kind, '.', 2) end,
    sellers = (select array_agg(distinct seller order by seller) from order_lines l where l.order_id = t.order_id);
