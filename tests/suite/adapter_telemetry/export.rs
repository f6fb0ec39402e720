//! Exports: every reading once, from where the last one ended, and in the memory of a few.

use std::process::{Command, Stdio};

use chrono::SecondsFormat;
use core_server_adapter::{
    AdapterError, DatabaseConfig, Period,
    telemetry::{CSV_HEADER, Exported, NewReading, ReadingCursor, ReadingFilter, ReadingRepository, Telemetry},
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait};
use serde_json::json;
use tests::{TestDatabase, on_every_backend};

use super::{count, migrated, minute, reading, rows, value};

on_every_backend!(
    an_export_holds_every_reading_as_it_is,
    an_export_goes_on_where_the_last_one_ended,
    an_export_takes_no_more_memory_for_more_readings,
    a_full_disk_is_an_error,
);

async fn exported(telemetry: &Telemetry, filter: &ReadingFilter, from: Option<&ReadingCursor>) -> (String, Exported) {
    let mut out = Vec::new();
    let exported = telemetry.readings().write_csv(filter, from, &mut out).await.unwrap();
    (String::from_utf8(out).unwrap(), exported)
}

async fn an_export_holds_every_reading_as_it_is(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let readings = telemetry.readings();
    let awkward = "it's \"20 °C\", \\ 水\n漏れ \u{1F525}";
    let mut new = vec![
        reading(awkward, 0).kind("a,b").unit("\"").quality(-0.0).metadata(json!({"text": awkward, "n": [1, null]})),
        NewReading::new("s", minute(1), f64::MIN_POSITIVE),
        NewReading::new("s", minute(2), -f64::MAX),
        NewReading::new("s", minute(3), 0.1 + 0.2),
    ];
    new.extend((4..2504).map(|number| reading("s", number)));
    readings.insert_many(&new).await.unwrap();
    let (text, exported) = exported(&telemetry, &ReadingFilter::new(), None).await;
    assert_eq!(exported.rows, 2504);
    let all = rows(telemetry.connection()).await;
    assert_eq!(exported.position, Some(ReadingCursor::after_reading(all.last().unwrap())));
    // Read back by another reader of CSV.
    let text = format!("{CSV_HEADER}{text}");
    let mut file = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(file.headers().unwrap().len(), 7);
    let mut number = 0;
    for (line, row) in file.records().zip(&all) {
        let line = line.unwrap();
        number += 1;
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        assert_eq!(line[0], row.timestamp.to_utc().to_rfc3339_opts(SecondsFormat::Micros, true));
        assert_eq!((&line[1], &line[2]), (&*row.sensor_id, &*or_empty(&row.sensor_type)));
        assert_eq!(line[3].parse::<f64>().unwrap().to_bits(), row.value.to_bits(), "{}", &line[3]);
        assert_eq!(line[4], or_empty(&row.unit));
        assert_eq!(line[5].parse::<f64>().ok(), row.quality);
        let metadata = (!line[6].is_empty()).then(|| serde_json::from_str(&line[6]).unwrap());
        assert_eq!(metadata, row.sensor_metadata);
    }
    assert_eq!(number, 2504);
}

async fn an_export_goes_on_where_the_last_one_ended(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let readings = telemetry.readings();
    let all = ReadingFilter::new();
    let (text, nothing) = exported(&telemetry, &all, None).await;
    assert_eq!((&*text, nothing), ("", Exported { rows: 0, position: None }));
    let mut whole = String::new();
    let mut position: Option<ReadingCursor> = None;
    for round in 0..4_u32 {
        // Several sensors at one moment, on both sides of where the last export ended.
        let numbers = round * 700..(round + 1) * 700;
        let new: Vec<NewReading> = numbers
            .map(|number| NewReading::new(format!("s-{:03}", number % 150), minute(i64::from(number / 150)), 1.5))
            .collect();
        readings.insert_many(&new).await.unwrap();
        let (text, exported) = exported(&telemetry, &all, position.as_ref()).await;
        assert_eq!(exported.rows, 700, "round {round}");
        whole.push_str(&text);
        // The position travels as text.
        position = exported.position.map(|position| position.to_string().parse().unwrap());
        let (text, again) = self::exported(&telemetry, &all, position.as_ref()).await;
        assert_eq!((&*text, again), ("", Exported { rows: 0, position: position.clone() }), "nothing is new");
    }
    assert_eq!(whole, exported(&telemetry, &all, None).await.0, "the parts are the whole");
    assert_eq!(whole.lines().count(), 2800);

    // Since a moment, of one sensor, and within a transaction.
    let since = ReadingFilter::new().sensor("s-007").period(Period::since(minute(5)));
    let transaction = telemetry.connection().begin().await.unwrap();
    let mut out = Vec::new();
    let part = ReadingRepository::new(&transaction).write_csv(&since, None, &mut out).await.unwrap();
    transaction.rollback().await.unwrap();
    let expected: Vec<&str> = whole.lines().filter(|line| line.contains("s-007")).skip(5).collect();
    assert_eq!(String::from_utf8(out).unwrap().lines().collect::<Vec<_>>(), expected);
    assert_eq!(part.rows, expected.len() as u64);
}

/// Bytes of metadata of a row, and how many rows: more than 100 MB once read.
const FILLER: usize = 400;
const MANY: u32 = 150_000;

/// Rows made by the server.
async fn many(db: &DatabaseConnection) {
    let filler = "x".repeat(FILLER);
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => format!(
            "INSERT INTO sensor_readings (timestamp, sensor_id, value, sensor_metadata) \
             SELECT timestamptz '2026-01-01 00:00:00+00' + n * interval '1 second', 's', n, '\"{filler}\"' \
             FROM generate_series(1, {MANY}) AS n"
        ),
        DbBackend::MySql => format!(
            "INSERT INTO sensor_readings (timestamp, sensor_id, value, sensor_metadata) \
             SELECT TIMESTAMPADD(SECOND, seq, TIMESTAMP '2026-01-01 00:00:00'), 's', seq, '\"{filler}\"' \
             FROM seq_1_to_{MANY}"
        ),
        _ => format!(
            "INSERT INTO sensor_readings (timestamp, sensor_id, value, sensor_metadata) \
             WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MANY}) \
             SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n, 'unixepoch'), 's', n, '\"{filler}\"' FROM numbers"
        ),
    };
    db.execute_unprepared(&sql).await.unwrap();
    assert_eq!(count(db, "sensor_readings").await, MANY);
}

/// In a process of its own, whose memory is nothing but the export's.
async fn an_export_takes_no_more_memory_for_more_readings(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    many(telemetry.connection()).await;
    telemetry.close().await;
    let url = database.url().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "adapter_telemetry::export::in_a_process_of_its_own", "--ignored", "--nocapture"])
            .env("EXPORT_FROM", url)
            .stderr(Stdio::inherit())
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.split_once("grown by ")).unwrap_or_else(|| panic!("{text}"));
    let kilobytes: u64 = line.1.split_whitespace().next().unwrap().parse().unwrap();
    assert!(kilobytes < 24 << 10, "grown by {kilobytes} kB for {} kB of rows", (FILLER * MANY as usize) >> 10);
}

/// Peak of this process's memory.
fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

#[ignore = "run by another test"]
#[tokio::test]
async fn in_a_process_of_its_own() {
    let Ok(url) = std::env::var("EXPORT_FROM") else { return };
    let config = DatabaseConfig::new(&url).unwrap().max_connections(1);
    let telemetry = Telemetry::connect(&config).await.unwrap();
    let few = ReadingFilter::new().period(Period::until("2026-01-01T00:20:00Z".parse().unwrap()));
    let small = telemetry.readings().write_csv(&few, None, &mut std::io::sink()).await.unwrap();
    assert_eq!(small.rows, 1199);
    let before = peak_kilobytes();
    let whole = telemetry.readings().write_csv(&ReadingFilter::new(), None, &mut std::io::sink()).await.unwrap();
    assert_eq!(whole.rows, u64::from(MANY));
    println!("grown by {} kB", peak_kilobytes() - before);
}

async fn a_full_disk_is_an_error(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let new: Vec<NewReading> =
        (0..10).map(|number| NewReading::new("s", minute(number.into()), value(number))).collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    let mut full = [0_u8; 100];
    let error = telemetry.readings().write_csv(&ReadingFilter::new(), None, &mut &mut full[..]).await.unwrap_err();
    assert!(matches!(error, AdapterError::Output(_)), "{error:?}");
    assert!(error.on_one_line().contains("the export could not be written"), "{error}");
}
