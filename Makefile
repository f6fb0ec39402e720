# The front door. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

WASM := scripts/timescaledb
# Runs a recipe line with the URLs of the test servers in its environment.
SERVERS = eval "$$(scripts/test-servers.sh start)";

.PHONY: help migrate core-server test test-browser screenshots test-native test-async-std test-killed test-settings fmt lint docs schema diagrams entities verify bench bench-adapter bench-alarm-origin bench-core-server bench-engine bench-history bench-partitions bench-telemetry db-up db-down test-servers-stop clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

migrate: ## Apply pending revisions (DATABASE_URL, .env, or an embedded SQLite file); AREA=telemetry for that area
	cargo run --quiet -p migration -- up$(if $(AREA), --area $(AREA))

core-server: ## The example service with the alarms page, on DATABASE_URL or embedded files; DEMO=1 raises alarms by itself
	cargo run -p core-server -- --migrate --example $(if $(DEMO),--demo) $(ARGS)

test: $(WASM)/node_modules/.installed ## Everything CI checks: format, lints, docs, tests on every backend, generated files
	scripts/test.sh

# With a test: without one cargo leaves out the features of dev-dependencies, and builds everything again.
test-browser: core-server/browser/node_modules/.installed ## The alarms page in Debian's Chromium: live arrival, filters, both themes, accessibility
	cargo build --quiet --workspace --bin core-server --test service
	scripts/browser.sh --test --test-reporter=spec core-server/browser/alarms.test.mjs

screenshots: core-server/browser/node_modules/.installed ## Write docs/screenshots, the pages of core-server as people see them
	cargo build --quiet --workspace --bin core-server --test service
	scripts/browser.sh core-server/browser/screenshots.mjs

test-native: $(WASM)/node_modules/.installed ## Every test of TimescaleDB on a native server: make test-native TEST_TIMESCALEDB_URL=postgres://…
	TEST_TIMESCALEDB_URL='$(TEST_TIMESCALEDB_URL)' scripts/test.sh native

# The unit tests and lints are those of the default runtime: a test finds code that depends on it.
test-async-std: ## The adapter and the examples of its documentation on the async-std runtime
	cargo test -p core-server-adapter --no-default-features --features runtime-async-std --test async_std --test passwords
	cargo test -p core-server-adapter --no-default-features --features runtime-async-std --doc

test-killed: $(WASM)/node_modules/.installed ## Kill and cut a run at every single statement on every backend (slow; `make test` takes samples)
	$(SERVERS) EVERY_STATEMENT=1 cargo test --workspace --test suite -- killed

test-settings: $(WASM)/node_modules/.installed ## Every setting of servers, databases, roles and files (slow; `make test` takes samples; TEST_TIMESCALEDB_URL adds TimescaleDB)
	cargo build --quiet -p core-server-adapter --examples
	$(SERVERS) EVERY_SETTING=1 cargo test -p tests --test suite -- $(if $(TEST_TIMESCALEDB_URL),--include-ignored) settings::

fmt: ## Format the code
	cargo fmt --all

lint: ## Clippy with warnings denied
	cargo clippy --workspace --all-targets -- -D warnings

docs: ## Build the API documentation
	cargo doc --workspace --no-deps

schema: $(WASM)/node_modules/.installed ## Write migration/schema, the finished schema on every backend, docs/output.schema.json, the README's table of servers, and the suite's entities of every type
	$(SERVERS) WRITE_SCHEMA=1 cargo test --quiet --workspace --test suite -- schema::equals_the_checked_in matrix::equals_the_checked_in entities::equals_the_checked_in_entities_of_every_type

diagrams: $(WASM)/node_modules/.installed ## Write docs/diagrams, the tables and the revisions of every area as pictures
	$(SERVERS) WRITE_SCHEMA=1 cargo test --quiet --workspace --test suite diagram::equals_the_checked_in

entities: $(WASM)/node_modules/.installed ## Write entity/src/<area>/generated and views from the migrated schema
	cargo build --quiet -p entity-codegen
	node $(WASM)/with.mjs target/debug/entity-codegen

verify: $(WASM)/node_modules/.installed ## Fail when the schema dumps, the diagrams or the entities are not up to date
	$(SERVERS) cargo test --quiet --workspace --test suite equals_the_checked_in

bench: ## Every benchmark, with the peers from their registries, and docs/benchmarks.md (TEST_TIMESCALEDB_URL for a server of your own)
	TEST_TIMESCALEDB_URL='$(TEST_TIMESCALEDB_URL)' scripts/bench.sh

bench-alarm-origin: $(WASM)/node_modules/.installed ## Cost of the predictive revision under writers at 0.2, 5 and 20 million alarms (TEST_TIMESCALEDB_URL for a server of your own)
	cargo run --quiet --release -p bench --bin bench-alarm-origin

bench-adapter: ## Bulk inserts and pages of the adapter, as ratios to the driver alone (PostgreSQL)
	$(SERVERS) cargo run --quiet --release -p bench --bin bench-adapter

bench-core-server: ## core-server under 200 clients for a minute, with a crash of its PostgreSQL in the middle: percentiles, losses, memory
	$(SERVERS) cargo run --quiet --release -p bench --bin bench-core-server

bench-engine: ## Cost of a run beside psql with the same statements, and of the engine's peers (PostgreSQL)
	$(SERVERS) cargo run --quiet --release -p bench --bin bench-engine && scripts/bench-on-disk.sh

bench-history: ## Pages and counts of 5 million alarms in the columnstore (TEST_TIMESCALEDB_URL)
	cargo run --quiet --release -p bench --bin bench-history

bench-partitions: ## Large tables in weekly partitions beside one table (PostgreSQL)
	$(SERVERS) cargo run --quiet --release -p bench --bin bench-partitions

bench-telemetry: $(WASM)/node_modules/.installed ## Queries, export and storage of 1 and 10 million readings (TEST_TIMESCALEDB_URL for a server of your own)
	$(SERVERS) cargo run --quiet --release -p bench --bin bench-telemetry

db-up: ## Start a TimescaleDB for trying things out, and print its URL
	@scripts/db.sh up

db-down: ## Stop what db-up started; the data stays
	@scripts/db.sh down

test-servers-stop: ## Stop the PostgreSQL and MariaDB of the tests and delete their data
	scripts/test-servers.sh stop

clean: ## Delete what was built
	cargo clean
	rm -rf $(WASM)/node_modules core-server/browser/node_modules

# TimescaleDB in WebAssembly, exactly as the lock file says.
$(WASM)/node_modules/.installed: $(WASM)/package-lock.json
	npm ci --prefix $(WASM) --no-fund --no-audit --loglevel=error
	@touch $@

# What drives Chromium, exactly as the lock file says.
core-server/browser/node_modules/.installed: core-server/browser/package-lock.json
	npm ci --prefix core-server/browser --no-fund --no-audit --loglevel=error
	@touch $@
