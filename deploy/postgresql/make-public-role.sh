#!/usr/bin/env bash
# Run once by PostgreSQL's image on an empty cluster, or by hand on one from before: the role of the process for the
# public. What it may do, the tables' owner grants at every `suket init`; until then it may nothing.
set -euo pipefail
url=$(cat "${SUKET_PUBLIC_DATABASE_URL_FILE:-/run/secrets/public-database-url}")
password=${url#postgresql://suket_public:}
password=${password%%@*}
# On standard input, so that the password is in no list of processes; log_statement is none.
psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username postgres <<SQL
CREATE ROLE suket_public LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '$password';
SQL
