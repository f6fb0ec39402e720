//! Readings: in, the latest of a sensor, and out as CSV.

use std::{io::BufWriter, process::Command, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    DatabaseConfig,
    telemetry::{NewReading, NewSensor, ReadingFilter, Telemetry},
};
use sea_orm::{ConnectionTrait, sqlx};
use tests::{Backend, TestDatabase};

use super::{ROWS, RUNS, Result, Table, best, psql, rate, ratio, row, timed};

const SENSORS: u32 = 20;
const LATEST: u32 = 200;

pub(super) async fn measure(table: &Table, backend: Backend) -> Result<()> {
    let test = TestDatabase::create(backend).await;
    test.up_of("telemetry", migration::areas::telemetry::project, None).await;
    let telemetry = Telemetry::connect(&DatabaseConfig::new(test.url())?.max_connections(2)).await?;
    for sensor in 0..SENSORS {
        telemetry.sensors().register(&NewSensor::new(format!("sensor-{sensor}"), "temperature")).await?;
    }
    let start: DateTime<Utc> = Utc::now() - TimeDelta::days(30);
    let new: Vec<NewReading> = (0..ROWS)
        .map(|number| {
            let at = start + TimeDelta::seconds(i64::from(number / SENSORS) * 60);
            NewReading::new(format!("sensor-{}", number % SENSORS), at, 70.0 + f64::from(number % 977) / 7.0)
        })
        .collect();
    let clear = async || telemetry.connection().execute_unprepared("TRUNCATE sensor_readings").await.map(drop);

    let insert = || async { telemetry.readings().insert_many(&new).await.map(drop).map_err(Into::into) };
    insert().await?;
    let file = tempfile::NamedTempFile::new()?;
    let path = file.path().display().to_string();
    let columns = "sensor_readings (timestamp, sensor_id, value)";
    psql(test.url(), &format!("\\copy (SELECT timestamp, sensor_id, value FROM sensor_readings) TO '{path}'"))?;
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..RUNS {
        clear().await?;
        times[0].push(timed(async { psql(test.url(), &format!("\\copy {columns} FROM '{path}'")) }).await?);
        clear().await?;
        times[1].push(timed(insert()).await?);
        clear().await?;
        let (first, second) = new.split_at(new.len() / 2);
        let readings = telemetry.readings();
        times[2].push(
            timed(async {
                let both = futures_util::future::try_join(readings.insert_many(first), readings.insert_many(second));
                both.await.map(drop).map_err(Into::into)
            })
            .await?,
        );
    }
    let [copy, insert_many, two] = times.map(|mut times| {
        times.sort();
        times[RUNS / 2]
    });
    let remark = format!("; {:.0} rows/s", rate(insert_many));
    table.figure("insert-many", ratio(copy, insert_many), &remark)?;
    table.figure("insert-many-two", ratio(copy, two), "")?;

    telemetry.connection().execute_unprepared("VACUUM ANALYZE sensor_readings").await?;
    let by_driver = best(|| async {
        let pool = telemetry.connection().get_postgres_connection_pool();
        for _ in 0..LATEST {
            let rows = sqlx::query(sqlx::AssertSqlSafe(latest_of("$1"))).bind("sensor-7").fetch_all(pool).await?;
            assert_eq!(rows.len(), 1_000);
        }
        Ok(())
    })
    .await?;
    let latest = best(|| async {
        for _ in 0..LATEST {
            assert_eq!(telemetry.readings().latest("sensor-7", 1_000).await?.len(), 1_000);
        }
        Ok(())
    })
    .await?;
    let remark = format!("; {:.2} ms", latest.as_secs_f64() * 1_000.0 / f64::from(LATEST));
    row("latest 1,000 of a sensor", "driver, prepared", ratio(latest, by_driver), &remark);
    table.figure("latest", ratio(latest, by_pgbench(test.url())?), "")?;

    let query = "SELECT timestamp, sensor_id, sensor_type, value, unit, quality, sensor_metadata FROM sensor_readings \
        ORDER BY timestamp, sensor_id";
    let copied = best(|| async { psql(test.url(), &format!("\\copy ({query}) TO '{path}' CSV")) }).await?;
    let exported = best(|| async {
        let mut out = BufWriter::new(std::fs::File::create(file.path())?);
        telemetry.readings().write_csv(&ReadingFilter::new(), None, &mut out).await?;
        Ok(())
    })
    .await?;
    table.figure("csv", ratio(exported, copied), "")?;
    telemetry.close().await;
    Ok(())
}

fn latest_of(sensor: &str) -> String {
    format!(
        "SELECT timestamp, sensor_id, sensor_type, value, unit, quality, sensor_metadata FROM sensor_readings \
         WHERE sensor_id = {sensor} ORDER BY timestamp DESC LIMIT 1000"
    )
}

/// The same query so often by pgbench, which reads the rows and makes nothing of them.
fn by_pgbench(url: &str) -> Result<Duration> {
    let script = tempfile::NamedTempFile::new()?;
    std::fs::write(script.path(), format!("{};\n", latest_of("'sensor-7'")))?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut command = Command::new("pgbench");
        command.args(["-n", "-M", "prepared", "-t", &LATEST.to_string(), "-f"]).arg(script.path()).arg(url);
        let output = command.output().map_err(|error| format!("pgbench cannot be started: {error}"))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let latency = said.lines().find_map(|line| line.strip_prefix("latency average = ")?.strip_suffix(" ms"));
        let latency: f64 = latency.ok_or_else(|| format!("pgbench: {}", output.status))?.parse()?;
        times.push(Duration::from_secs_f64(latency / 1_000.0) * LATEST);
    }
    times.sort();
    Ok(times[RUNS / 2])
}
