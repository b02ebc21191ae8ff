-- Names are unqualified: search_path picks the generation, such as subscriptions_g1.
create table subscriptions (
    id uuid primary key,
    -- The user, who is the aggregate too.
    owner uuid not null,
    -- Copied from the private record; none once it is removed.
    url text,
    -- What is told: order.placed, stock.ran_low, …
    kinds text[] not null,
    subscribed_at timestamptz not null,
    disabled_at timestamptz,
    -- failing, gone
    cause text,
    removed_at timestamptz
);
create index subscriptions_of_owner on subscriptions (owner, id) where removed_at is null;
