#!/bin/sh
# Run once, by the image of Postgres when it makes its database, after ops/postgres/roles.sql: the passwords of the roles.
set -eu
for role in projectors query-api; do
    psql --set ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
        --set name="millrace_$(echo $role | tr - _)" --set password="$(cat /run/secrets/postgres-$role)" <<'SQL'
alter role :"name" password :'password';
SQL
done
