#!/bin/sh
# Makes sure that local PostgreSQL server binaries and pgbouncer are there: the tests of locks, timeouts, contrib and
# poolers need them.
set -eu

found() {
    for folder in ${PGMASON_PG_BIN:-} /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin \
        /opt/homebrew/opt/postgresql@*/bin; do
        [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] && return 0
    done
    command -v postgres >/dev/null 2>&1 && command -v initdb >/dev/null 2>&1
}

pooler() {
    [ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null 2>&1
}

found && pooler && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "installing PostgreSQL and pgbouncer with apt"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    found || apt-get install -y -qq postgresql >/dev/null
    pooler || apt-get install -y -qq pgbouncer >/dev/null
    found && pooler && exit 0
fi
cat >&2 <<'TEXT'
error: no PostgreSQL server binaries or no pgbouncer were found, and they could not be installed

hint: Debian, Ubuntu: sudo apt install postgresql pgbouncer · Fedora: sudo dnf install postgresql-server pgbouncer ·
      macOS: brew install postgresql@17 pgbouncer · anywhere else: name the folder of `postgres` and `initdb` in PGMASON_PG_BIN
TEXT
exit 1
