-- What the buyer and the sellers of an order write to one another: a row per message.
create table messages (
    order_id uuid not null,
    -- From 1, in the order in which they were written.
    number bigint not null,
    author uuid not null,
    -- buyer, seller or support
    party text not null,
    -- Copied from the private record of the conversation, and gone with it.
    text text,
    at timestamptz not null,
    primary key (order_id, number)
);

-- Where orders go: a row for each that was placed with an address.
create table addresses (
    order_id uuid primary key,
    -- Copied from the private record of the order, and gone with it.
    ship_to jsonb
);
