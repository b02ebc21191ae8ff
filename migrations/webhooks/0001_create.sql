-- Beside the positions of the consumer webhooks. Names are unqualified: search_path picks the schema, webhooks.
-- Whom to ask: an index of the active subscriptions. What each is told of, the log says whenever something is to be told.
create table subscribers (
    id uuid primary key,
    owner uuid not null,
    -- Of every seller's affairs, not only of its owner's.
    everything boolean not null,
    -- Since when it takes nothing, if it does not.
    failing_since timestamptz
);
create index subscribers_of_owner on subscribers (owner);

-- What is told to whom: one row per event and subscription, written with the position and sent afterwards.
create table deliveries (
    -- The webhook-id: the same whenever this is sent or made again.
    id text primary key,
    subscription uuid not null,
    owner uuid not null,
    -- The event that it is about.
    category text not null,
    aggregate uuid not null,
    version bigint not null,
    position bigint not null,
    -- What is told, as integrators know it, and the message itself.
    kind text not null,
    body text not null,
    made_at timestamptz not null default now(),
    -- due: to be sent at next_at, by whoever takes it over. delivered. dead: tried often enough, waits for a person.
    state text not null default 'due' check (state in ('due', 'delivered', 'dead')),
    attempts integer not null default 0,
    next_at timestamptz default now(),
    first_failed_at timestamptz,
    last_at timestamptz,
    -- What became of the last attempt: the status that was answered, or why there was none.
    response integer,
    error text,
    -- Who is sending it. Whoever has not settled it by next_at has died or is lost, and others send it again.
    lease uuid,
    -- Whether the stream of dead letters has its copy.
    reported boolean not null default false
);
create index deliveries_due on deliveries (subscription, next_at) where state = 'due';
create index deliveries_dead on deliveries (owner) where state = 'dead';
create index deliveries_of_subscription on deliveries (subscription, made_at desc, id desc);
create index deliveries_made on deliveries (made_at);
