alter table users
    add verified boolean not null default false,
    add second_factor boolean not null default false,
    -- Null unless the user is kept out now.
    add suspended_at timestamptz,
    add suspension_reason text,
    -- Once the person is forgotten: nothing of the private record is left then.
    add erased_at timestamptz,
    -- Access tokens of before are not good any more: password, roles or standing have changed. Null when none has.
    add tokens_valid_after timestamptz;
create index users_tokens_valid_after on users (tokens_valid_after) where tokens_valid_after is not null;

create table sessions (
    user_id uuid not null,
    -- The user's version since the session began, which tells one beginning from another.
    version bigint not null,
    id uuid not null,
    started_at timestamptz not null,
    -- When it ends in any case.
    until timestamptz not null,
    ended_at timestamptz,
    -- Why it ended, such as logged_out.
    reason text,
    primary key (user_id, version)
);
create index sessions_open on sessions (user_id, started_at desc, id desc) where ended_at is null;
create index sessions_ended on sessions (ended_at) where ended_at is not null;
