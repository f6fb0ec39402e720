//! Statements that look like what a rule is about, and that nothing is wrong with: no rule flags them, and the server
//! takes them.
//!
//! # How to add a false alarm
//!
//! Put the statement that was flagged wrongly into the list of the tables it needs, then correct the rule.

use super::setups::{COLUMNSTORE, HOURLY, HYPERTABLE, PLAIN};

/// Tables, and statements that are harmless there, each by itself and in a transaction.
pub const HARMLESS: &[(&[&[&str]], &[&str])] = &[
    (
        &[PLAIN],
        &[
            "ALTER TABLE sensors ADD COLUMN seen_at timestamptz DEFAULT now()",
            "ALTER TABLE sensors ADD COLUMN maker integer GENERATED ALWAYS AS (id * 2) STORED",
            "ALTER TABLE sensors ADD CONSTRAINT named CHECK (name <> '') NOT VALID",
            "ALTER TABLE sensors ALTER COLUMN id TYPE bigint",
            "ALTER TABLE sensors ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE sensors ADD CONSTRAINT one UNIQUE (name)",
            "CREATE TABLE notes (sensor integer REFERENCES sensors (id))",
            "CREATE TABLE notes (id integer PRIMARY KEY, note text NOT NULL UNIQUE)",
            "SELECT id::text FROM sensors FOR UPDATE",
            "UPDATE sensors SET name = 'all'",
            "REINDEX TABLE sensors",
            "CREATE MATERIALIZED VIEW names AS SELECT name FROM sensors",
        ],
    ),
    (
        &[HYPERTABLE],
        &[
            "ALTER TABLE readings ADD COLUMN seen_at timestamptz DEFAULT now()",
            "ALTER TABLE readings ADD CONSTRAINT positive CHECK (value > 0) NOT VALID",
            "ALTER TABLE readings ALTER COLUMN id TYPE bigint",
            "ALTER TABLE readings ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE readings DROP COLUMN sensor",
            "ALTER TABLE readings ADD PRIMARY KEY (taken_at, id)",
            "SELECT id::text FROM readings FOR UPDATE",
            "UPDATE readings SET value = 1",
            "REINDEX TABLE readings",
            "CREATE TABLE notes (id integer, taken_at timestamptz)",
            "SELECT create_hypertable('readings', by_range('taken_at'), if_not_exists => true)",
            "CREATE MATERIALIZED VIEW total AS SELECT sum(value) AS total FROM readings",
        ],
    ),
    (
        &[COLUMNSTORE],
        &[
            "ALTER TABLE readings ADD COLUMN unit text NOT NULL DEFAULT 'K'",
            "ALTER TABLE readings ADD COLUMN n integer DEFAULT -1, ADD COLUMN b boolean DEFAULT true",
            "ALTER TABLE readings ADD CONSTRAINT small CHECK (value < 1000)",
            "ALTER TABLE readings ALTER COLUMN value SET DEFAULT 0",
            "ALTER TABLE readings ALTER COLUMN id SET NOT NULL",
            "ALTER TABLE readings RENAME COLUMN value TO amount",
            "ALTER TABLE readings DROP COLUMN value",
            "SELECT id::text FROM readings WHERE id = 1",
            "DELETE FROM readings WHERE sensor = 's1'",
            "UPDATE readings SET value = 1 WHERE sensor = 's1'",
        ],
    ),
    (
        &[HYPERTABLE, HOURLY],
        &[
            "ALTER TABLE readings DROP COLUMN sensor",
            "SELECT add_retention_policy('readings', INTERVAL '90 days')",
            "SELECT add_continuous_aggregate_policy('hourly', NULL, INTERVAL '1 hour', INTERVAL '1 hour')",
            "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '3 days', NULL, INTERVAL '1 hour')",
            "DROP MATERIALIZED VIEW hourly",
        ],
    ),
];
