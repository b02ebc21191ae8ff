-- Not only accounts: addresses of orders and texts of messages as well, each by the event whose append has deleted it.
alter table erased
    add category text not null default 'user',
    add version bigint not null default 0,
    drop constraint erased_pkey,
    add primary key (category, id, version);
