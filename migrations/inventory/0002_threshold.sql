-- Below how many available units it is low; 0 for never. A movement's kind may also be committed or restocked by now.
alter table inventory add threshold bigint not null default 0;
