//! All readings out as CSV: psql's COPY, COPY by the driver, and the adapter's export, which also sorts them.

use std::{
    collections::BTreeMap,
    io,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use core_server_adapter::{
    DatabaseConfig,
    telemetry::{ReadingFilter, Telemetry},
};
use futures_util::TryStreamExt;
use sea_orm::sqlx::{Connection, PgConnection};

use crate::{
    Result,
    fill::Filled,
    measure::{Measured, median},
};

const RUNS: usize = 3;
const COPY: &str =
    "COPY (SELECT timestamp, sensor_id, value, unit, quality FROM sensor_readings) TO STDOUT WITH (FORMAT csv)";

/// Readings a second, and the driver's time beside psql's.
pub async fn measure(url: &str, filled: &Filled) -> Result<BTreeMap<&'static str, Measured>> {
    let psql = median((0..RUNS).map(|_| by_psql(url).map(|time| time.as_secs_f64())).collect::<Result<_>>()?);
    let mut driver = Vec::new();
    for _ in 0..RUNS {
        driver.push(by_driver(url).await?.as_secs_f64());
    }
    let mut adapter = Vec::new();
    for _ in 0..RUNS {
        adapter.push(by_adapter(url, filled.readings).await?.as_secs_f64());
    }
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    let rate = filled.readings as f64 / psql / 1e6;
    Ok(BTreeMap::from([
        ("6 export by psql's COPY, million readings/s", Measured { value: rate, unit: "" }),
        ("6 export, COPY by the driver/psql, time", Measured { value: median(driver) / psql, unit: "" }),
        ("6 export, write_csv of the adapter/psql, time", Measured { value: median(adapter) / psql, unit: "" }),
    ]))
}

fn by_psql(url: &str) -> Result<Duration> {
    let started = Instant::now();
    let status = Command::new("psql").args(["-X", "-q", "-d", url, "-c", COPY]).stdout(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(started.elapsed()),
        Ok(status) => Err(format!("psql ended with {status}").into()),
        Err(error) => Err(format!("psql cannot be started ({error}): install the client of PostgreSQL").into()),
    }
}

async fn by_driver(url: &str) -> Result<Duration> {
    let mut session = PgConnection::connect(url).await?;
    let started = Instant::now();
    let mut stream = session.copy_out_raw(COPY).await?;
    let mut bytes = 0;
    while let Some(part) = stream.try_next().await? {
        bytes += part.len();
    }
    drop(stream);
    session.close().await?;
    if bytes == 0 {
        return Err("the export is empty".into());
    }
    Ok(started.elapsed())
}

async fn by_adapter(url: &str, readings: u64) -> Result<Duration> {
    let telemetry = Telemetry::open(&DatabaseConfig::new(url)?).await?;
    let started = Instant::now();
    let exported = telemetry.readings().write_csv(&ReadingFilter::new(), None, &mut io::sink()).await?;
    let took = started.elapsed();
    telemetry.close().await;
    if exported.rows == readings { Ok(took) } else { Err(format!("{} of {readings} exported", exported.rows).into()) }
}
