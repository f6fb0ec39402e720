#!/usr/bin/env bash
# Everything that CI checks; at the end, the time of each step, and the ignored tests with their reasons.
#
#   scripts/test.sh           all of it
#   scripts/test.sh native    all tests of TimescaleDB, on the native server that TEST_TIMESCALEDB_URL names
set -euo pipefail
cd "$(dirname "$0")/.."
log=target/test.log
mkdir -p target
: >"$log"
# Tests wait for servers more than they compute.
threads=${TEST_THREADS:-6}
steps=()

step() { # name command…
    local started=$SECONDS
    printf '\n== %s\n' "$1"
    "${@:2}" 2>&1 | tee -a "$log"
    steps+=("$(printf '%5d s  %s' $((SECONDS - started)) "$1")")
}

# The same packages in every command: with others cargo would build SeaORM again, with other features.
suite() { cargo test --workspace --test suite -- --test-threads "$threads" "$@"; }

# What PostgreSQL itself could change: the schema of every area, its history, its catalogue, its locks.
on_the_newest_postgres() {
    TEST_POSTGRES_URL=$TEST_NEWEST_POSTGRES_URL suite --skip ::sqlite --skip ::mariadb --skip ::timescaledb --skip ::not_on_ \
        alarms:: engine::schema engine::drift engine::destroy engine::invalid_index engine::report engine::runners
}

native() {
    suite --include-ignored --skip ::sqlite --skip ::postgres --skip ::mariadb --skip ::not_on_ \
        --skip on_sqlite --skip on_postgres --skip on_mariadb
}

eval "$(scripts/test-servers.sh start)"
case ${1:-all} in
all)
    step 'format' cargo fmt --all --check
    step 'clippy' cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS='-D warnings' step 'documentation' cargo doc --workspace --no-deps --quiet
    step 'build' cargo test --workspace --no-run
    step 'unit tests' cargo test --workspace --lib --bins --test rendered --test passwords --test spans --test service --quiet
    step 'examples in the documentation' cargo test --workspace --doc --quiet
    step 'integration suite' suite --skip from_entities::pairs
    # Beside the suite, since it prints what it tried.
    step 'revisions from made-up entities' suite from_entities::pairs --nocapture
    step 'the same on the newest PostgreSQL, a selection' on_the_newest_postgres
    step 'the alarms page in a browser' make --no-print-directory test-browser
    step 'the recipes of the README' scripts/recipes.sh
    step 'the adapter on async-std' make --no-print-directory test-async-std
    ;;
native)
    [ -n "${TEST_TIMESCALEDB_URL:-}" ] || { echo 'usage: make test-native TEST_TIMESCALEDB_URL=postgres://…' >&2; exit 2; }
    step 'TimescaleDB, native' native
    ;;
*)
    echo "usage: $0 [native]" >&2
    exit 2
    ;;
esac

echo
printf '%s\n' "${steps[@]}"
printf '%5d s  in all\n' "$SECONDS"
if grep -q '\.\.\. ignored' "$log"; then
    printf '\nIgnored tests, by reason:\n'
    sed -n 's/^test .* \.\.\. ignored\(, \)\{0,1\}/ /p' "$log" | sort | uniq -c | sort -rn
    printf '%s\n' 'Those that need a native TimescaleDB: make test-native TEST_TIMESCALEDB_URL=postgres://…'
fi
