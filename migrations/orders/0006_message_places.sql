-- Where the event of a message stands, as timeline has it. Rows from before this was written down have place 0 until a replay.
alter table messages
    add partition smallint not null default 0,
    add position bigint not null default 0;
update messages set partition = ('x0' || right(order_id::text, 1))::bit(8)::int;
create index messages_places on messages (partition, position);
