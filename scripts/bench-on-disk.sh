#!/usr/bin/env bash
# What `bench-engine` measures beside SeaORM's own migrator, on databases as users have them: a MariaDB with its defaults
# and an SQLite file, both on a disk.
set -euo pipefail
cd "$(dirname "$0")/.."

trap 'scripts/test-servers.sh durable stop' EXIT
eval "$(scripts/test-servers.sh durable)"
mkdir -p target/bench
TEST_SQLITE_DIR=$PWD/target/bench target/release/bench-engine on-disk
