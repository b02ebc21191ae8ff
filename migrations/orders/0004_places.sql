-- Where an event stands: the partition of its order, and its place in that partition's feed, from 1. Rows from before this was
-- written down have place 0 until a replay.
alter table timeline
    add partition smallint not null default 0,
    add position bigint not null default 0;
update timeline set partition = ('x0' || right(order_id::text, 1))::bit(8)::int;
create index timeline_places on timeline (partition, position);
