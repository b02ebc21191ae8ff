-- The roles of a shop that shares its Postgres with others, or whose services are apart. Run it as a superuser in the shop's
-- database, before the shop starts there or later; it may be run again. It sets no passwords: `alter role … password '…'`.
--
-- millrace_projectors  projectors and the command line: owns what the migrations make
-- millrace_query_api   query-api: reads what there is to show, and nothing of what is known of people or proves who they are
-- millrace_records     owns that; nobody logs in as it, and millrace_projectors takes it on for the archive
--
-- command-api needs no Postgres.

do $$
declare
  role text;
begin
  -- Roles belong to all databases of a server: another shop may have made them, or be making them now.
  foreach role in array array['millrace_projectors login', 'millrace_query_api login', 'millrace_records nologin'] loop
    begin
      execute 'create role ' || role || ' nosuperuser nocreatedb nocreaterole noreplication';
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect, create, temporary on database %I to millrace_projectors', current_database());
  execute format('grant connect on database %I to millrace_query_api', current_database());
end $$;

grant millrace_records to millrace_projectors;
revoke all on schema public from public;
