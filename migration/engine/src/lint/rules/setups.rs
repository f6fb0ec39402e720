//! The tables that examples start from.

/// A table without partitions, with a row.
pub const PLAIN: &[&str] =
    &["CREATE TABLE sensors (id integer PRIMARY KEY, name text)", "INSERT INTO sensors VALUES (0, 'first')"];

/// A hypertable with rows in three chunks.
pub const HYPERTABLE: &[&str] = &[
    "CREATE TABLE readings (id integer, taken_at timestamptz NOT NULL, sensor text, value double precision)",
    "SELECT create_hypertable('readings', by_range('taken_at', INTERVAL '1 day'))",
    "INSERT INTO readings SELECT n, '2026-01-01'::timestamptz + n * INTERVAL '1 hour', 's' || n % 3, n FROM generate_series(1, 60) n",
];

/// A hypertable whose three chunks are compressed, with a constraint.
pub const COLUMNSTORE: &[&str] = &[
    "CREATE TABLE readings (id integer, taken_at timestamptz NOT NULL, sensor text, value double precision)",
    "SELECT create_hypertable('readings', by_range('taken_at', INTERVAL '1 day'))",
    "ALTER TABLE readings ADD CONSTRAINT positive CHECK (value > 0) NOT VALID",
    "ALTER TABLE readings SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'sensor', timescaledb.orderby = 'taken_at DESC')",
    "INSERT INTO readings SELECT n, '2026-01-01'::timestamptz + n * INTERVAL '1 hour', 's' || n % 3, n FROM generate_series(1, 60) n",
    "SELECT compress_chunk(c) FROM show_chunks('readings') c",
];

/// A continuous aggregate over the readings, without a policy.
pub const HOURLY: &[&str] = &[
    "CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS SELECT time_bucket('1 hour', taken_at) AS hour, \
     avg(value) AS mean FROM readings GROUP BY 1 WITH NO DATA",
];

/// Two plain tables of SQLite, of which one refers to the other, with a row each.
pub const SITES: &[&str] = &[
    "CREATE TABLE sites (id integer PRIMARY KEY, name varchar(20))",
    "CREATE TABLE site_lines (id integer PRIMARY KEY, site integer REFERENCES sites (id) ON DELETE CASCADE)",
    "INSERT INTO sites VALUES (1, 'north')",
    "INSERT INTO site_lines VALUES (1, 1)",
];

/// A plain table of MySQL, with a row.
pub const SITES_OF_MYSQL: &[&str] = &[
    "CREATE TABLE sites (id integer PRIMARY KEY, name varchar(20)) ENGINE = InnoDB",
    "INSERT INTO sites VALUES (1, 'north')",
];
