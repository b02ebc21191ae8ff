-- What a seller who is kept out or forgotten has listed is not on offer.
alter table sellers
    add suspended boolean not null default false,
    add erased boolean not null default false;
