//! Whether the large tables of twin and analytics should be partitioned on plain PostgreSQL: the tables as the project has
//! them, beside the same tables in weekly range partitions, as ratios of one run. docs/adr/0009 is what came of it.
//!
//! ```sh
//! cargo run --release -p bench --bin bench-partitions -- [ROWS]
//! ```
//!
//! 26 weeks of 200 machines, a million rows when not told otherwise, written by the server in the order of time. Both forms
//! take turns. Queries are repeated by the server, in a function whose statement is prepared as the adapter's are, so that
//! neither client nor network counts. `TEST_POSTGRES_URL` names the server.
//!
//! # How to add a measure
//!
//! A line in [`QUERIES`]; `{table}` is the one or the other.

use std::time::{Duration, Instant};

use migration_engine::Project;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tests::{Backend, TestDatabase, scalar};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const ROWS: u64 = 1_000_000;
const WEEKS: u32 = 26;
const MACHINES: u32 = 200;
/// Statements that fill a table.
const BATCHES: u64 = 104;
/// Runs of each query, of which the median counts; in each it is said so often.
const RUNS: usize = 9;
const TIMES: u32 = 300;
/// Rows that `maintain` moves or deletes in one transaction.
const STEP: u32 = 5_000;

/// A table, and what is written of a row beside the machine and the time.
struct Subject {
    area: &'static str,
    table: &'static str,
    time: &'static str,
    columns: &'static str,
    values: &'static str,
}

const SUBJECTS: [Subject; 2] = [
    Subject {
        area: "twin",
        table: "state_snapshots",
        time: "snapshot_time",
        columns: "state_data",
        values: "jsonb_build_object('temperature', 60 + n % 400 / 10.0, 'vibration', n % 97 / 100.0, 'tool', 'A' || n % 9, 'running', n % 5 > 0)",
    },
    Subject {
        area: "analytics",
        table: "performance_metrics",
        time: "calculation_time",
        columns: "average_load, average_temperature, average_vibration, uptime_percentage, efficiency_rating, anomaly_count",
        values: "n % 100, 60 + n % 40, n % 9, n % 100, n % 100, n % 3",
    },
];

/// What is asked, of a machine `m` or at a moment `t` that differ every time.
const QUERIES: [(&str, &str); 5] = [
    ("latest of a machine", "SELECT * FROM {table} WHERE machine_id = m ORDER BY {time} DESC, id DESC LIMIT 1"),
    (
        "state of a machine at a moment",
        "SELECT * FROM {table} WHERE machine_id = m AND {time} <= t ORDER BY {time} DESC, id DESC LIMIT 1",
    ),
    (
        "a day of a machine",
        "SELECT count(x.*) FROM (SELECT * FROM {table} WHERE machine_id = m AND {time} >= t AND {time} < t + INTERVAL '1 day' \
         ORDER BY {time} DESC, id DESC) x",
    ),
    (
        "an hour of all machines",
        "SELECT count(x.*) FROM (SELECT * FROM {table} WHERE {time} >= t AND {time} < t + INTERVAL '1 hour' \
         ORDER BY {time} DESC, id DESC) x",
    ),
    (
        "newest page of all machines",
        "SELECT count(x.*) FROM (SELECT * FROM {table} ORDER BY {time} DESC, id DESC LIMIT 50) x",
    ),
];

#[tokio::main]
async fn main() -> Result<()> {
    let rows = std::env::args().nth(1).map_or(Ok(ROWS), |text| text.parse())?;
    println!(
        "{rows} rows, {WEEKS} weeks, {MACHINES} machines; time in weekly partitions to time in one table (less is faster)"
    );
    for subject in &SUBJECTS {
        measure(subject, rows).await?;
    }
    Ok(())
}

async fn measure(subject: &Subject, rows: u64) -> Result<()> {
    let database = TestDatabase::create(Backend::Postgres).await;
    let project = || -> Project { tests::area(subject.area) };
    database.up_of(subject.area, project, None).await;
    let db = database.connect().await;
    let (plain, parts) = (subject.table.to_owned(), format!("{}_parts", subject.table));
    partition(&db, subject, &parts).await?;

    let mut filled = [Duration::ZERO; 2];
    for batch in 0..BATCHES {
        for (table, spent) in [&plain, &parts].into_iter().zip(&mut filled) {
            *spent += timed(&db, &subject.insert(table, rows, batch)).await?;
        }
    }
    db.execute_unprepared("VACUUM ANALYZE").await?;
    println!("{} ({})", subject.table, subject.area);
    show("insert in bulk", filled, 1);
    for (name, query) in QUERIES {
        let functions = [("one", &plain), ("many", &parts)];
        for (function, table) in functions {
            db.execute_unprepared(&subject.function(function, table, query)).await?;
        }
        let mut runs = [Vec::new(), Vec::new()];
        for run in 0..=RUNS {
            for (at, (function, _)) in functions.into_iter().enumerate() {
                let spent = timed(&db, &format!("SELECT {function}({TIMES})")).await?;
                // The first is for the caches.
                if run > 0 {
                    runs[at].push(spent);
                }
            }
        }
        show(name, runs.map(median), TIMES);
    }
    let deleted = [delete(&db, subject, &plain).await?, timed(&db, &format!("DROP TABLE {parts}_0")).await?];
    show("delete the oldest week", deleted, 1);
    for table in [&plain, &parts] {
        db.execute_unprepared(&format!("CREATE TABLE {table}_old (LIKE {table} INCLUDING ALL)")).await?;
    }
    let moved = [archive(&db, subject, &plain).await?, {
        let insert = timed(&db, &format!("INSERT INTO {parts}_old SELECT * FROM {parts}_1")).await?;
        insert + timed(&db, &format!("DROP TABLE {parts}_1")).await?
    }];
    show("move the oldest week to an archive", moved, 1);
    let vacuumed = [timed(&db, &format!("VACUUM {plain}")).await?, timed(&db, &format!("VACUUM {parts}")).await?];
    show("vacuum after both", vacuumed, 1);
    let size = |table: &str| {
        format!(
            "SELECT coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size('{table}'))::text \
             FROM pg_partition_tree('{table}')"
        )
    };
    let (one, many) = (number(&db, &size(&plain)).await?, number(&db, &size(&parts)).await?);
    println!("  {:<36} {:>6.2}  ({:.0} MB in one table)", "bytes afterwards", many / one, one / 1e6);
    db.close().await?;
    Ok(())
}

/// The same table in partitions of a week.
async fn partition(db: &DatabaseConnection, subject: &Subject, parts: &str) -> Result<()> {
    let Subject { table, time, .. } = subject;
    db.execute_unprepared(&format!("CREATE TABLE {parts} (LIKE {table} INCLUDING ALL) PARTITION BY RANGE ({time})"))
        .await?;
    for week in 0..WEEKS {
        let bound = |week: u32| format!("TIMESTAMPTZ '2026-01-05 00:00+00' + INTERVAL '{} days'", week * 7);
        let sql = format!(
            "CREATE TABLE {parts}_{week} PARTITION OF {parts} FOR VALUES FROM ({}) TO ({})",
            bound(week),
            bound(week + 1)
        );
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}

impl Subject {
    fn insert(&self, table: &str, rows: u64, batch: u64) -> String {
        let Self { time, columns, values, .. } = self;
        let (from, to) = (rows * batch / BATCHES, rows * (batch + 1) / BATCHES);
        format!(
            "INSERT INTO {table} (machine_id, {time}, {columns}) SELECT 'press-' || n % {MACHINES}, \
             TIMESTAMPTZ '2026-01-05 00:00+00' + n * (INTERVAL '{} days' / {rows}), {values} \
             FROM generate_series({from}::bigint, {to}::bigint - 1) n",
            WEEKS * 7
        )
    }

    /// A function that says a query so often.
    fn function(&self, name: &str, table: &str, query: &str) -> String {
        let query = query.replace("{table}", table).replace("{time}", self.time);
        format!(
            "CREATE OR REPLACE FUNCTION {name}(times integer) RETURNS void LANGUAGE plpgsql AS $$ \
             DECLARE m text; t timestamptz; r record; BEGIN FOR i IN 1..times LOOP \
             m := 'press-' || i * 37 % {MACHINES}; \
             t := TIMESTAMPTZ '2026-01-19 00:00+00' + i * 7919 % {} * INTERVAL '1 hour'; \
             FOR r IN {query} LOOP END LOOP; END LOOP; END $$",
            (WEEKS - 3) * 7 * 24
        )
    }
}

/// Deletes the oldest week as `maintain` does where there are no chunks.
async fn delete(db: &DatabaseConnection, subject: &Subject, table: &str) -> Result<Duration> {
    let old = old(subject, table, 1);
    steps(db, &format!("DELETE FROM {table} WHERE ctid = ANY (ARRAY({old}))")).await
}

/// Moves the oldest week as `maintain` does.
async fn archive(db: &DatabaseConnection, subject: &Subject, table: &str) -> Result<Duration> {
    let old = old(subject, table, 2);
    steps(
        db,
        &format!(
            "WITH old AS (DELETE FROM {table} WHERE ctid = ANY (ARRAY({old})) RETURNING *) INSERT INTO {table}_old SELECT * FROM old"
        ),
    )
    .await
}

fn old(subject: &Subject, table: &str, weeks: u32) -> String {
    let Subject { time, .. } = subject;
    let end = format!("TIMESTAMPTZ '2026-01-05 00:00+00' + INTERVAL '{} days'", weeks * 7);
    format!("SELECT ctid FROM {table} WHERE {time} < {end} ORDER BY {time} LIMIT {STEP}")
}

/// Says a statement until it changes nothing.
async fn steps(db: &DatabaseConnection, sql: &str) -> Result<Duration> {
    let started = Instant::now();
    while db.execute_unprepared(sql).await?.rows_affected() > 0 {}
    Ok(started.elapsed())
}

async fn timed(db: &DatabaseConnection, sql: &str) -> Result<Duration> {
    let started = Instant::now();
    db.execute_unprepared(sql).await?;
    Ok(started.elapsed())
}

async fn number(db: &DatabaseConnection, sql: &str) -> Result<f64> {
    Ok(scalar(db, sql).await.ok_or("no answer")?.parse()?)
}

fn median(mut runs: Vec<Duration>) -> Duration {
    runs.sort();
    runs[runs.len() / 2]
}

fn show(name: &str, [one, many]: [Duration; 2], times: u32) {
    let ratio = many.as_secs_f64() / one.as_secs_f64();
    println!("  {name:<36} {ratio:>6.2}  ({:.3} ms in one table)", one.as_secs_f64() * 1000.0 / f64::from(times));
}
