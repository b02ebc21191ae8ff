-- Users who were erased, for as long as the append-only file of Redis may hold what was deleted of them.
create table erased (
    id uuid primary key
);
