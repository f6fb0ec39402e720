//! What adding `origin` and `anomaly_score` costs a database at work, and taking them away again, over a mostly compressed
//! history: `bench-alarm-origin [ALARMS[/OF_MODELS] …]`.
//!
//! `make bench-alarm-origin` runs it on TimescaleDB in WebAssembly, or with `TEST_TIMESCALEDB_URL` on that server, where four
//! sessions insert without pause; the longest wait of one of them is the time the table was locked.

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

use bench::{
    history::{self, Origins, WEEKS, median},
    notes,
};
use migration_engine::{EngineError, Runner};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tests::{Backend, TestDatabase, connect_to, scalar};

/// Each duration is the median of so many runs.
const RUNS: usize = 5;
const WRITERS: usize = 4;

/// So many alarms, and so many of them by models.
#[derive(Clone, Copy)]
struct Size {
    rows: u64,
    models: u64,
}

struct Measured {
    size: Size,
    compressed: String,
    up: Duration,
    changed: Vec<String>,
    relations: usize,
    down: Duration,
    restore: Duration,
    /// While it went up, and while it went down with the alarms of models.
    stalls: Option<[Stall; 2]>,
    /// Inserts in a second while nothing else ran.
    rate: f64,
    server: String,
}

/// What the writers met.
#[derive(Clone, Copy, Default)]
struct Stall {
    longest: Duration,
    failed: u64,
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
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("{text} is not a number of rows"));
    let size = |text: String| {
        let (rows, models) = text.split_once('/').unwrap_or((&text, "100000"));
        Ok::<_, String>(Size { rows: number(rows)?, models: number(models)? })
    };
    let mut sizes = std::env::args().skip(1).map(size).collect::<std::result::Result<Vec<_>, _>>()?;
    if sizes.is_empty() {
        let native = std::env::var_os("TEST_TIMESCALEDB_URL").is_some();
        let of_native = [(200_000, 100_000), (5_000_000, 100_000), (20_000_000, 1_000_000)];
        let default = if native { &of_native[..] } else { &[(200_000, 1_000), (2_000_000, 1_000)] };
        sizes = default.iter().map(|&(rows, models)| Size { rows, models }).collect();
    }
    let mut results = Vec::new();
    for size in sizes {
        eprintln!("{} rows …", size.rows);
        let result = Box::pin(measure(size)).await?;
        result.note()?;
        results.push(result);
    }
    let row = |what: &str, of: &dyn Fn(&Measured) -> String| {
        println!("{what:<42}{}", results.iter().map(|result| format!("{:>16}", of(result))).collect::<String>());
    };
    row("rows", &|result| result.size.rows.to_string());
    row("alarms of models, for the second down", &|result| result.size.models.to_string());
    row("chunks compressed", &|result| result.compressed.clone());
    row("inserts/s by four writers, nothing else", &|result| format!("{:.0}", result.rate));
    row("up, in all", &|result| ms(result.up));
    let stall = |which: usize, of: fn(Stall) -> String| {
        move |result: &Measured| result.stalls.map_or("one session".to_owned(), |stalls| of(stalls[which]))
    };
    row("longest stall of a writer, up", &stall(0, |stall| ms(stall.longest)));
    row("inserts that failed, up", &stall(0, |stall| stall.failed.to_string()));
    row("relations before / rewritten", &|result| format!("{} / {}", result.relations, result.changed.len()));
    row("down, keeping the models' alarms", &|result| ms(result.down));
    row("longest stall of a writer, down", &stall(1, |stall| ms(stall.longest)));
    row("inserts that failed, down", &stall(1, |stall| stall.failed.to_string()));
    row("up again, restoring them", &|result| ms(result.restore));
    for result in &results {
        for relation in &result.changed {
            println!("rewritten at {} rows: {relation}", result.size.rows);
        }
    }
    Ok(())
}

impl Measured {
    /// For `docs/benchmarks.md`.
    fn note(&self) -> Result<()> {
        let (Some([up, down]), Some(size)) = (self.stalls, named(self.size.rows)) else { return Ok(()) };
        notes::figure(&self.server, &format!("stall-up-{size}"), up.longest.as_secs_f64() * 1000.0)?;
        notes::figure(&self.server, &format!("stall-down-{size}"), down.longest.as_secs_f64() * 1000.0)?;
        #[allow(clippy::cast_precision_loss, reason = "few")]
        notes::figure(&self.server, "stall-failed", (up.failed + down.failed) as f64)?;
        Ok(())
    }
}

fn named(rows: u64) -> Option<&'static str> {
    [(200_000, "200k"), (5_000_000, "5m"), (20_000_000, "20m")]
        .into_iter()
        .find(|(of, _)| *of == rows)
        .map(|(_, name)| name)
}

async fn measure(size: Size) -> Result<Measured> {
    let database = TestDatabase::create(Backend::Timescale).await.up(Some(1)).await;
    let runner = database.runner().await;
    let db = runner.connection();
    history::fill(db, size.rows, Origins::None).await?;
    let compressed = scalar(
        db,
        "SELECT count(*) FILTER (WHERE is_compressed) || ' of ' || count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'alarms'",
    )
    .await
    .ok_or("there are no chunks")?;
    let version = "SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) || ', TimescaleDB ' \
                   || extversion FROM pg_extension WHERE extname = 'timescaledb'";
    let server = scalar(db, version).await.unwrap_or_default();

    let before = relations(db).await?;
    let (mut ups, mut stalls) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let (took, stall) = under_writers(&database, Box::pin(run_one(&runner, true))).await?;
        ups.push(took);
        stalls.extend(stall);
        if run + 1 < RUNS {
            run_one(&runner, false).await?;
        }
    }
    let after = relations(db).await?;
    let changed =
        before.iter().filter(|(name, state)| after.get(*name) != Some(state)).map(|(name, _)| name.clone()).collect();

    let models = size.models;
    // For each row that comes into the columnstore the server would look whether its key is there.
    history::decompress(db).await?;
    db.execute_unprepared(&format!(
        "INSERT INTO alarms (raised_at, sensor_id, severity, origin, anomaly_score) \
         SELECT now() - interval '15 days' - interval '{WEEKS} weeks' * (i / {models}.0), 'sensor-' || i % 500, 'warning', 'anomaly_model', \
         i % 1000 / 1000.0 FROM generate_series(1, {models}) i"
    ))
    .await?;
    history::compress(db).await?;
    db.execute_unprepared("VACUUM ANALYZE alarms").await?;
    let (down, stall) = under_writers(&database, Box::pin(run_one(&runner, false))).await?;
    let rate = rate(&database).await?;
    let restore = run_one(&runner, true).await?;
    let kept = scalar(db, "SELECT count(*)::text FROM alarms WHERE anomaly_score IS NOT NULL").await;
    if kept != Some(models.to_string()) {
        return Err(format!("{kept:?} of {models} alarms of models came back").into());
    }
    let failed = stalls.iter().map(|stall: &Stall| stall.failed).sum();
    let longest = median(stalls.iter().map(|stall| stall.longest).collect());
    let stalls = longest.zip(stall).map(|(longest, down)| [Stall { longest, failed }, down]);
    Ok(Measured {
        size,
        compressed,
        up: median(ups).unwrap_or_default(),
        changed,
        relations: before.len(),
        down,
        restore,
        stalls,
        rate,
        server,
    })
}

async fn run_one(runner: &Runner, up: bool) -> Result<Duration> {
    let run = async { if up { runner.up(Some(1)).await } else { runner.down(Some(1)).await } };
    let failed = |error: EngineError| error.on_one_line();
    Ok(history::timed(async { run.await.map(|revisions| assert_eq!(revisions.len(), 1)).map_err(failed) }).await?)
}

/// Runs the work beside the writers, where the server has more than one session.
async fn under_writers(
    database: &TestDatabase,
    work: impl Future<Output = Result<Duration>>,
) -> Result<(Duration, Option<Stall>)> {
    if database.has_one_session() {
        return Ok((work.await?, None));
    }
    let writers = Writers::start(database.url()).await;
    let took = work.await;
    let (stall, _) = writers.stop().await?;
    Ok((took?, Some(stall)))
}

/// Inserts in a second.
async fn rate(database: &TestDatabase) -> Result<f64> {
    if database.has_one_session() {
        return Ok(f64::NAN);
    }
    let (writers, started) = (Writers::start(database.url()).await, Instant::now());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (_, inserts) = writers.stop().await?;
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    Ok(inserts as f64 / started.elapsed().as_secs_f64())
}

/// File and size of every table and index of the history: a rewrite changes the file, a touched row the size. Without the
/// newest chunk, into which the writers write.
async fn relations(db: &DatabaseConnection) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT c.oid::regclass::text AS name, c.relfilenode || ' ' || pg_relation_size(c.oid) AS state FROM pg_class c \
               LEFT JOIN pg_index i ON i.indexrelid = c.oid \
               WHERE c.relkind IN ('r', 'i') AND (c.relnamespace = '_timescaledb_internal'::regnamespace OR c.oid = 'alarms'::regclass) \
               AND c.relname ~ '(^alarms|hyper_|compress_)' AND coalesce(i.indrelid, c.oid) NOT IN (SELECT \
               format('%I.%I', chunk_schema, chunk_name)::regclass FROM timescaledb_information.chunks \
               WHERE hypertable_name = 'alarms' AND range_end > now() - interval '7 days')";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "name")?, row.try_get("", "state")?))).collect()
}

/// Sessions that insert without pause, as a core-server does that was built before the revision.
struct Writers {
    stop: Arc<AtomicBool>,
    each: Vec<tokio::task::JoinHandle<(Stall, u64)>>,
}

impl Writers {
    async fn start(url: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let insert = "INSERT INTO alarms (raised_at, sensor_id, severity, value, threshold, message) \
                      VALUES (now(), 'sensor-7', 'warning', 91.5, 80, 'value above threshold')";
        let mut each = Vec::new();
        for _ in 0..WRITERS {
            let (db, stopped) = (connect_to(url).await, Arc::clone(&stop));
            each.push(tokio::spawn(async move {
                let (mut stall, mut inserts) = (Stall::default(), 0);
                while !stopped.load(Ordering::Relaxed) {
                    let started = Instant::now();
                    match db.execute_unprepared(insert).await {
                        Ok(_) => inserts += 1,
                        Err(_) => stall.failed += 1,
                    }
                    stall.longest = stall.longest.max(started.elapsed());
                }
                (stall, inserts)
            }));
        }
        Self { stop, each }
    }

    /// The longest stall of any, and all inserts.
    async fn stop(self) -> Result<(Stall, u64)> {
        self.stop.store(true, Ordering::Relaxed);
        let (mut all, mut inserts) = (Stall::default(), 0);
        for one in self.each {
            let (stall, count) = one.await?;
            all = Stall { longest: all.longest.max(stall.longest), failed: all.failed + stall.failed };
            inserts += count;
        }
        Ok((all, inserts))
    }
}

fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1000.0)
}
