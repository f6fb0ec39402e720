//! All readings out as CSV: psql's COPY, COPY by the driver, and the adapter's export. The adapter gives them in the order
//! of time and sensor; psql once as they come and once in that order.

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
const COLUMNS: &str = "timestamp, sensor_id, sensor_type, value, unit, quality, sensor_metadata";

/// Readings a second, and times beside psql's. The runs alternate, so that noise falls on all alike.
pub async fn measure(url: &str, filled: &Filled) -> Result<BTreeMap<&'static str, Measured>> {
    let (mut unordered, mut ordered, mut driver, mut adapter) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        unordered.push(by_psql(url, &copy(""))?.as_secs_f64());
        driver.push(by_driver(url, &copy("")).await?.as_secs_f64());
        ordered.push(by_psql(url, &copy(" ORDER BY timestamp, sensor_id"))?.as_secs_f64());
        adapter.push(by_adapter(url, filled.readings).await?.as_secs_f64());
    }
    let [unordered, ordered, driver, adapter] = [unordered, ordered, driver, adapter].map(median);
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    let rate = filled.readings as f64 / unordered / 1e6;
    let ratio = |value| Measured { value, unit: "" };
    Ok(BTreeMap::from([
        ("6 export by psql's COPY, million readings/s", ratio(rate)),
        ("6 export, psql's COPY in order/unordered, time", ratio(ordered / unordered)),
        ("6 export, COPY by the driver/psql unordered, time", ratio(driver / unordered)),
        ("6 export, write_csv of the adapter/psql in order, time", ratio(adapter / ordered)),
        ("6 export, write_csv of the adapter/psql unordered, time", ratio(adapter / unordered)),
    ]))
}

fn copy(order: &str) -> String {
    format!("COPY (SELECT {COLUMNS} FROM sensor_readings{order}) TO STDOUT WITH (FORMAT csv)")
}

fn by_psql(url: &str, copy: &str) -> Result<Duration> {
    let started = Instant::now();
    let status = Command::new("psql").args(["-X", "-q", "-d", url, "-c", copy]).stdout(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(started.elapsed()),
        Ok(status) => Err(format!("psql ended with {status}").into()),
        Err(error) => Err(format!("psql cannot be started ({error}): install the client of PostgreSQL").into()),
    }
}

async fn by_driver(url: &str, copy: &str) -> Result<Duration> {
    let mut session = PgConnection::connect(url).await?;
    let started = Instant::now();
    let mut stream = session.copy_out_raw(copy).await?;
    let mut bytes = 0;
    while let Some(part) = stream.try_next().await? {
        bytes += part.len();
    }
    drop(stream);
    let took = started.elapsed();
    session.close().await?;
    if bytes == 0 { Err("the export is empty".into()) } else { Ok(took) }
}

async fn by_adapter(url: &str, readings: u64) -> Result<Duration> {
    let telemetry = Telemetry::open(&DatabaseConfig::new(url)?).await?;
    let started = Instant::now();
    let exported = telemetry.readings().write_csv(&ReadingFilter::new(), None, &mut io::sink()).await?;
    let took = started.elapsed();
    telemetry.close().await;
    if exported.rows == readings { Ok(took) } else { Err(format!("{} of {readings} exported", exported.rows).into()) }
}
