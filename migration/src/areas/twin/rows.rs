//! Rows for the seeds of the area: four weeks of four machines, in every state, with nulls, quotes and letters beyond
//! ASCII.

use std::ops::RangeInclusive;

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::seed;

const MACHINES: [&str; 4] = ["press-1", "press-2", "it''s \"odd\"", "Öl/25 °C"];
const SEVERITIES: [&str; 4] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
/// Days of January 2026, four weeks.
const DAYS: RangeInclusive<u32> = 1..=28;

/// Rows for all tables of the area.
pub async fn seed_all(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    seed_snapshots(manager, DAYS).await?;
    seed_anomalies(manager, DAYS).await?;
    let backend = manager.get_database_backend();
    let columns = "machine_type, baseline_temp, temp_variation, baseline_vibration, vibration_variation, \
                   operational_pattern, thresholds, updated_at";
    let configurations = (0..6).map(|number| configuration(backend, number));
    seed::insert(manager, "machine_configurations", columns, configurations).await
}

/// Two snapshots of each machine on each of these days of January 2026.
pub async fn seed_snapshots(manager: &SchemaManager<'_>, days: RangeInclusive<u32>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let rows = days.flat_map(|day| (0..8).map(move |number| snapshot(backend, day, number)));
    seed::insert(manager, super::SNAPSHOTS, "machine_id, snapshot_time, state_data", rows).await
}

/// Four anomalies on each of these days of January 2026.
pub async fn seed_anomalies(manager: &SchemaManager<'_>, days: RangeInclusive<u32>) -> Result<(), DbErr> {
    const COLUMNS: &str = "machine_id, anomaly_type, severity, timestamp, sensor_data, calculated_metrics, details";
    let backend = manager.get_database_backend();
    let rows = days.flat_map(|day| (0..4).map(move |number| anomaly(backend, day, number)));
    seed::insert(manager, super::ANOMALIES, COLUMNS, rows).await
}

fn snapshot(backend: DbBackend, day: u32, number: u32) -> String {
    [
        format!("'{}'", MACHINES[number as usize % MACHINES.len()]),
        seed::moment(backend, day, number * 3, number),
        format!("'{{\"temperature\": {day}.{number}, \"note\": \"it''s 20 °C\", \"tools\": [{number}]}}'"),
    ]
    .join(", ")
}

fn anomaly(backend: DbBackend, day: u32, number: u32) -> String {
    let count = day + number;
    [
        format!("'{}'", MACHINES[count as usize % MACHINES.len()]),
        "'temperature spike'".to_owned(),
        format!("'{}'", SEVERITIES[(day + number / 2) as usize % SEVERITIES.len()]),
        seed::moment(backend, day, number * 5, 7 * number),
        seed::or_null(!count.is_multiple_of(2), format!("'{{\"temperature\": {day}.5}}'")),
        seed::or_null(!count.is_multiple_of(3), format!("'{{\"deviation\": {number}}}'")),
        seed::or_null(!count.is_multiple_of(5), "'[\"it''s hot\", null]'"),
    ]
    .join(", ")
}

fn configuration(backend: DbBackend, number: u32) -> String {
    [
        format!("'{}'", ["press", "lathe", "it''s \"odd\"", "Fräse", "Press", "oven"][number as usize]),
        seed::or_null(!number.is_multiple_of(2), format!("{number}0.15")),
        seed::or_null(!number.is_multiple_of(3), "999.99"),
        seed::or_null(!number.is_multiple_of(2), "-0.01"),
        seed::or_null(!number.is_multiple_of(3), "0"),
        seed::or_null(!number.is_multiple_of(4), "'two shifts'"),
        seed::or_null(!number.is_multiple_of(2), "'{\"temperature\": {\"max\": 80.5}}'"),
        seed::moment(backend, 1 + number, 0, 0),
    ]
    .join(", ")
}
