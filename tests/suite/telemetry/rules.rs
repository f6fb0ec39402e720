//! What the tables refuse, the same on every backend, and what they fill in.

use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    on_every_backend, scalar,
};

use super::{insert_readings, revision, up_to};
use crate::rows::{Row, at, no_moments, no_numbers};

on_every_backend!(
    bad_readings_are_refused,
    bad_rows_of_the_other_tables_are_refused,
    what_is_not_given_is_filled_in,
    sensors_that_are_referred_to_stay,
    text_keeps_its_case,
);

async fn bad_readings_are_refused(database: TestDatabase) {
    let backend = database.backend();
    let runner = up_to(&database, revision::HYPERTABLE).await;
    let noon = at(backend, "05 12:00:00");
    let reading = Row::of(
        "sensor_readings",
        &[
            ("timestamp", &noon),
            ("sensor_id", "'pump-1'"),
            ("sensor_type", "'temperature'"),
            ("value", "20.5"),
            ("unit", "'°C'"),
            ("quality", "0.5"),
            ("sensor_metadata", "'{\"line\": 1}'"),
        ],
    );
    let too_long = format!("'{}'", "x".repeat(256));
    let mut bad = vec![
        ("timestamp", "NULL"),
        ("sensor_id", "NULL"),
        ("sensor_id", "''"),
        ("sensor_id", &too_long),
        ("sensor_type", "''"),
        ("value", "NULL"),
        ("unit", "''"),
        ("unit", &too_long),
        ("sensor_metadata", "'{'"),
    ];
    for value in no_numbers(backend) {
        bad.extend([("value", *value), ("quality", *value)]);
    }
    bad.extend(no_moments(backend).iter().map(|moment| ("timestamp", *moment)));
    reading.refuses(runner.connection(), &bad).await;
    assert!(runner.connection().execute_unprepared(&reading.insert("", "")).await.is_err(), "the key is unique");
}

async fn bad_rows_of_the_other_tables_are_refused(database: TestDatabase) {
    let backend = database.backend();
    let runner = up_to(&database, revision::TABLES).await;
    let db = runner.connection();
    let (noon, one) = (at(backend, "05 12:00:00"), at(backend, "05 13:00:00"));
    let sensor = [("sensor_id", "'pump-1'"), ("type", "'pressure'"), ("status", "'active'")];
    let bad = [("sensor_id", "''"), ("sensor_id", "NULL"), ("type", "''"), ("type", "NULL"), ("status", "'asleep'")];
    Row::of("sensors", &sensor).refuses(db, &bad).await;
    assert!(db.execute_unprepared(&Row::of("sensors", &sensor).insert("", "")).await.is_err(), "sensor_id is unique");

    let texts = if matches!(backend, Backend::Postgres | Backend::Timescale) { "'{}'" } else { "'[]'" };
    let alert = [
        ("sensor_id", "'pump-1'"),
        ("anomaly_type", "'spike'"),
        ("severity", "'high'"),
        ("confidence", "1"),
        ("evidence", "'{}'"),
        ("recommended_actions", texts),
        ("status", "'open'"),
        ("created_at", &noon),
    ];
    let mut bad = vec![
        ("sensor_id", "'nobody'"),
        ("sensor_id", "NULL"),
        ("anomaly_type", "''"),
        ("severity", "'terrible'"),
        ("severity", "NULL"),
        ("confidence", "1.0000001"),
        ("confidence", "-0.0000001"),
        ("confidence", "NULL"),
        ("status", "'asleep'"),
        ("created_at", "NULL"),
    ];
    bad.extend(no_numbers(backend).iter().map(|value| ("confidence", *value)));
    bad.extend(no_lists(backend).iter().map(|list| ("recommended_actions", *list)));
    Row::of("anomaly_alerts", &alert).refuses(db, &bad).await;

    let task = [
        ("equipment_id", "'press 1'"),
        ("sensor_id", "'pump-1'"),
        ("task_type", "'inspection'"),
        ("priority", "'low'"),
        ("status", "'pending'"),
        ("scheduled_start", &noon),
        ("scheduled_end", &one),
        ("required_skills", texts),
        ("parts_needed", texts),
    ];
    let before = at(backend, "05 11:59:59");
    let mut bad = vec![
        ("equipment_id", "''"),
        ("sensor_id", "'nobody'"),
        ("task_type", "'wish'"),
        ("priority", "'none'"),
        ("status", "'open'"),
        ("scheduled_end", &before),
    ];
    bad.extend(no_lists(backend).iter().flat_map(|list| [("required_skills", *list), ("parts_needed", *list)]));
    bad.extend(no_moments(backend).iter().map(|moment| ("scheduled_start", *moment)));
    Row::of("maintenance_tasks", &task).refuses(db, &bad).await;

    let id = tests::fixtures::id(backend, 7);
    let log = [
        ("task_id", id.as_str()),
        ("equipment_id", "'press 1'"),
        ("completion_date", &noon),
        ("technician_id", "'o''hara'"),
        ("status", "'completed'"),
        ("actual_duration_hours", "0"),
    ];
    let mut bad = vec![
        ("task_id", "NULL"),
        ("equipment_id", "NULL"),
        ("completion_date", "NULL"),
        ("status", "'open'"),
        ("actual_duration_hours", "-1"),
    ];
    bad.extend(no_numbers(backend).iter().map(|value| ("actual_duration_hours", *value)));
    Row::of("maintenance_logs", &log).refuses(db, &bad).await;
}

fn no_lists(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Sqlite => &["NULL", "'{}'", "'\"a\"'", "'['", "''"],
        Backend::Mariadb => {
            &["NULL", "'{}'", "'\"a\"'", "'['", "'[1]'", "'[null]'", "'[[\"a\"]]'", "'[{}]'", "'[\"a\", 1]'", "'[[]]'"]
        }
        Backend::Postgres | Backend::Timescale => &["NULL", "'{NULL}'", "'{a,NULL}'", "'{{a},{b}}'"],
    }
}

async fn what_is_not_given_is_filled_in(database: TestDatabase) {
    let backend = database.backend();
    let runner = up_to(&database, revision::IDS).await;
    let db = runner.connection();
    execute(db, "INSERT INTO sensors (sensor_id, type) VALUES ('pump-1', 'pressure'), ('pump-2', 'pressure')").await;
    assert_eq!(count(db, "sensors WHERE status = 'active' AND location IS NULL").await, 2);
    assert_eq!(count(db, "(SELECT DISTINCT id FROM sensors) x").await, 2);
    let recent = match backend {
        Backend::Sqlite => "abs(julianday(created_at) - julianday('now')) < 0.001 AND created_at = updated_at",
        Backend::Mariadb => "abs(timestampdiff(SECOND, created_at, utc_timestamp())) < 60 AND created_at = updated_at",
        Backend::Postgres | Backend::Timescale => {
            "created_at BETWEEN now() - interval '1 min' AND now() AND created_at = updated_at"
        }
    };
    assert_eq!(count(db, &format!("sensors WHERE {recent}")).await, 2);
    execute(
        db,
        "INSERT INTO anomaly_alerts (sensor_id, anomaly_type, severity, confidence) VALUES ('pump-1', 'x', 'low', 0.5)",
    )
    .await;
    execute(db, "INSERT INTO maintenance_tasks (equipment_id, task_type) VALUES ('press', 'inspection')").await;
    let none = if matches!(backend, Backend::Postgres | Backend::Timescale) { "'{}'" } else { "'[]'" };
    assert_eq!(count(db, &format!("anomaly_alerts WHERE recommended_actions = {none} AND status = 'open'")).await, 1);
    let task =
        format!("required_skills = {none} AND parts_needed = {none} AND status = 'pending' AND priority = 'medium'");
    assert_eq!(count(db, &format!("maintenance_tasks WHERE {task} AND sensor_id IS NULL")).await, 1);
    let noon = ["05 12:00:00", "20 12:00:00"].map(|day| (day, "pump-1", 1.5));
    insert_readings(db, backend, &noon).await;
    insert_readings(db, backend, &[("05 12:00:00", "pump-2", 2.5)]).await;
    assert_eq!(count(db, "sensor_readings WHERE id IN (1, 2, 3)").await, 3, "each has a number of its own");
}

async fn sensors_that_are_referred_to_stay(database: TestDatabase) {
    let runner = up_to(&database, revision::TABLES).await;
    let db = runner.connection();
    execute(db, "INSERT INTO sensors (sensor_id, type) VALUES ('a', 'x'), ('b', 'x'), ('c', 'x')").await;
    execute(
        db,
        "INSERT INTO anomaly_alerts (sensor_id, anomaly_type, severity, confidence) VALUES ('a', 'x', 'low', 0)",
    )
    .await;
    execute(db, "INSERT INTO maintenance_tasks (equipment_id, task_type, sensor_id) VALUES ('e', 'inspection', 'b')")
        .await;
    for sensor in ["a", "b"] {
        let deleted = db.execute_unprepared(&format!("DELETE FROM sensors WHERE sensor_id = '{sensor}'")).await;
        assert!(deleted.is_err(), "{sensor} is referred to");
    }
    // Readings refer to nobody: they may come before their sensor, and outlive it.
    insert_readings(db, database.backend(), &[("05 12:00:00", "c", 1.0), ("05 12:00:00", "d", 1.0)]).await;
    execute(db, "DELETE FROM sensors WHERE sensor_id = 'c'").await;
    assert_eq!(count(db, "sensor_readings").await, 2);
}

async fn text_keeps_its_case(database: TestDatabase) {
    let runner = up_to(&database, revision::TABLES).await;
    let db = runner.connection();
    execute(db, "INSERT INTO sensors (sensor_id, type) VALUES ('Pump', 'x'), ('pump', '漏れ 😀')").await;
    assert_eq!(scalar(db, "SELECT type FROM sensors WHERE sensor_id = 'pump'").await.as_deref(), Some("漏れ 😀"));
}
