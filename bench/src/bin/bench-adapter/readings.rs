//! Readings: in, the latest of a sensor, and out as CSV.

use std::io::BufWriter;

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    DatabaseConfig,
    telemetry::{NewReading, NewSensor, ReadingFilter, Telemetry},
};
use sea_orm::{ConnectionTrait, sqlx};
use tests::{Backend, TestDatabase};

use super::{ROWS, RUNS, Result, best, psql, rate, ratio, row, timed};

const SENSORS: u32 = 20;
const LATEST: u32 = 200;

pub(super) async fn measure() -> Result<()> {
    let test = TestDatabase::create(Backend::Postgres).await;
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
    row("`insert_many` of 200,000, rate", "psql `\\copy`", ratio(copy, insert_many), &remark);
    row("the same in two halves, on two sessions", "psql `\\copy`", ratio(copy, two), "");

    telemetry.connection().execute_unprepared("VACUUM ANALYZE sensor_readings").await?;
    let by_driver = best(|| async {
        let pool = telemetry.connection().get_postgres_connection_pool();
        for _ in 0..LATEST {
            let rows = sqlx::query(
                "SELECT timestamp, sensor_id, sensor_type, value, unit, quality, sensor_metadata FROM sensor_readings \
                 WHERE sensor_id = $1 ORDER BY timestamp DESC LIMIT 1000",
            )
            .bind("sensor-7")
            .fetch_all(pool)
            .await?;
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

    let query = "SELECT timestamp, sensor_id, sensor_type, value, unit, quality, sensor_metadata FROM sensor_readings \
        ORDER BY timestamp, sensor_id";
    let copied = best(|| async { psql(test.url(), &format!("\\copy ({query}) TO '{path}' CSV")) }).await?;
    let exported = best(|| async {
        let mut out = BufWriter::new(std::fs::File::create(file.path())?);
        telemetry.readings().write_csv(&ReadingFilter::new(), None, &mut out).await?;
        Ok(())
    })
    .await?;
    row("ordered CSV export of 200,000, time", "psql `\\copy` of the same query", ratio(exported, copied), "");
    telemetry.close().await;
    Ok(())
}
