//! Rows for the seeds of the area: four sensors, four weeks of readings, and what is made of them, in every state, with
//! nulls, quotes and letters beyond ASCII.

use migration_timescale::Dialect;
use std::ops::RangeInclusive;

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::seed;

/// Business keys of the sensors.
const SENSORS: [&str; 4] = ["pump-1", "pump-2", "it''s \"odd\"", "Öl/25 °C"];
/// Days of January 2026, four weeks.
pub const DAYS: RangeInclusive<u32> = 1..=28;
const READING_COLUMNS: &str = "timestamp, sensor_id, sensor_type, value, unit, quality, sensor_metadata";

/// Rows for all tables of the area.
pub async fn seed_all(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let sensors = (0..8).map(|number| sensor(backend, number));
    seed::insert(manager, "sensors", "id, sensor_id, type, location, status, updated_at", sensors).await?;
    seed_readings(manager, DAYS, 0).await?;
    let columns = "id, sensor_id, anomaly_type, severity, confidence, description, evidence, recommended_actions, \
                   status, created_at";
    seed::insert(manager, "anomaly_alerts", columns, (0..20).map(|number| alert(backend, number))).await?;
    let columns = "id, equipment_id, sensor_id, task_type, priority, status, scheduled_start, scheduled_end, \
                   required_skills, parts_needed, created_at";
    seed::insert(manager, "maintenance_tasks", columns, (0..25).map(|number| task(backend, number))).await?;
    let columns = "id, task_id, equipment_id, completion_date, technician_id, status, actual_duration_hours, notes";
    seed::insert(manager, "maintenance_logs", columns, (0..12).map(|number| log(backend, number))).await
}

/// Six readings of each sensor on each of these days of January 2026. `series` tells seeds of the same days apart.
pub async fn seed_readings(manager: &SchemaManager<'_>, days: RangeInclusive<u32>, series: u32) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let readings = days.flat_map(|day| (0..24).map(move |number| reading(backend, day, number, series)));
    seed::insert(manager, "sensor_readings", READING_COLUMNS, readings).await
}

fn reading(backend: DbBackend, day: u32, number: u32, series: u32) -> String {
    // Two of each sensor lie in the same hour.
    let (of, nth) = (number as usize % SENSORS.len(), number / 4);
    let value = 20.0 + f64::from(day * 24 + number) / 7.0 - f64::from(series);
    [
        seed::moment(backend, day, nth / 2 * 7 + day % 3, 1000 * series + number),
        format!("'{}'", SENSORS[of]),
        seed::or_null(of != 1, "'temperature'"),
        format!("{value}"),
        seed::or_null(!number.is_multiple_of(5), "'°C'"),
        seed::or_null(!number.is_multiple_of(3), format!("{}", f64::from(number) / 24.0)),
        seed::or_null(!number.is_multiple_of(4), format!("'{{\"line\": {number}, \"note\": \"it''s\"}}'")),
    ]
    .join(", ")
}

fn sensor(backend: DbBackend, number: u32) -> String {
    let states = ["active", "inactive", "maintenance", "faulty", "decommissioned"];
    let business_key = SENSORS.get(number as usize).map_or_else(|| format!("idle-{number}"), ToString::to_string);
    [
        seed::id(backend, number),
        format!("'{business_key}'"),
        "'temperature'".to_owned(),
        seed::or_null(!number.is_multiple_of(2), "'hall 3, \"north\"'"),
        format!("'{}'", states[number as usize % states.len()]),
        seed::moment(backend, 1 + number, 0, 0),
    ]
    .join(", ")
}

fn alert(backend: DbBackend, number: u32) -> String {
    let severities = ["low", "medium", "high", "critical"];
    let states = ["open", "acknowledged", "resolved", "dismissed"];
    [
        seed::id(backend, 100 + number),
        format!("'{}'", SENSORS[number as usize % SENSORS.len()]),
        "'spike'".to_owned(),
        format!("'{}'", severities[number as usize % severities.len()]),
        format!("{}", f64::from(number) / 19.0),
        seed::or_null(!number.is_multiple_of(3), "'it''s 20 °C \"above\"'"),
        seed::or_null(!number.is_multiple_of(2), format!("'{{\"window\": [{number}, 2]}}'")),
        texts(backend, number),
        format!("'{}'", states[number as usize / 4 % states.len()]),
        seed::moment(backend, 1 + number, 3, number),
    ]
    .join(", ")
}

fn task(backend: DbBackend, number: u32) -> String {
    let types = ["inspection", "preventive", "predictive", "corrective", "calibration"];
    let priorities = ["low", "medium", "high", "critical"];
    let states = ["pending", "scheduled", "in_progress", "completed", "cancelled"];
    [
        seed::id(backend, 200 + number),
        format!("'press {}'", number % 3),
        seed::or_null(!number.is_multiple_of(3), format!("'{}'", SENSORS[number as usize % SENSORS.len()])),
        format!("'{}'", types[number as usize % types.len()]),
        format!("'{}'", priorities[number as usize % priorities.len()]),
        format!("'{}'", states[number as usize / 5 % states.len()]),
        seed::or_null(!number.is_multiple_of(5), seed::moment(backend, 1 + number, 8, 0)),
        seed::or_null(!number.is_multiple_of(4), seed::moment(backend, 2 + number, 8, 0)),
        texts(backend, number),
        texts(backend, number + 1),
        seed::moment(backend, 1 + number, 4, number),
    ]
    .join(", ")
}

fn log(backend: DbBackend, number: u32) -> String {
    let states = ["completed", "incomplete", "failed"];
    [
        seed::id(backend, 300 + number),
        seed::id(backend, 200 + number),
        format!("'press {}'", number % 3),
        seed::moment(backend, 3 + number, 15, number),
        seed::or_null(!number.is_multiple_of(4), "'o''hara'"),
        format!("'{}'", states[number as usize % states.len()]),
        seed::or_null(!number.is_multiple_of(3), format!("{}", f64::from(number) / 4.0)),
        seed::or_null(!number.is_multiple_of(5), "'done, \"nearly\"'"),
    ]
    .join(", ")
}

/// None, one, or two texts.
fn texts(backend: DbBackend, number: u32) -> String {
    match (Dialect::of(backend), number % 3) {
        (Dialect::Postgres, 0) => "'{}'",
        (Dialect::Postgres, 1) => "ARRAY['it''s \"quoted\"']",
        (Dialect::Postgres, _) => "ARRAY['check, the {seal}', 'Öl']",
        (Dialect::MySql | Dialect::Sqlite, 0) => "'[]'",
        // MySQL takes a backslash in a literal for its own.
        (Dialect::MySql | Dialect::Sqlite, 1) => "'[\"it''s quoted\"]'",
        (Dialect::MySql | Dialect::Sqlite, _) => "'[\"check, the {seal}\", \"Öl\"]'",
    }
    .to_owned()
}
