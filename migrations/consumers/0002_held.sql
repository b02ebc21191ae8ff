-- Names are unqualified: search_path picks the schema.
-- Aggregates with an event that fails by itself. Their rows, or what a policy made of them, stand before that event.
create table held (
    consumer text not null,
    category text not null,
    id uuid not null,
    partition smallint not null,
    -- The event that fails, and its place in the feed.
    version bigint not null,
    position bigint not null,
    type text not null,
    error text not null,
    -- What is to blame: the aggregate itself, or another one that cannot be read. Many causes at once trip the breaker.
    cause text not null,
    held_since timestamptz not null,
    -- How often the event was tried. It is tried again at retry_at; a dead letter, which has none, waits for an operator.
    attempts integer not null,
    retry_at timestamptz,
    first_failed_at timestamptz not null,
    last_failed_at timestamptz not null,
    -- Whether the stream of dead letters has its copy.
    reported boolean not null default false,
    -- An operator wants it tried again.
    retry_asked boolean not null default false,
    -- The event that an operator wants passed over, why, and who.
    discard bigint,
    reason text,
    actor text,
    primary key (consumer, category, id)
);
create index held_due on held (consumer, category, partition, retry_at);

-- The event that fails and all later ones of its aggregate, which wait behind it.
create table held_events (
    consumer text not null,
    category text not null,
    id uuid not null,
    version bigint not null,
    position bigint not null,
    type text not null,
    schema integer not null,
    at text not null,
    actor text not null,
    command text not null,
    trace text not null,
    data text not null,
    primary key (consumer, category, id, version)
);

-- Consumers that stand still because somebody, or the circuit breaker, said so.
create table paused (
    consumer text primary key,
    reason text not null,
    actor text not null,
    at timestamptz not null
);
