//! What adding `origin` and `anomaly_score` costs a database at work, over two sizes of a mostly compressed history.
//!
//! `make bench-alarm-origin` runs it on TimescaleDB in WebAssembly, or with `TEST_TIMESCALEDB_URL` on that server, where a
//! second session reads without pause and its longest wait is the time the table was locked.

#![allow(clippy::format_collect, reason = "a few cells")]

use std::{
    collections::BTreeMap,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use migration_engine::EngineError;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tests::{Backend, TestDatabase, connect_to, scalar};

/// Weeks of compressed history, one chunk each.
const WEEKS: u32 = 28;
/// Rows of the last days, which the columnstore policy has not reached; the same at every size.
const RECENT_ROWS: u32 = 20_000;
const SENSORS: u32 = 500;
/// Each duration is the median of so many runs.
const RUNS: usize = 5;

struct Measured {
    rows: u64,
    compressed: String,
    up: Duration,
    reader: Option<Duration>,
    changed: Vec<String>,
    relations: usize,
    down: Duration,
    restore: Duration,
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    match bench().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn bench() -> Result<()> {
    let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text} is not a number of rows"));
    let sizes = std::env::args().skip(1).map(number).collect::<std::result::Result<Vec<_>, _>>()?;
    let sizes = if sizes.is_empty() { vec![200_000, 2_000_000] } else { sizes };
    let mut results = Vec::new();
    for rows in sizes {
        eprintln!("{rows} rows …");
        results.push(Box::pin(measure(rows)).await?);
    }
    println!("{:<34}{}", "rows", columns(&results, |result| result.rows.to_string()));
    println!("{:<34}{}", "chunks compressed", columns(&results, |result| result.compressed.clone()));
    println!("{:<34}{}", "up, in all", columns(&results, |result| ms(result.up)));
    println!(
        "{:<34}{}",
        "longest wait of a reader",
        columns(&results, |result| result.reader.map_or("one session".into(), ms))
    );
    println!(
        "{:<34}{}",
        "relations before / rewritten",
        columns(&results, |r| format!("{} / {}", r.relations, r.changed.len()))
    );
    println!("{:<34}{}", "down, keeping 1000 model alarms", columns(&results, |result| ms(result.down)));
    println!("{:<34}{}", "up again, restoring them", columns(&results, |result| ms(result.restore)));
    for result in &results {
        for relation in &result.changed {
            println!("rewritten at {} rows: {relation}", result.rows);
        }
    }
    if let [small, .., large] = &results[..] {
        let ratio = |of: fn(&Measured) -> f64| of(large) / of(small);
        println!("ratio of the last to the first: up {:.2}", ratio(|result| result.up.as_secs_f64()));
        if let (Some(small), Some(large)) = (small.reader, large.reader) {
            println!("ratio of the last to the first: reader's wait {:.2}", large.as_secs_f64() / small.as_secs_f64());
        }
    }
    Ok(())
}

async fn measure(rows: u64) -> Result<Measured> {
    let database = TestDatabase::create(Backend::Timescale).await.up(Some(1)).await;
    let runner = database.runner().await;
    let db = runner.connection();
    load(db, rows).await?;
    let compressed = scalar(
        db,
        "SELECT count(*) FILTER (WHERE is_compressed) || ' of ' || count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'alarms'",
    )
    .await
    .ok_or("there are no chunks")?;

    let before = relations(db).await?;
    let (mut ups, mut waits) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let reader = if database.has_one_session() { None } else { Some(Reader::start(database.url()).await?) };
        ups.push(timed(runner.up(Some(1))).await?);
        if let Some(reader) = reader {
            waits.push(reader.stop().await?);
        }
        if run + 1 < RUNS {
            timed(runner.down(Some(1))).await?;
        }
    }
    let after = relations(db).await?;
    let changed =
        before.iter().filter(|(name, state)| after.get(*name) != Some(state)).map(|(name, _)| name.clone()).collect();

    db.execute_unprepared(&format!(
        "INSERT INTO alarms (raised_at, sensor_id, severity, origin, anomaly_score) \
         SELECT now() - interval '15 days' - i * interval '{WEEKS} weeks' / 1000, 'sensor-' || i % {SENSORS}, 'warning', 'anomaly_model', i / 1000.0 \
         FROM generate_series(1, 1000) i"
    ))
    .await?;
    let down = timed(runner.down(Some(1))).await?;
    let restore = timed(runner.up(Some(1))).await?;
    assert_eq!(
        scalar(db, "SELECT count(*)::text FROM alarms WHERE anomaly_score IS NOT NULL").await.as_deref(),
        Some("1000")
    );
    Ok(Measured {
        rows,
        compressed,
        up: median(ups).unwrap_or_default(),
        reader: median(waits),
        changed,
        relations: before.len(),
        down,
        restore,
    })
}

async fn timed(work: impl Future<Output = std::result::Result<Vec<String>, EngineError>>) -> Result<Duration> {
    let started = Instant::now();
    let revisions = work.await.map_err(|error| error.on_one_line())?;
    assert_eq!(revisions.len(), 1);
    Ok(started.elapsed())
}

async fn load(db: &DatabaseConnection, rows: u64) -> Result<()> {
    let insert = format!(
        "INSERT INTO alarms (raised_at, sensor_id, severity, status, value, threshold, message) \
         SELECT now() - CASE WHEN i > {rows} THEN (i - {rows}) * interval '3 days' / {RECENT_ROWS} \
         ELSE interval '15 days' + i * interval '{WEEKS} weeks' / {rows} END, 'sensor-' || i % {SENSORS}, \
         (ARRAY['info', 'warning', 'critical'])[1 + i % 3]::alarm_severity, 'resolved', 80 + i % 40, 80, 'value above threshold' \
         FROM generate_series(1, {rows} + {RECENT_ROWS}) i"
    );
    db.execute_unprepared(&insert).await?;
    db.execute_unprepared(
        "SELECT count(compress_chunk(c)) FROM show_chunks('alarms', older_than => interval '7 days') c",
    )
    .await?;
    db.execute_unprepared("VACUUM ANALYZE alarms").await?;
    Ok(())
}

/// File and size of every table and index of the history: a rewrite changes the file, a touched row the size.
async fn relations(db: &DatabaseConnection) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT c.oid::regclass::text AS name, c.relfilenode || ' ' || pg_relation_size(c.oid) AS state FROM pg_class c \
               WHERE c.relkind IN ('r', 'i') AND (c.relnamespace = '_timescaledb_internal'::regnamespace OR c.oid = 'alarms'::regclass) \
               AND c.relname ~ '(^alarms|hyper_|compress_)'";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "name")?, row.try_get("", "state")?))).collect()
}

/// Reads without pause and remembers its longest wait.
struct Reader {
    stop: Arc<AtomicBool>,
    longest: tokio::task::JoinHandle<Result<Duration>>,
}

impl Reader {
    async fn start(url: &str) -> Result<Self> {
        let db = connect_to(url).await;
        let stop = Arc::new(AtomicBool::new(false));
        let read = "SELECT 1 FROM alarms WHERE raised_at > now() - interval '1 day' LIMIT 1";
        db.execute_unprepared(read).await?;
        let stopped = Arc::clone(&stop);
        let longest = tokio::spawn(async move {
            let mut longest = Duration::ZERO;
            while !stopped.load(Ordering::Relaxed) {
                let started = Instant::now();
                db.execute_unprepared(read).await?;
                longest = longest.max(started.elapsed());
            }
            Ok(longest)
        });
        Ok(Self { stop, longest })
    }

    async fn stop(self) -> Result<Duration> {
        self.stop.store(true, Ordering::Relaxed);
        self.longest.await?
    }
}

fn columns(results: &[Measured], of: impl Fn(&Measured) -> String) -> String {
    results.iter().map(|result| format!("{:>16}", of(result))).collect()
}

fn median(mut durations: Vec<Duration>) -> Option<Duration> {
    durations.sort();
    durations.get(durations.len() / 2).copied()
}

fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1000.0)
}
