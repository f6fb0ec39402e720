//! Rows for the seeds of the area: four weeks of four machines, in every state, with nulls, quotes and letters beyond
//! ASCII.

use std::ops::RangeInclusive;

use migration_timescale::Dialect;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::seed;

const MACHINES: [&str; 4] = ["press-1", "press-2", "it''s \"odd\"", "Öl/25 °C"];
const SEVERITIES: [&str; 4] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
/// Days of January 2026, four weeks.
const DAYS: RangeInclusive<u32> = 1..=28;

/// Rows for all tables of the area.
pub async fn seed_all(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let columns = "alert_id, machine_id, severity, alert_type, timestamp, description, details, status, assigned_to, \
                   resolution_time, updated_at";
    seed::insert(manager, "alerts", columns, (0..28).map(|number| alert(backend, number))).await?;
    seed_anomalies(manager, DAYS).await?;
    seed_metrics(manager, DAYS).await?;
    let columns = "report_id, report_type, generated_time, machine_id, content, metrics_summary, recommendations";
    seed::insert(manager, "maintenance_reports", columns, (0..12).map(|number| report(backend, number))).await?;
    let columns = "alert_id, notification_type, recipient, subject, content, status, sent_time, response_details";
    seed::insert(manager, "notification_logs", columns, (0..18).map(|number| notification(backend, number))).await?;
    let columns = "model_id, machine_type, model_version, model_name, model_data, training_data_info, training_date, \
                   accuracy_score, status";
    seed::insert(manager, "ml_models", columns, (0..9).map(|number| model(backend, number))).await
}

/// Four anomalies on each of these days of January 2026.
pub async fn seed_anomalies(manager: &SchemaManager<'_>, days: RangeInclusive<u32>) -> Result<(), DbErr> {
    const COLUMNS: &str = "machine_id, anomaly_type, severity, timestamp, sensor_data, calculated_metrics, ml_features, \
                           ml_confidence, algorithm_used";
    let backend = manager.get_database_backend();
    let rows = days.flat_map(|day| (0..4).map(move |number| anomaly(backend, day, number)));
    seed::insert(manager, super::ANOMALIES, COLUMNS, rows).await
}

/// The metrics of each machine on each of these days of January 2026.
pub async fn seed_metrics(manager: &SchemaManager<'_>, days: RangeInclusive<u32>) -> Result<(), DbErr> {
    const COLUMNS: &str = "machine_id, calculation_time, average_load, average_temperature, average_vibration, \
                           uptime_percentage, efficiency_rating, anomaly_count, ml_model_version";
    let backend = manager.get_database_backend();
    let rows = days.flat_map(|day| (0..4).map(move |number| metrics(backend, day, number)));
    seed::insert(manager, super::METRICS, COLUMNS, rows).await
}

fn alert(backend: DbBackend, number: u32) -> String {
    let states = ["NEW", "ACKNOWLEDGED", "IN_PROGRESS", "RESOLVED", "DISMISSED"];
    let state = number as usize % states.len();
    [
        format!("'alert-{number}'"),
        format!("'{}'", MACHINES[number as usize % MACHINES.len()]),
        format!("'{}'", SEVERITIES[number as usize / 2 % SEVERITIES.len()]),
        "'overheating'".to_owned(),
        seed::moment(backend, 1 + number, number % 24, number),
        seed::or_null(!number.is_multiple_of(3), "'it''s 20 °C \"above\"'"),
        seed::or_null(!number.is_multiple_of(2), format!("'{{\"line\": {number}}}'")),
        format!("'{}'", states[state]),
        seed::or_null(state > 0, "'o''hara'"),
        seed::or_null(state > 2, seed::moment(backend, 2 + number, 0, number)),
        seed::moment(backend, 2 + number, 0, number),
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
        seed::or_null(!count.is_multiple_of(5), "'[0.25, \"it''s\", null]'"),
        seed::or_null(!count.is_multiple_of(2), ["0", "0.5", "0.9999", "1"][number as usize]),
        ["'threshold'", "'isolation forest'"][number as usize % 2].to_owned(),
    ]
    .join(", ")
}

fn metrics(backend: DbBackend, day: u32, number: u32) -> String {
    let count = day + number;
    [
        format!("'{}'", MACHINES[number as usize]),
        seed::moment(backend, day, number, 11 * number),
        seed::or_null(!count.is_multiple_of(2), format!("{day}.{number}5")),
        seed::or_null(!count.is_multiple_of(3), "-273.15"),
        seed::or_null(!count.is_multiple_of(5), "999.99"),
        seed::or_null(!count.is_multiple_of(7), ["0", "33.33", "99.99", "100"][number as usize]),
        seed::or_null(!count.is_multiple_of(2), "0.01"),
        seed::or_null(!count.is_multiple_of(3), count.to_string()),
        seed::or_null(!count.is_multiple_of(2), "'2.0 \"beta\"'"),
    ]
    .join(", ")
}

fn report(backend: DbBackend, number: u32) -> String {
    [
        format!("'report-{number}'"),
        format!("'{}'", ["DAILY", "WEEKLY", "MONTHLY"][number as usize % 3]),
        seed::moment(backend, 1 + 2 * number, 6, number),
        seed::or_null(!number.is_multiple_of(4), format!("'{}'", MACHINES[number as usize % MACHINES.len()])),
        format!("'{{\"pages\": [{number}], \"title\": \"it''s done\"}}'"),
        seed::or_null(!number.is_multiple_of(2), "'{\"uptime\": 99.5}'"),
        seed::or_null(!number.is_multiple_of(3), "'[\"Öl wechseln\"]'"),
    ]
    .join(", ")
}

fn notification(backend: DbBackend, number: u32) -> String {
    let states = ["SENT", "FAILED", "DELIVERED"];
    let state = states[number as usize % states.len()];
    [
        seed::or_null(!number.is_multiple_of(5), format!("'alert-{number}'")),
        format!("'{}'", ["EMAIL", "SMS", "SLACK", "pager"][number as usize % 4]),
        "'o''hara@example.com'".to_owned(),
        seed::or_null(!number.is_multiple_of(4), "'20 °C \"above\"'"),
        seed::or_null(!number.is_multiple_of(3), "'it''s hot'"),
        format!("'{state}'"),
        seed::or_null(state != "FAILED", seed::moment(backend, 1 + number, 3, number)),
        seed::or_null(state == "FAILED", format!("'{{\"code\": {}}}'", 500 + number)),
    ]
    .join(", ")
}

fn model(backend: DbBackend, number: u32) -> String {
    // A zero byte, a quote, a backslash, and bytes that are not text.
    let bytes = match Dialect::of(backend) {
        Dialect::Postgres => "decode('00275cff00', 'hex')",
        Dialect::MySql | Dialect::Sqlite => "x'00275cff00'",
    };
    [
        format!("'model-{number}'"),
        format!("'{}'", ["press", "Fräse", "it''s \"odd\""][number as usize / 3]),
        format!("'{}.0'", 1 + number % 3),
        seed::or_null(!number.is_multiple_of(2), "'it''s a forest'"),
        seed::or_null(!number.is_multiple_of(3), bytes),
        seed::or_null(!number.is_multiple_of(2), "'{\"rows\": 1000}'"),
        seed::or_null(!number.is_multiple_of(4), seed::moment(backend, 1 + number, 2, number)),
        seed::or_null(!number.is_multiple_of(5), ["0", "0.1234", "1"][number as usize % 3]),
        format!("'{}'", ["ARCHIVED", "INACTIVE", "ACTIVE"][number as usize % 3]),
    ]
    .join(", ")
}
