//! A history of alarms in the columnstore, made on the server.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use tests::rows_as_text;

/// Weeks of compressed history, one chunk each.
pub const WEEKS: u32 = 65;
/// Alarms of the last days, which the columnstore policy has not reached; the same however long the history is.
pub const RECENT: u64 = 20_000;
const SENSORS: u32 = 500;

/// What the alarms are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origins {
    /// The table has no column for them.
    None,
    /// Every tenth is a model's.
    EveryTenth,
}

/// Inserts so many alarms and some of the last days, and compresses all chunks but those.
///
/// # Errors
///
/// Those of the database.
pub async fn fill(db: &DatabaseConnection, rows: u64, origins: Origins) -> Result<(), DbErr> {
    let (columns, values) = match origins {
        Origins::None => ("", ""),
        Origins::EveryTenth => (
            ", origin, anomaly_score",
            ", CASE WHEN i % 10 = 0 THEN 'anomaly_model' ELSE 'threshold' END::alarm_origin, \
             CASE WHEN i % 10 = 0 THEN i % 1000 / 1000.0 END",
        ),
    };
    let insert = async |time: String, from: u64, to: u64| {
        let sql = format!(
            "INSERT INTO alarms (raised_at, sensor_id, severity, status, value, threshold, message{columns}) \
             SELECT now() - {time}, 'sensor-' || i % {SENSORS}, (ARRAY['info', 'warning', 'critical'])[1 + i % 3]::alarm_severity, \
             'resolved', 80 + i % 40, 80, 'value above threshold'{values} FROM generate_series({from}::bigint, {to}::bigint) i"
        );
        db.execute_unprepared(&sql).await.map(drop)
    };
    for week in 0..u64::from(WEEKS) {
        let of_history = format!("interval '15 days' - interval '{WEEKS} weeks' * (i / {rows}.0)");
        let weeks = u64::from(WEEKS);
        insert(of_history, rows * week / weeks + 1, rows * (week + 1) / weeks).await?;
    }
    insert(format!("interval '3 days' * (i / {RECENT}.0)"), 1, RECENT).await?;
    compress(db).await?;
    db.execute_unprepared("VACUUM ANALYZE alarms").await.map(drop)
}

/// Compresses what is older than a week, also what came into compressed chunks since: a transaction for each chunk, since
/// one for all would hold every lock to its end.
///
/// # Errors
///
/// Those of the database.
pub async fn compress(db: &DatabaseConnection) -> Result<(), DbErr> {
    of_each_chunk(db, "compress_chunk(%L)").await
}

/// The inverse of [`compress`].
///
/// # Errors
///
/// Those of the database.
pub async fn decompress(db: &DatabaseConnection) -> Result<(), DbErr> {
    of_each_chunk(db, "decompress_chunk(%L, true)").await
}

async fn of_each_chunk(db: &DatabaseConnection, call: &str) -> Result<(), DbErr> {
    let chunks =
        format!("SELECT format('SELECT {call}', c) FROM show_chunks('alarms', older_than => interval '7 days') c");
    for sql in rows_as_text(db, &chunks).await {
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// The time that work takes.
///
/// # Errors
///
/// Those of the work.
pub async fn timed<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<Duration, E> {
    let started = Instant::now();
    work.await?;
    Ok(started.elapsed())
}

/// The one in the middle.
pub fn median(mut durations: Vec<Duration>) -> Option<Duration> {
    durations.sort();
    durations.get(durations.len() / 2).copied()
}
