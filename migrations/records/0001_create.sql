-- What is known of people, copied beside the archive, in a schema that belongs to a role of its own. A record that is
-- forgotten in Redis is deleted here.
create table private (
    category text not null,
    id uuid not null,
    fields json not null,
    primary key (category, id)
);

create table credentials (
    user_id uuid primary key,
    fields json not null
);
