//! Exports: every reading once, from where the last one ended, and in the memory of a few.

use std::{
    fmt::Write,
    process::{Command, Stdio},
    time::Duration,
};

use chrono::SecondsFormat;
use core_server_adapter::{
    AdapterError, DatabaseConfig, PageRequest, Period,
    telemetry::{
        Band, CSV_HEADER, CsvChunk, Exported, NewReading, ReadingCursor, ReadingFilter, ReadingRepository, Telemetry,
    },
};
use futures_util::{StreamExt, TryStreamExt};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait};
use serde_json::json;
use tests::{
    Backend, TestDatabase,
    fixtures::{execute, moment},
    on_every_backend,
};

use super::{connect, count, migrated, minute, reading, rows, value};

on_every_backend!(
    an_export_holds_every_reading_as_it_is,
    an_export_goes_on_where_the_last_one_ended,
    the_bytes_are_the_same_on_every_backend,
    every_piece_tells_where_the_next_one_begins,
    a_filter_finds_names_with_any_character,
    an_export_that_is_dropped_leaves_the_pool_usable,
    an_export_that_fails_leaves_the_pool_usable,
    an_export_takes_no_more_memory_for_more_readings,
    a_full_disk_is_an_error,
);
on_every_backend!(
    only: [timescaledb, postgres, sqlite], "MariaDB does not store JSON that cannot be read again";
    what_another_program_wrote_is_exported_as_it_is,
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

/// Over the pool, which is COPY on PostgreSQL, and within a transaction.
async fn both_ways(telemetry: &Telemetry, filter: &ReadingFilter) -> String {
    let (text, exported) = exported(telemetry, filter, None).await;
    let transaction = telemetry.connection().begin().await.unwrap();
    let mut out = Vec::new();
    let again = ReadingRepository::new(&transaction).write_csv(filter, None, &mut out).await.unwrap();
    transaction.rollback().await.unwrap();
    for (line, again) in text.lines().zip(std::str::from_utf8(&out).unwrap().lines()) {
        assert_eq!(line, again);
    }
    assert_eq!((text.len(), exported), (out.len(), again));
    text
}

async fn the_bytes_are_the_same_on_every_backend(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let numbers = [
        (1e300, "1e300"),
        (1e-7, "1e-7"),
        (0.1, "0.1"),
        // Not every server stores its sign.
        (-0.0, "0.0"),
        (0.0, "0.0"),
        (21.0, "21.0"),
        // PostgreSQL's own text has other digits for these.
        (1e23, "1e23"),
        (2f64.powi(-44), "5.684341886080802e-14"),
        (1e15, "1000000000000000.0"),
        (1e16, "1e16"),
        (1e-5, "0.00001"),
        (123_456_789_012_345_680.0, "1.2345678901234568e17"),
        (-f64::MAX, "-1.7976931348623157e308"),
        (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1.0 / 3.0, "0.3333333333333333"),
    ];
    let mut new = Vec::new();
    let mut expected = String::new();
    for (number, (value, text)) in (0..).zip(numbers) {
        new.push(NewReading::new("s", minute(number), value));
        let at = minute(number).to_rfc3339_opts(SecondsFormat::Micros, true);
        writeln!(expected, "{at},s,,{text},,,").unwrap();
    }
    let texts = [
        (" a b", " a b"),
        ("a,b", "\"a,b\""),
        ("\"", "\"\"\"\""),
        ("it's", "it's"),
        ("a\nb", "\"a\nb\""),
        ("a\r\nb", "\"a\r\nb\""),
        ("\\.", "\\."),
        ("\\N", "\\N"),
        ("NULL", "NULL"),
        ("\u{1f525}水\t°", "\u{1f525}水\t°"),
    ];
    for (number, (text, field)) in (100..).zip(texts) {
        new.push(NewReading::new(text, minute(number), 1.5).kind(text).unit(text).quality(-0.5));
        let at = minute(number).to_rfc3339_opts(SecondsFormat::Micros, true);
        writeln!(expected, "{at},{field},{field},1.5,{field},-0.5,").unwrap();
    }
    let documents = [
        (json!({}), "{}"),
        (json!([]), "[]"),
        (json!(""), "\"\"\"\"\"\""),
        (json!(1.0), "1.0"),
        (
            json!({"b": [1, -0.125, null, true], "a": {"": " "}}),
            "\"{\"\"a\"\":{\"\"\"\":\"\" \"\"},\"\"b\"\":[1,-0.125,null,true]}\"",
        ),
        (json!(["水\u{1f525}", "\u{7f}\u{1}\n\"\\/"]), "\"[\"\"水\u{1f525}\"\",\"\"\u{7f}\\u0001\\n\\\"\"\\\\/\"\"]\""),
        (json!(9_007_199_254_740_993_i64), "9007199254740993"),
        (json!(u64::MAX), "18446744073709551615"),
        (json!([1.5e-9, 0.1]), "\"[1.5e-9,0.1]\""),
    ];
    for (number, (document, field)) in (200..).zip(documents) {
        new.push(NewReading::new("s", minute(number), 1.5).metadata(document));
        let at = minute(number).to_rfc3339_opts(SecondsFormat::Micros, true);
        writeln!(expected, "{at},s,,1.5,,,{field}").unwrap();
    }
    telemetry.readings().insert_many(&new).await.unwrap();
    let text = both_ways(&telemetry, &ReadingFilter::new()).await;
    for (line, expected) in text.lines().zip(expected.lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(text.len(), expected.len());
}

async fn what_another_program_wrote_is_exported_as_it_is(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    let new: Vec<NewReading> = (0..5).map(|number| reading("s", number).metadata(json!({"a": number}))).collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    let before = rows(telemetry.connection()).await;
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let at = moment(database.backend(), minute(2));
    let update = format!("UPDATE sensor_readings SET sensor_metadata = '{deep}' WHERE \"timestamp\" = {at}");
    execute(telemetry.connection(), &update).await;
    let text = both_ways(&telemetry, &ReadingFilter::new()).await;
    assert_eq!(text.lines().count(), 5);
    assert!(text.lines().nth(2).unwrap().ends_with(&deep), "{text}");
    // As rows the others are there.
    let others: Vec<_> = [0, 1, 3, 4].map(|place| before[place].clone()).into();
    let stream = telemetry.readings().stream(&ReadingFilter::new(), None).await.unwrap();
    assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap(), others);
    let latest = telemetry.readings().latest("s", 5).await.unwrap();
    assert_eq!(latest, others.into_iter().rev().collect::<Vec<_>>());
}

async fn every_piece_tells_where_the_next_one_begins(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    // Names with line breaks, so that lines are more than readings, and several sensors at one moment.
    let new: Vec<NewReading> = (0..2345_u32)
        .map(|number| NewReading::new(format!("s\n\"{:02}", number % 70), minute(i64::from(number / 70)), 1.5))
        .collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    let (whole, all) = exported(&telemetry, &ReadingFilter::new(), None).await;
    let readings = telemetry.readings();
    let pieces = readings.stream_csv(&ReadingFilter::new(), None).await.unwrap();
    let pieces: Vec<CsvChunk> = pieces.try_collect().await.unwrap();
    assert_eq!(pieces.iter().map(|piece| piece.rows).collect::<Vec<_>>(), [1000, 1000, 345]);
    let mut begin = 0;
    for piece in &pieces {
        let end = begin + piece.bytes.len();
        assert_eq!(piece.bytes, &whole.as_bytes()[begin..end]);
        begin = end;
        let (rest, _) = exported(&telemetry, &ReadingFilter::new(), Some(&piece.position)).await;
        assert_eq!(rest, whole[begin..]);
    }
    assert_eq!(begin, whole.len());
    assert_eq!(pieces.last().map(|piece| piece.position.clone()), all.position);
}

async fn a_filter_finds_names_with_any_character(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let names = [
        "it's",
        "a\"b",
        "\\",
        "\\'",
        "a\\'; DROP TABLE sensor_readings; --",
        "$1 $$ ? :x",
        "a\nb\tc\rd\u{8}",
        "a\u{1a}",
        "az",
        "水",
    ];
    let new: Vec<NewReading> = (0..).zip(names).map(|(number, name)| reading(name, number).kind(name)).collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    for name in names {
        let filter = ReadingFilter::new().sensor(name).kind(name).period(Period::since(minute(0)));
        let (text, exported) = exported(&telemetry, &filter, None).await;
        let there = telemetry.readings().latest(name, 5).await.unwrap();
        let expected = Exported { rows: 1, position: Some(ReadingCursor::after_reading(&there[0])) };
        assert_eq!(exported, expected, "{name:?}");
        assert_eq!(text, both_ways(&telemetry, &filter).await);
        // As the place to go on from.
        assert_eq!(self::exported(&telemetry, &filter, exported.position.as_ref()).await.0, "");
    }
    let band = |band| ReadingFilter::new().band(band);
    let (low, high) = (-1e300, 5e-324);
    let inside = both_ways(&telemetry, &band(Band::Inside { low, high })).await;
    let outside = both_ways(&telemetry, &band(Band::Outside { low, high })).await;
    assert_eq!(
        inside.lines().count() + outside.lines().count(),
        both_ways(&telemetry, &ReadingFilter::new()).await.lines().count()
    );
    assert!(!inside.is_empty() && !outside.is_empty(), "{inside}{outside}");
}

async fn an_export_that_is_dropped_leaves_the_pool_usable(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    let new: Vec<NewReading> = (0..20_000).map(|number| reading("s", number)).collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    telemetry.close().await;
    let telemetry = connect(&database, 1).await;
    for _ in 0..5 {
        let mut pieces = telemetry.readings().stream_csv(&ReadingFilter::new(), None).await.unwrap().boxed();
        assert_eq!(pieces.try_next().await.unwrap().unwrap().rows, 1000);
        drop(pieces);
        let first = telemetry.readings().list(&ReadingFilter::new(), &PageRequest::first(1)).await.unwrap();
        assert_eq!(first.items[0].timestamp, minute(19_999));
        // Not even begun.
        drop(telemetry.readings().stream_csv(&ReadingFilter::new(), None).await.unwrap());
        let mut full = [0_u8; 100];
        telemetry.readings().write_csv(&ReadingFilter::new(), None, &mut &mut full[..]).await.unwrap_err();
        assert_eq!(exported(&telemetry, &ReadingFilter::new(), None).await.1.rows, 20_000);
    }
}

async fn an_export_that_fails_leaves_the_pool_usable(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    telemetry.readings().insert_many(&[reading("s", 0)]).await.unwrap();
    telemetry.close().await;
    let telemetry = connect(&database, 1).await;
    // Refused before its first row.
    telemetry.connection().execute_unprepared("ALTER TABLE sensor_readings RENAME TO elsewhere").await.unwrap();
    let readings = telemetry.readings();
    let error = readings.write_csv(&ReadingFilter::new(), None, &mut std::io::sink()).await.unwrap_err();
    assert!(matches!(error, AdapterError::Database { table: "sensor_readings", .. }), "{error:?}");
    assert_eq!(count(telemetry.connection(), "elsewhere").await, 1);
    telemetry.connection().execute_unprepared("ALTER TABLE elsewhere RENAME TO sensor_readings").await.unwrap();
    assert_eq!(exported(&telemetry, &ReadingFilter::new(), None).await.1.rows, 1);
}

/// More rows than the time is enough for. Without WebAssembly, which knows no time limits, and SQLite, which has none.
async fn an_export_that_takes_too_long_is_an_error(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    many(telemetry.connection()).await;
    telemetry.close().await;
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(1);
    let telemetry = Telemetry::connect(&config.statement_timeout(Duration::from_secs(4))).await.unwrap();
    let readings = telemetry.readings();
    let mut pieces = readings.stream_csv(&ReadingFilter::new(), None).await.unwrap().boxed();
    let mut rows = 0;
    let error = loop {
        match pieces.try_next().await {
            Ok(piece) => rows += piece.expect("more rows than there is time for").rows,
            Err(error) => break error,
        }
        // A slow reader: the server waits for it with the next rows.
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(error.is_transient(), "{error:?}");
    assert!(rows > 0 && rows < u64::from(MANY), "half way, after {rows}");
    drop(pieces);
    assert_eq!(telemetry.readings().latest("s", 3).await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_export_that_takes_too_long_is_an_error_on_postgres() {
    an_export_that_takes_too_long_is_an_error(TestDatabase::create(Backend::Postgres).await).await;
}

/// Bytes of metadata of a row, and how many rows: more than 50 MB once read.
const FILLER: usize = 400;
const MANY: u32 = 80_000;

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
        Command::new(env!("CARGO_BIN_EXE_export-under-test")).arg(url).stderr(Stdio::inherit()).output().unwrap()
    })
    .await
    .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<u64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let [few, all, kilobytes] = numbers[..] else { panic!("{text}") };
    assert_eq!((few, all), (1199, u64::from(MANY)));
    assert!(kilobytes < 24 << 10, "grown by {kilobytes} kB for {} kB of rows", (FILLER * MANY as usize) >> 10);
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
