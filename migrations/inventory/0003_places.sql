-- Below how many available units it was low by then. Where an event stands: the partition of its product, and its place in that partition's feed, from 1. Rows from before this was
-- written down have place 0 until a replay.
alter table movements
    add threshold bigint not null default 0,
    add partition smallint not null default 0,
    add position bigint not null default 0;
update movements set partition = ('x0' || right(product_id::text, 1))::bit(8)::int;
create index movements_places on movements (partition, position);
