-- Up to where each feed of Redis was filled from here. Consumers that had been further have lost what they stood on.
create table restored (
    category text not null,
    partition smallint not null,
    position bigint not null,
    at timestamptz not null,
    -- When every consumer had come to terms with it.
    healed_at timestamptz,
    primary key (category, partition, at)
);

-- What was archived and is not in the log any more, because Redis has lost it. For people to look at.
create table lost (
    like events,
    lost_at timestamptz not null
);
create index lost_of_aggregate on lost (category, id, version);
