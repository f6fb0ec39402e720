//! Readings generated on the server.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use migration_engine::{Runner, operate::maintain::maintain};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tests::scalar;

use crate::Result;

/// Sensors, each with a reading a minute.
pub const SENSORS: u64 = 500;
const MINUTES_A_DAY: u64 = 1440;
/// Chunks are a week long and begin on Thursdays, as 1970 did.
const WEEK: i64 = 7 * 86_400;

/// What was generated.
pub struct Filled {
    /// Readings.
    pub readings: u64,
    /// Just after the last one.
    pub end: DateTime<Utc>,
    /// Readings inserted a second.
    pub per_second: f64,
    /// Bytes of the chunks that are in the columnstore, before and after.
    pub columnstore: Option<(i64, i64)>,
    /// Time to fill the aggregates.
    pub aggregates: Duration,
}

impl Filled {
    /// What the columnstore saves, in percent.
    pub fn saved(&self) -> Option<f64> {
        let (before, after) = self.columnstore?;
        #[allow(clippy::cast_precision_loss, reason = "a share")]
        Some(100.0 * (1.0 - after as f64 / before as f64))
    }
}

/// Inserts so many readings that end half a day into a chunk, converts the chunks before it, and fills the aggregates.
pub async fn fill(runner: &Runner, readings: u64) -> Result<Filled> {
    let db = runner.connection();
    let end = end();
    let sensors = format!(
        "INSERT INTO sensors (id, sensor_id, type, location, status) \
         SELECT gen_random_uuid(), 'sensor-' || n, {}, 'hall', {} FROM generate_series(1, {SENSORS}) n",
        first_label(db, "type").await?,
        first_label(db, "status").await?
    );
    db.execute_unprepared(&sensors).await?;
    let started = Instant::now();
    insert(db, end, readings).await?;
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    let per_second = readings as f64 / started.elapsed().as_secs_f64();
    let columnstore = if runner.server().has_columnstore() { compress(db).await? } else { None };
    let started = Instant::now();
    fill_aggregates(runner).await?;
    let aggregates = started.elapsed();
    db.execute_unprepared("VACUUM ANALYZE sensor_readings").await?;
    Ok(Filled { readings, end, per_second, columnstore, aggregates })
}

/// Noon of the last Thursday that is over half a day ago.
fn end() -> DateTime<Utc> {
    let half_a_day = 43_200;
    let week = (Utc::now().timestamp() - half_a_day).div_euclid(WEEK) * WEEK;
    DateTime::from_timestamp(week + half_a_day, 0).unwrap_or_default()
}

/// A value of a column of the sensors, whatever its type.
async fn first_label(db: &DatabaseConnection, column: &str) -> Result<String> {
    let sql = format!(
        "SELECT format('%L::%s', enumlabel, enumtypid::regtype) FROM pg_enum WHERE enumtypid = (SELECT atttypid FROM pg_attribute \
         WHERE attrelid = 'sensors'::regclass AND attname = '{column}') ORDER BY enumsortorder LIMIT 1"
    );
    Ok(scalar(db, &sql).await.unwrap_or_else(|| "'temperature'".to_owned()))
}

/// One statement a day.
async fn insert(db: &DatabaseConnection, end: DateTime<Utc>, readings: u64) -> Result<()> {
    let minutes = readings / SENSORS;
    let mut begin = end - TimeDelta::minutes(i64::try_from(minutes)?);
    while begin < end {
        let day = (begin + TimeDelta::minutes(i64::try_from(MINUTES_A_DAY)?)).min(end);
        let sql = format!(
            "INSERT INTO sensor_readings (timestamp, sensor_id, value, unit, quality) \
             SELECT t, 'sensor-' || n, round((20 + 5 * sin(extract(epoch FROM t)::float8 / 7000 + n) + random())::numeric, 2), 'C', 1 \
             FROM generate_series('{}'::timestamptz, '{}'::timestamptz - INTERVAL '1 minute', INTERVAL '1 minute') t, generate_series(1, {SENSORS}) n",
            begin.to_rfc3339(),
            day.to_rfc3339()
        );
        db.execute_unprepared(&sql).await?;
        begin = day;
    }
    Ok(())
}

/// Bytes before and after; `None` where all readings are in the newest chunk.
async fn compress(db: &DatabaseConnection) -> Result<Option<(i64, i64)>> {
    // One transaction a chunk: all at once would hold every lock to the end.
    let older = "SELECT string_agg(format('SELECT compress_chunk(%L)', format('%I.%I', chunk_schema, chunk_name)), ';' ORDER BY range_start) \
                 FROM timescaledb_information.chunks WHERE hypertable_name = 'sensor_readings' AND hypertable_schema = current_schema() \
                 AND range_end < (SELECT max(range_end) FROM timescaledb_information.chunks WHERE hypertable_name = 'sensor_readings')";
    for sql in scalar(db, older).await.unwrap_or_default().split(';').filter(|sql| !sql.is_empty()) {
        db.execute_unprepared(sql).await?;
    }
    let sum = async |which: &str| -> Result<i64> {
        let sql = format!(
            "SELECT coalesce(sum({which}_compression_total_bytes), 0)::text FROM hypertable_compression_stats('sensor_readings')"
        );
        Ok(scalar(db, &sql).await.unwrap_or_default().parse()?)
    };
    let bytes = (sum("before").await?, sum("after").await?);
    Ok((bytes.0 > 0).then_some(bytes))
}

/// By the server where it has continuous aggregates, else as from cron.
async fn fill_aggregates(runner: &Runner) -> Result<()> {
    if !runner.server().has_continuous_aggregates() {
        let done = maintain(runner, false).await?;
        return done.error().map_or(Ok(()), |error| Err(error.into()));
    }
    for aggregate in ["hourly", "daily", "weekly"] {
        let sql = format!("CALL refresh_continuous_aggregate('sensor_readings_summary_{aggregate}', NULL, NULL)");
        runner.connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
