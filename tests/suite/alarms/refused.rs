//! The database itself refuses every value that the contract rules out, whoever sends it.

use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestDatabase,
    fixtures::{self, Alarm, count, execute, id},
    on_every_backend, rows_as_text,
};

on_every_backend!(
    every_bad_value_is_refused,
    values_at_the_edge_are_taken,
    what_is_left_out_has_its_default,
    a_good_row_cannot_be_made_bad,
);

/// Alarms that differ from a good one in what the text says.
fn bad(backend: Backend) -> Vec<(&'static str, Alarm)> {
    let good = || Alarm::numbered(backend, 1);
    let model = |score: &str| good().of_model(0.5).with("anomaly_score", score);
    let mut bad = vec![
        ("a score below 0", model("-0.001")),
        ("a score above 1", model("1.001")),
        ("a score on a threshold alarm", good().with("origin", "'threshold'").with("anomaly_score", "0.5")),
        ("a score where the origin is left out", good().with("anomaly_score", "0.5")),
        ("a model alarm with no score", good().with("origin", "'anomaly_model'")),
        ("a model alarm whose score is null", model("NULL")),
        ("an unknown severity", good().with("severity", "'fatal'")),
        ("an unknown status", good().with("status", "'closed'")),
        ("an unknown origin", good().of_model(0.5).with("origin", "'human'")),
        ("an empty label", good().with("severity", "''")),
        ("an empty sensor id", good().with("sensor_id", "''")),
        ("a sensor id of 256 characters", good().with("sensor_id", format!("'{}'", "s".repeat(256)))),
        ("a model on a threshold alarm", good().with("model_name", "'m'")),
        ("a version without a model", model("0.5").with("model_version", "'1'")),
        ("a model without a name", model("0.5").with("model_name", "''")),
        ("fewer than no repeats", good().with("repeats", "-1")),
        (
            "seen again before it was raised",
            good().with("last_seen_at", fixtures::moment(backend, fixtures::raised_at(0))),
        ),
        ("a key that is taken", good().with("id", id(backend, 0))),
    ];
    let not_null = ["id", "raised_at", "sensor_id", "severity", "status", "message", "origin"];
    bad.extend(not_null.map(|column| ("null in a column that is never null", good().with(column, "NULL"))));
    let no_default = ["raised_at", "sensor_id", "severity"];
    // MariaDB fills in the first label for an enum that is left out, NOT NULL or not.
    let no_default = no_default.into_iter().filter(|column| !(backend == Backend::Mariadb && *column == "severity"));
    bad.extend(no_default.map(|column| ("a column without default left out", good().without(column))));
    bad.extend(["{\"line\": ", "", "line"].map(|json| ("invalid JSON", good().with("context", format!("'{json}'")))));
    let not_finite: &[&str] = match backend {
        Backend::Sqlite => &["'NaN'", "9e999", "-9e999", "'Infinity'", "x'3f'"],
        Backend::Mariadb => &["'NaN'", "1e999", "-1e999", "'Infinity'"],
        Backend::Postgres | Backend::Timescale => &["'NaN'", "'Infinity'", "'-Infinity'"],
    };
    bad.extend(not_finite.iter().map(|score| ("a score that is no finite number", model(score))));
    let moments: &[&str] = match backend {
        Backend::Sqlite => &[
            "'1969-12-31T23:59:59.999999+00:00'",
            "'10000-01-01T00:00:00+00:00'",
            "'2026-01-05T10:00:00+02:00'",
            "'2026-01-05T10:00:00-00:00'",
            "'2026-01-05T10:00:00Z'",
            "'2026-01-05T10:00:00'",
            "'2026-01-05 10:00:00+00:00'",
            "'2026-01-05'",
            "'2026-02-30T10:00:00+00:00'",
            "'2026-13-01T10:00:00+00:00'",
            "'2026-01-05T24:00:00+00:00'",
            "'2026-01-05T10:00:60+00:00'",
            "'2026-01-05T10:00:00 or so+00:00'",
            "'2026-01-05T10:00:00.+00:00'",
            "'2026-01-05T10:00:00 +00:00'",
            "'2026-01-05T10:00+00:00'",
            "1767607200",
            "x'3230'",
            "''",
        ],
        Backend::Mariadb => {
            &["'1969-12-31 23:59:59.999999'", "'10000-01-01'", "'0000-00-00'", "'2026-02-30'", "'soon'"]
        }
        Backend::Postgres | Backend::Timescale => &[
            "'1969-12-31 23:59:59.999999+00'",
            "'10000-01-01 00:00:00+00'",
            "'infinity'",
            "'-infinity'",
            "'0044-01-01 BC'",
        ],
    };
    bad.extend(moments.iter().map(|moment| ("a time out of range or shape", good().with("raised_at", *moment))));
    if backend == Backend::Sqlite {
        let ids = ["'01900000-0000-7000-8000-000000000001'", "x'0102'", "7"];
        bad.extend(ids.map(|id| ("an id that is not 16 bytes", good().with("id", id))));
    }
    bad
}

async fn every_bad_value_is_refused(database: TestDatabase) {
    let database = database.up(None).await;
    let (backend, db) = (database.backend(), database.connect().await);
    execute(&db, &Alarm::numbered(backend, 1).with("id", id(backend, 0)).insert()).await;
    execute(&db, &Alarm::numbered(backend, 2).of_model(0.5).insert()).await;
    let mut taken = Vec::new();
    for (what, alarm) in bad(backend) {
        let sql = alarm.insert();
        match db.execute_unprepared(&sql).await {
            Ok(_) => taken.push(format!("{what}: {sql}")),
            Err(error) => assert!(!error.to_string().contains("syntax to use"), "{error} in {sql}"),
        }
    }
    assert!(taken.is_empty(), "taken: {taken:#?}");
    assert_eq!(count(&db, "alarms").await, 2);
}

async fn values_at_the_edge_are_taken(database: TestDatabase) {
    let database = database.up(None).await;
    let (backend, db) = (database.backend(), database.connect().await);
    let good = |number| Alarm::numbered(backend, number);
    let (first, last) = match backend {
        Backend::Sqlite => ("'1970-01-01T00:00:00+00:00'", "'9999-12-31T23:59:59.999999+00:00'"),
        Backend::Mariadb => ("'1970-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"),
        Backend::Postgres | Backend::Timescale => ("'1970-01-01 00:00:00+00'", "'9999-12-31 23:59:59.999999+00'"),
    };
    let edge = [
        good(1).of_model(0.0),
        good(2).of_model(1.0),
        good(3).with("sensor_id", "'s'"),
        good(4).with("sensor_id", format!("'{}'", "漏".repeat(255))),
        good(5).with("raised_at", first),
        good(6).with("raised_at", last),
        good(7).with("context", "'[1, null]'"),
        good(8).with("message", "''"),
        good(9).with("origin", "'threshold'").with("anomaly_score", "NULL"),
    ];
    let expected = u32::try_from(edge.len()).unwrap();
    for alarm in edge {
        execute(&db, &alarm.insert()).await;
    }
    assert_eq!(count(&db, "alarms").await, expected);
}

async fn what_is_left_out_has_its_default(database: TestDatabase) {
    let database = database.up(None).await;
    let (backend, db) = (database.backend(), database.connect().await);
    for number in [1, 2] {
        execute(&db, &Alarm::minimal(backend, number).insert()).await;
    }
    let rest = "value IS NULL AND threshold IS NULL AND context IS NULL AND acknowledged_at IS NULL \
                AND acknowledged_by IS NULL AND resolved_at IS NULL AND anomaly_score IS NULL";
    let defaults = format!("alarms WHERE status = 'active' AND message = '' AND origin = 'threshold' AND {rest}");
    assert_eq!(count(&db, &defaults).await, 2);
    let ids = match backend {
        Backend::Sqlite | Backend::Mariadb => "SELECT hex(id) FROM alarms",
        Backend::Postgres | Backend::Timescale => "SELECT replace(id::text, '-', '') FROM alarms",
    };
    let ids = rows_as_text(&db, ids).await;
    assert!(ids.iter().all(|id| id.len() == 32) && ids[0] != ids[1], "{ids:?}");
}

async fn a_good_row_cannot_be_made_bad(database: TestDatabase) {
    let database = database.up(None).await;
    let (backend, db) = (database.backend(), database.connect().await);
    execute(&db, &Alarm::numbered(backend, 1).of_model(0.5).insert()).await;
    for change in [
        "anomaly_score = 1.5",
        "anomaly_score = NULL",
        "origin = 'threshold'",
        "origin = NULL",
        "sensor_id = ''",
        "severity = 'fatal'",
    ] {
        assert!(db.execute_unprepared(&format!("UPDATE alarms SET {change}")).await.is_err(), "{change}");
    }
    execute(&db, "UPDATE alarms SET origin = 'threshold', anomaly_score = NULL").await;
}
