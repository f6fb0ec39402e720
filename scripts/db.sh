#!/usr/bin/env bash
# A TimescaleDB for people: the official image with a Docker engine, the WebAssembly build without one.
#
#   scripts/db.sh up      starts it, waits until it answers, and prints the URL to export
#   scripts/db.sh down    stops what `up` started and nothing else; the data stays
set -euo pipefail
cd "$(dirname "$0")/.."
data=.data
port=${DB_PORT:-54320}
url=postgres://postgres:postgres@127.0.0.1:$port/postgres

ready() {
    echo "TimescaleDB is ready. In every shell that should use it:"
    echo
    echo "    export DATABASE_URL=$url"
    echo
    echo "\`make db-down\` stops it; its data stays."
}

running() { [ -f "$data/timescaledb.pid" ] && kill -0 "$(cat "$data/timescaledb.pid")" 2>/dev/null; }

up() {
    mkdir -p "$data"
    if docker info >/dev/null 2>&1; then
        DB_PORT=$port docker compose up --detach --wait
        touch "$data/docker"
        ready
        return
    fi
    if running; then
        ready
        return
    fi
    command -v npm >/dev/null || { echo 'missing: Node.js 18 or newer with npm, or a Docker engine' >&2; exit 1; }
    make --silent scripts/timescaledb/node_modules/.installed
    echo "no Docker engine: starting TimescaleDB in WebAssembly, data in $data/timescaledb (one connection at a time, no background jobs)"
    nohup node scripts/timescaledb/serve.mjs --port "$port" --data "$data/timescaledb" >"$data/timescaledb.log" 2>&1 </dev/null &
    echo $! >"$data/timescaledb.pid"
    for _ in $(seq 300); do
        if grep -q '^ready ' "$data/timescaledb.log"; then
            ready
            return
        fi
        running || break
        sleep 0.2
    done
    rm -f "$data/timescaledb.pid"
    echo "TimescaleDB did not start; $data/timescaledb.log says:" >&2
    tail -n 5 "$data/timescaledb.log" >&2
    echo "another port: make db-up DB_PORT=54321" >&2
    exit 1
}

down() {
    if [ -f "$data/docker" ]; then
        docker compose down
        rm -f "$data/docker"
        echo 'stopped the container'
    elif running; then
        pid=$(cat "$data/timescaledb.pid")
        kill "$pid"
        for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        rm -f "$data/timescaledb.pid"
        echo 'stopped TimescaleDB'
    else
        rm -f "$data/timescaledb.pid"
        echo 'nothing to stop'
    fi
}

case ${1:-} in
up) up ;;
down) down ;;
*) echo "usage: $0 up|down" >&2; exit 2 ;;
esac
