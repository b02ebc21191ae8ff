-- Beside the positions of the consumer privacy. Names are unqualified: search_path picks the schema, privacy.
-- Where something personal of a user is kept beside their account: the address of an order, texts in a conversation.
-- A row stays when it is forgotten: a log that was restored may have it again.
create table kept (
    user_id uuid not null,
    -- order or message
    category text not null,
    id uuid not null,
    primary key (user_id, category, id)
);
