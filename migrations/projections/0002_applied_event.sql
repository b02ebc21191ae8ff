-- Which event that is: its place in its feed and the command it followed from. A version alone would not tell it from
-- another one that took its place in a log which has lost its tail.
alter table applied
    add column position bigint not null default 0,
    add column command text not null default '';
