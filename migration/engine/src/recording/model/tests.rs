use sea_orm::DatabaseBackend::{MySql, Postgres, Sqlite};

use std::fmt::Write;

use migration_timescale::PolicyKind;

use super::*;

/// The model in a few words: `t(a type, b type) index i, constraint c, hypertable(ts) columnstore(seg / ord)`.
fn words(model: &Model) -> String {
    let table = |(name, table): (&String, &Table)| {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("{} {}", column.name, column.data_type).trim_end().to_owned())
            .collect();
        let mut text = format!("{name}({})", columns.join(", "));
        text.extend(table.indexes.iter().map(|index| format!(" index {index}")));
        text.extend(table.constraints.iter().map(|constraint| format!(" constraint {constraint}")));
        if let Some(hypertable) = &table.hypertable {
            write!(text, " hypertable({})", hypertable.dimensions.join(", ")).unwrap();
            if let Some(store) = &hypertable.columnstore {
                write!(text, " columnstore({} / {})", store.segment_by.join(", "), store.order_by.join(", ")).unwrap();
            }
        }
        text
    };
    let tables = model.tables.iter().map(table);
    let view = |(name, view): (&String, &View)| {
        format!("{} {name}", if view.aggregate.is_some() { "aggregate" } else { "view" })
    };
    let types = model.types.iter().map(|(name, labels)| format!("type {name}({})", labels.join(", ")));
    tables.chain(model.views.iter().map(view)).chain(types).collect::<Vec<_>>().join("; ")
}

fn expect(backend: DbBackend, cases: &[(&[&str], &str)]) {
    for (statements, expected) in cases {
        let mut model = Model::default();
        for sql in *statements {
            model.apply(backend, sql);
        }
        assert_eq!(words(&model), *expected, "{statements:#?}");
    }
}

const ALARMS: &str = r#"CREATE TABLE IF NOT EXISTS "alarms" ( "id" uuid NOT NULL DEFAULT gen_random_uuid(), "raised_at" timestamp with time zone NOT NULL, "severity" alarm_severity NOT NULL, CONSTRAINT "alarms_pkey" PRIMARY KEY ("id", "raised_at"), CONSTRAINT "alarms_raised_at_check" CHECK (raised_at >= to_timestamp(0)) )"#;

#[test]
fn tables_on_postgresql() {
    expect(
        Postgres,
        &[
            (
                &[ALARMS],
                "alarms(id UUID, raised_at TIMESTAMP WITH TIME ZONE, severity alarm_severity) index alarms_pkey \
                 constraint alarms_pkey constraint alarms_raised_at_check",
            ),
            (&[ALARMS, "DROP TABLE \"alarms\""], ""),
            (
                &["create table public.T (A int primary key, \"B\" text unique, unique (a, \"B\"))"],
                "t(a INT, B TEXT) index t_B_key index t_a_B_key index t_pkey",
            ),
            (&["CREATE TABLE t (a int)", "CREATE TABLE t (b int)"], "t(a INT)"),
            (
                &[
                    "CREATE TABLE t (a int, during tstzrange, EXCLUDE USING gist (during WITH &&), CHECK (a > 0)) WITH (fillfactor = 70)",
                ],
                "t(a INT, during tstzrange) index t_during_excl",
            ),
            (&["CREATE TABLE t (a int)", "CREATE TABLE u (LIKE t)"], "t(a INT); u(a INT)"),
            (
                &[
                    "CREATE TABLE t (a int, b text)",
                    "CREATE TABLE u AS SELECT b, a AS c FROM t",
                    "CREATE TABLE v AS TABLE t",
                    "CREATE TABLE w AS SELECT * FROM t WHERE a > 0 WITH NO DATA",
                ],
                "t(a INT, b TEXT); u(b TEXT, c INT); v(); w(a INT, b TEXT)",
            ),
            (
                &[
                    "CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a); -- a ; here\nDROP INDEX i; ALTER TABLE t DROP COLUMN b",
                ],
                "t(a INT)",
            ),
            (
                &["CREATE TABLE t (a int)", "DO $x$ BEGIN; DROP TABLE t; END $x$; CREATE TABLE u (a int)"],
                "t(a INT); u(a INT)",
            ),
            (
                &["CREATE TABLE t (a int)", "NONSENSE;", "", ";;", "DROP TABLE 'x", "CREATE TABLE \u{1F600} ("],
                "t(a INT)",
            ),
        ],
    );
}

#[test]
fn alterations_on_postgresql() {
    let table = "CREATE TABLE t (a int, b int, c int, CONSTRAINT k UNIQUE (a, b))";
    expect(
        Postgres,
        &[
            (
                &[
                    table,
                    "ALTER TABLE \"public\".\"t\" ADD COLUMN \"d\" kind NOT NULL DEFAULT 'x', ADD COLUMN \"e\" double precision",
                ],
                "t(a INT, b INT, c INT, d kind, e DOUBLE PRECISION) index k constraint k",
            ),
            (&[table, "ALTER TABLE t ADD COLUMN IF NOT EXISTS a text"], "t(a INT, b INT, c INT) index k constraint k"),
            (&[table, "ALTER TABLE t DROP COLUMN a"], "t(b INT, c INT) constraint k"),
            (
                &[table, "ALTER TABLE t RENAME COLUMN a TO z", "ALTER TABLE t DROP COLUMN z"],
                "t(b INT, c INT) constraint k",
            ),
            (&[table, "ALTER TABLE t RENAME TO u"], "u(a INT, b INT, c INT) index k constraint k"),
            (
                &[table, "ALTER TABLE t ALTER COLUMN c TYPE bigint USING c::bigint"],
                "t(a INT, b INT, c BIGINT) index k constraint k",
            ),
            (
                &[
                    table,
                    "ALTER TABLE t ADD CONSTRAINT p CHECK (a > 0) NOT VALID",
                    "ALTER TABLE t VALIDATE CONSTRAINT p",
                ],
                "t(a INT, b INT, c INT) index k constraint k constraint p",
            ),
            (&[table, "ALTER TABLE t DROP CONSTRAINT k"], "t(a INT, b INT, c INT)"),
            (
                &[
                    table,
                    "ALTER TABLE t ADD COLUMN d int, ADD CONSTRAINT x EXCLUDE USING gist (a WITH =), SET (fillfactor = 70)",
                ],
                "t(a INT, b INT, c INT, d INT) index k index x constraint k constraint x",
            ),
            (
                &[
                    table,
                    "CREATE INDEX ON t (c DESC)",
                    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"i\" ON \"t\" (\"b\") WHERE c IS NOT NULL",
                ],
                "t(a INT, b INT, c INT) index i index k index t_c_idx constraint k",
            ),
            (
                &[table, "CREATE INDEX i ON t (b) WHERE c IS NOT NULL", "ALTER TABLE t DROP COLUMN c"],
                "t(a INT, b INT) index k constraint k",
            ),
            (
                &[
                    table,
                    "CREATE INDEX i ON t (c)",
                    "ALTER INDEX i RENAME TO j",
                    "DROP INDEX CONCURRENTLY IF EXISTS public.j",
                ],
                "t(a INT, b INT, c INT) index k constraint k",
            ),
            (&["ALTER TABLE missing ADD COLUMN a int", "CREATE INDEX i ON missing (a)"], ""),
        ],
    );
}

#[test]
fn types_and_views_on_postgresql() {
    let kind = "CREATE TYPE \"kind\" AS ENUM ('a', 'b')";
    expect(
        Postgres,
        &[
            (
                &[kind, "ALTER TYPE kind ADD VALUE 'c'", "ALTER TYPE kind ADD VALUE IF NOT EXISTS 'z' BEFORE 'b'"],
                "type kind(a, z, b, c)",
            ),
            (
                &[kind, "ALTER TYPE public.kind RENAME VALUE 'a' TO 'A'", "ALTER TYPE kind RENAME TO sort"],
                "type sort(A, b)",
            ),
            (&[kind, "DROP TYPE IF EXISTS \"kind\""], ""),
            (&["CREATE DOMAIN d AS int"], "type d()"),
            (
                &["CREATE VIEW v AS SELECT 1 AS a", "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a WITH NO DATA"],
                "view m; view v",
            ),
            (
                &[
                    "CREATE VIEW v AS SELECT 1 AS a",
                    "CREATE OR REPLACE VIEW w AS SELECT a FROM v",
                    "DROP VIEW v CASCADE",
                ],
                "",
            ),
        ],
    );
}

#[test]
fn hypertables() {
    let table = "CREATE TABLE t (id int, ts timestamptz NOT NULL, s text)";
    let plain = "t(id INT, ts TIMESTAMPTZ, s TEXT)";
    let spellings = [
        "SELECT create_hypertable('t', by_range('ts', INTERVAL '7 days'), create_default_indexes => false)",
        "SELECT create_hypertable('public.t'::regclass, 'ts', chunk_time_interval => INTERVAL '1 day', create_default_indexes => FALSE)",
        "select * from public.create_hypertable(relation => '\"public\".\"t\"', time_column_name := 'ts', create_default_indexes=>'f')",
        "SELECT create_hypertable($$t$$, by_range('ts'), create_default_indexes => false, if_not_exists => true, migrate_data => true); ",
    ];
    for spelling in spellings {
        expect(Postgres, &[(&[table, spelling], &format!("{plain} hypertable(ts)"))]);
    }
    expect(
        Postgres,
        &[
            (
                &[table, "SELECT create_hypertable('t', 'ts', 'id', 4)"],
                &format!("{plain} index t_ts_idx hypertable(ts, id)"),
            ),
            (
                &[
                    table,
                    "SELECT create_hypertable('t', by_range('ts'))",
                    "SELECT add_dimension('t', by_hash('id', 2))",
                ],
                &format!("{plain} index t_ts_idx hypertable(ts, id)"),
            ),
            (
                &[
                    "CREATE TABLE t (id int, ts timestamptz NOT NULL, s text) WITH (tsdb.hypertable, tsdb.partition_column='ts', tsdb.columnstore=false, fillfactor=70)",
                ],
                &format!("{plain} index t_ts_idx hypertable(ts)"),
            ),
            (
                &[
                    "CREATE TABLE t (id int, ts timestamptz NOT NULL, s text) WITH (timescaledb.hypertable, timescaledb.segmentby = 's', timescaledb.create_default_indexes = false)",
                ],
                &format!("{plain} hypertable(ts) columnstore(s / )"),
            ),
        ],
    );
}

#[test]
fn columnstores_and_aggregates() {
    let table: &[&str] = &[
        "CREATE TABLE t (id int, ts timestamptz NOT NULL, s text)",
        "SELECT create_hypertable('t', 'ts', create_default_indexes => false)",
    ];
    let with = |sql: &str, expected: &str| {
        let mut model = Model::default();
        table.iter().chain([&sql]).for_each(|sql| model.apply(Postgres, sql));
        assert_eq!(words(&model), format!("t(id INT, ts TIMESTAMPTZ, s TEXT) hypertable(ts){expected}"), "{sql}");
    };
    with(
        "ALTER TABLE \"t\" SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 's', timescaledb.orderby = '\"ts\" DESC NULLS LAST, id')",
        " columnstore(s / ts, id)",
    );
    with(
        "ALTER TABLE IF EXISTS ONLY public.t SET (timescaledb.compress, timescaledb.compress_segmentby = 's,id')",
        " columnstore(s, id / )",
    );
    with("ALTER TABLE t SET (timescaledb.enable_columnstore = false)", "");
    with("ALTER TABLE t SET (tsdb.columnstore)", " columnstore( / )");
    with(
        "CREATE MATERIALIZED VIEW h WITH (timescaledb.continuous) AS SELECT time_bucket('1 h', ts) AS b, count(*) AS n FROM t GROUP BY 1 WITH NO DATA",
        "; aggregate h",
    );
    with(
        "CREATE MATERIALIZED VIEW h WITH (timescaledb.continuous = true, timescaledb.materialized_only = false) AS SELECT time_bucket('1 h', ts) AS b FROM t GROUP BY b; DROP TABLE t CASCADE; CREATE TABLE t (id int, ts timestamptz, s text); SELECT create_hypertable('t', 'ts', create_default_indexes => false)",
        "",
    );
    with("SET timescaledb.enable_chunk_skipping = on", "");
}

#[test]
fn policies_go_and_stay_with_what_they_are_of() {
    let policies = |later: &str| {
        let mut model = Model::default();
        for sql in [
            "CREATE TABLE t (ts timestamptz NOT NULL)",
            "CREATE MATERIALIZED VIEW h WITH (timescaledb.continuous) AS SELECT time_bucket('1 h', ts) AS b FROM t GROUP BY 1 WITH NO DATA",
            "SELECT add_retention_policy('t', INTERVAL '3 days')",
            "SELECT add_retention_policy('t', INTERVAL '4 days', if_not_exists => true)",
            "SELECT add_retention_policy('of_another_tool', INTERVAL '1 day')",
            "SELECT add_continuous_aggregate_policy('h', NULL, INTERVAL '1 h', INTERVAL '1 h')",
            later,
        ] {
            model.apply(Postgres, sql);
        }
        let all = PolicyKind::ALL.into_iter().flat_map(|kind| model.policies.of(kind));
        all.map(|(about, policy)| format!("{about}: {}", policy.texts().join("|"))).collect::<Vec<_>>().join(", ")
    };
    let all = "h: |1 h|1 h, of_another_tool: 1 day, t: 3 days";
    assert_eq!(policies("SELECT 1"), all);
    assert_eq!(policies("CREATE FUNCTION f() RETURNS void BEGIN ATOMIC SELECT remove_retention_policy('t'); END"), all);
    assert_eq!(policies("DROP TABLE x"), all);
    assert_eq!(policies("DROP TABLE t CASCADE"), "of_another_tool: 1 day");
    assert_eq!(policies("DROP MATERIALIZED VIEW h"), "of_another_tool: 1 day, t: 3 days");
    assert_eq!(policies("SELECT remove_retention_policy(relation => 't')"), "h: |1 h|1 h, of_another_tool: 1 day");
    assert_eq!(policies("ALTER TABLE t RENAME TO r"), "h: |1 h|1 h, of_another_tool: 1 day, r: 3 days");
}

#[test]
fn sqlite_and_mysql() {
    expect(
        Sqlite,
        &[
            (
                &[
                    "CREATE TABLE \"t\" ( \"a\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"b\" text, CONSTRAINT \"c\" CHECK (b IN ('x;', 'y')) )",
                    "CREATE INDEX \"i\" ON \"t\" (\"b\" DESC) WHERE a IS NOT NULL",
                ],
                "t(a INTEGER, b TEXT) index i index t_pkey constraint c",
            ),
            (
                &[
                    "CREATE TABLE t (a)",
                    "ALTER TABLE \"t\" ADD COLUMN \"b\" text NOT NULL DEFAULT 'x' CHECK (b IN ('x'))",
                    "ALTER TABLE t DROP COLUMN a",
                    "ALTER TABLE t RENAME TO u",
                ],
                "u(b TEXT)",
            ),
        ],
    );
    expect(
        MySql,
        &[
            (
                &[
                    "CREATE TABLE `t` ( `a` binary(16) NOT NULL DEFAULT (unhex(replace(uuid(), '-', ''))), `b` ENUM('x', 'y') NOT NULL, `c` datetime(6), CONSTRAINT `t_pkey` PRIMARY KEY (`a`, `b`), KEY `k` (`c`) ) DEFAULT CHARSET=utf8mb4",
                    "CREATE INDEX `i` ON `t` (`c` DESC)",
                    "DROP INDEX `k` ON `t`",
                ],
                "t(a BINARY(16), b ENUM('x', 'y'), c DATETIME(6)) index PRIMARY index i constraint t_pkey",
            ),
            (
                &[
                    "CREATE TABLE t (a int, b int)",
                    "ALTER TABLE `t` ADD COLUMN `c` double, ADD CONSTRAINT k CHECK (c > 0)",
                    "ALTER TABLE t MODIFY COLUMN a bigint, DROP COLUMN b",
                    "RENAME TABLE t TO u",
                ],
                "u(a BIGINT, c DOUBLE) constraint k",
            ),
            (
                &["CREATE TABLE t (a int, UNIQUE KEY u (a))", "ALTER TABLE t DROP INDEX u, CHANGE COLUMN a b bigint"],
                "t(b BIGINT)",
            ),
        ],
    );
}
