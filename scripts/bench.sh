#!/usr/bin/env bash
# Runs every benchmark, with the peers from their registries, and writes docs/benchmarks.md. `scripts/bench.sh report` only
# writes the document from what was noted before; `scripts/bench.sh NAME …` runs these benchmarks alone.
#
# TEST_TIMESCALEDB_URL names a native TimescaleDB; without it what needs one is left out.
set -euo pipefail
cd "$(dirname "$0")/.."

home=target/bench
peers=$home/peers
mkdir -p "$peers"
export BENCH_FIGURES=$PWD/$home/figures.jsonl
export PATH=$PWD/$peers/bin:$PWD/$peers/python/bin:$PATH

# install WHAT COMMAND…: a peer that cannot be had is left out.
install() {
    local what=$1
    shift
    if ! "$@" >"$peers/install.log" 2>&1; then
        echo "$what cannot be installed and is left out: $(tail -n 1 "$peers/install.log")"
    fi
}

install_peers() {
    [[ -x $peers/bin/sqlx ]] || install sqlx-cli \
        cargo install --quiet --locked --root "$peers" sqlx-cli --no-default-features --features rustls,postgres
    [[ -x $peers/bin/refinery ]] || install refinery \
        cargo install --quiet --locked --root "$peers" refinery_cli --no-default-features --features postgresql
    [[ -x $peers/python/bin/alembic ]] || install Alembic bash -ec "
        python3 -m venv '$peers/python'
        '$peers/python/bin/pip' install --quiet alembic sqlalchemy 'psycopg[binary]' asyncpg"
}

# run NAME: one benchmark. Its failure does not stop the others.
failed=()
run() {
    echo "== bench-$1"
    "target/release/bench-$1" || failed+=("bench-$1")
    [[ $1 != engine ]] || scripts/bench-on-disk.sh || failed+=("bench-engine on-disk")
}

version() {
    "$@" 2>/dev/null | head -n 1
}

report() {
    local versions=()
    versions+=("$(version rustc --version), $(version psql --version)")
    [[ -x $peers/bin/sqlx ]] && versions+=("$(version sqlx --version)")
    [[ -x $peers/bin/refinery ]] && versions+=("$(version refinery --version)")
    [[ -x $peers/python/bin/pip ]] && versions+=("$("$peers/python/bin/pip" freeze |
        grep -iE '^(alembic|sqlalchemy|psycopg|asyncpg)==' | sed 's/==/ /' | paste -sd, | sed 's/,/, /g')")
    target/release/bench-report "$BENCH_FIGURES" docs/benchmarks.md "${versions[@]}"
}

cargo build --quiet --release -p bench --bins
if [[ ${1-} != report ]]; then
    install_peers
    eval "$(scripts/test-servers.sh start)"
    if (($#)); then
        benchmarks=("$@")
    else
        benchmarks=(engine adapter partitions core-server)
        if [[ -n ${TEST_TIMESCALEDB_URL-} ]]; then
            benchmarks+=(history telemetry alarm-origin)
        else
            echo "TEST_TIMESCALEDB_URL names no TimescaleDB: its benchmarks are left out"
        fi
    fi
    for benchmark in "${benchmarks[@]}"; do
        run "$benchmark"
    done
fi
report
if ((${#failed[@]})); then
    echo "failed: ${failed[*]}"
    exit 1
fi
