-- By how much an event changed the threshold. A movement's kind may also be threshold_set by now: it moves nothing, and changes
-- what is said of the stock. Thresholds that were set before this was written down have no rows until a replay.
alter table movements add threshold_change bigint not null default 0;
