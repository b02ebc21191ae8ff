-- What products are found and sorted by. All of it is made of a row's own columns, so it is the same whoever writes the row.

-- The words of a text: small letters without accents, digits, one space between two. query-api takes what people search for
-- apart by the same expression.
create function folded(text text) returns text language sql immutable strict parallel safe as $$
  select btrim(regexp_replace(regexp_replace(regexp_replace(
    lower(normalize(text, nfkd) collate "und-x-icu"),
    '[\u0300-\u036f\u0591-\u05c7\u064b-\u065f''’`]+', '', 'g'),
    -- In these scripts vowels are marks, which count as no letters.
    '[^[:alnum:]\u0900-\u109f\u1780-\u17ff]+', ' ', 'g'),
    -- Nobody types more of a word.
    '(\S{64})\S+', '\1', 'g'))
$$;

-- Each word, and each word without one of its letters, marked by a tilde. Two words of which one has a letter wrong, missing,
-- too many or in its neighbour's place have one of these in common: so a misspelt word is found by looking up its own.
create function slips(words text) returns text language sql immutable strict parallel safe as $$
  select string_agg(distinct '~' || left(word, place) || substr(word, place + 2), ' ')
  from regexp_split_to_table(words, ' ') as word, generate_series(0, length(word)) as place
  where length(word) between 3 and 32 and word !~ '^[0-9]+$'
$$;

-- Words as a text to search in, with what they weigh. No parser: it would take words apart differently on each database.
create function lexemes(words text, weight text) returns tsvector language sql immutable parallel safe as $$
  select regexp_replace(coalesce(words, ''), '\S+', '\&:1' || weight, 'g')::tsvector
$$;

alter table products
    -- When it was first offered. Null for a draft that never was.
    add offered_at timestamptz,
    add sort_name text collate "C" not null generated always as (folded(name)) stored,
    add slug text not null generated always as (
        btrim(rtrim(left(replace(folded(name), ' ', '-'), 60), '-') || '-' || right(id::text, 8), '-')) stored,
    add search tsvector not null generated always as (
        lexemes(folded(name), 'A') || lexemes(folded(category), 'B')
        || lexemes(slips(folded(name || ' ' || coalesce(category, ''))), 'C') || lexemes(folded(description), 'D')) stored;
update products set offered_at = listed_at where status <> 'draft';

drop index products_newest;
create index products_newest on products (offered_at desc, id desc) where status = 'active';
drop index products_by_name;
create index products_by_name on products (sort_name, id) where status = 'active';
create index products_search on products using gin (search) where status = 'active';

-- Below how many available units its stock is low; 0 for never.
alter table stock add threshold bigint not null default 0;
