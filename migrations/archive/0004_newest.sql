-- The newest events of a category, and of one actor in it. The texts of `at` sort as times.
create index events_newest on events (category, at collate "C", id, version);
create index events_of_actor on events (actor, category, at collate "C", id, version);
