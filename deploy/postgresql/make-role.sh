#!/usr/bin/env bash
# Run once by PostgreSQL's image on an empty cluster: the database, and its owner, who is no superuser.
set -euo pipefail
url=$(cat "${SUKET_DATABASE_URL_FILE:-/run/secrets/database-url}")
password=${url#postgresql://suket:}
password=${password%%@*}
# On standard input, so that the password is in no list of processes; log_statement is none.
psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username postgres <<SQL
CREATE ROLE suket LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '$password';
CREATE DATABASE suket OWNER suket ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE suket FROM PUBLIC;
SQL
