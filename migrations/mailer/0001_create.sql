-- Beside the positions of the mailer. Names are unqualified: search_path picks the schema, mailer.
-- Since when there are mails in this shop: nobody is written to about what happened before. One row.
create table beginning (at timestamptz not null);
insert into beginning (at) values (now());

-- Which mails were sent, until no event of that position can come again.
create table sent (
    category text not null,
    partition smallint not null,
    position bigint not null,
    id uuid not null,
    version bigint not null,
    -- Tells the event from another one that took its place in a log which has lost its tail.
    command text not null,
    -- A user.
    recipient uuid not null,
    primary key (category, id, version, command, recipient)
);
create index sent_settled on sent (category, partition, position);

-- The last mails of a demo shop without a mail server.
create table outbox (
    number bigint generated always as identity primary key,
    message_id text not null,
    recipient uuid not null,
    address text not null,
    subject text not null,
    body text not null,
    -- What the mail asks to open, if it does.
    link text,
    at timestamptz not null default now()
);
create index outbox_of_recipient on outbox (recipient);
