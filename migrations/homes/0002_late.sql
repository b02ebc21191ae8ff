-- Events that the live rows did not have when their turn came, since they failed by themselves or a generation held them: they
-- were folded late, when others behind them in their feed had long been. Whoever follows the rows by their places is told of
-- these by their numbers, which count from 1 in each feed, whatever the generation.
create table late (
    category text not null,
    partition smallint not null,
    number bigint not null,
    -- The place of the event in the feed.
    position bigint not null,
    primary key (category, partition, number)
);
create index late_places on late (category, partition, position);
