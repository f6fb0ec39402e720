//! Rows for the seeds of the area: plugins and alerts in every state, four weeks of metrics and triggers, with nulls,
//! quotes and letters beyond ASCII.

use std::ops::RangeInclusive;

use migration_timescale::Dialect;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::seed;

/// Business keys of the plugins.
const PLUGINS: [&str; 4] = ["vibration", "oee", "it''s \"odd\"", "Öl/25 °C"];
/// Days of January 2026, four weeks.
const DAYS: RangeInclusive<u32> = 1..=28;

/// Rows for all tables of the area.
pub async fn seed_all(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let columns = "id, plugin_id, name, version, description, category, enabled, config, updated_at";
    seed::insert(manager, "plugins", columns, (0..4).map(|number| plugin(backend, number))).await?;
    seed_metrics(manager, DAYS, 0).await?;
    let columns =
        "plugin_id, last_run, last_success, last_error, error_count, consecutive_errors, health_status, updated_at";
    seed::insert(manager, "plugin_status", columns, (0..4).map(|number| status(backend, number))).await?;
    // A word of MySQL's own.
    let condition = Dialect::of(backend).quote("condition");
    let columns = format!("id, plugin_id, name, description, {condition}, severity, enabled, created_at");
    seed::insert(manager, "alerts", &columns, (0..8).map(|number| alert(backend, number))).await?;
    let history = DAYS.flat_map(|day| (0..3).map(move |number| trigger(backend, day, number)));
    seed::insert(manager, super::HISTORY, "time, alert_id, triggered, value, message", history).await
}

/// Two values of each plugin on each of these days of January 2026. `series` tells seeds of the same days apart.
pub async fn seed_metrics(manager: &SchemaManager<'_>, days: RangeInclusive<u32>, series: u32) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let rows = days.flat_map(|day| (0..8).map(move |number| metric(backend, day, number, series)));
    seed::insert(manager, super::METRICS, "time, plugin_id, metric_name, value, tags", rows).await
}

fn plugin(backend: DbBackend, number: u32) -> String {
    [
        seed::id(backend, number),
        format!("'{}'", PLUGINS[number as usize]),
        "'it''s a plugin'".to_owned(),
        format!("'1.{number}.0-beta'"),
        seed::or_null(!number.is_multiple_of(2), "'20 °C \"above\"'"),
        seed::or_null(!number.is_multiple_of(3), "'quality'"),
        (if number.is_multiple_of(3) { "FALSE" } else { "TRUE" }).to_owned(),
        seed::or_null(number.is_multiple_of(2), format!("'{{\"window\": [{number}, 2]}}'")),
        seed::moment(backend, 1 + number, 0, 0),
    ]
    .join(", ")
}

fn metric(backend: DbBackend, day: u32, number: u32, series: u32) -> String {
    let of = number as usize % PLUGINS.len();
    [
        seed::moment(backend, day, number * 3, 1000 * series + number),
        format!("'{}'", PLUGINS[of]),
        format!("'{}'", ["rms", "Güte \"oee\"", "rms", "it''s"][of]),
        match number % 3 {
            0 => format!("'{day}.{number}'"),
            1 => format!("'{{\"avg\": {day}.{number}, \"unit\": \"°C\"}}'"),
            _ => "'[1, null, \"it''s\"]'".to_owned(),
        },
        seed::or_null(!number.is_multiple_of(4), format!("'{{\"line\": {}, \"place\": \"it''s Öl\"}}'", number % 2)),
    ]
    .join(", ")
}

fn status(backend: DbBackend, number: u32) -> String {
    let failed = number > 1;
    [
        format!("'{}'", PLUGINS[number as usize]),
        seed::or_null(number > 0, seed::moment(backend, 20 + number, 6, number)),
        seed::or_null(number > 0, seed::moment(backend, 20, 6, number)),
        seed::or_null(failed, "'it''s \"down\"'"),
        format!("{}", number * 10),
        format!("{}", if failed { number } else { 0 }),
        format!("'{}'", ["unknown", "healthy", "degraded", "unhealthy"][number as usize]),
        seed::moment(backend, 20 + number, 6, number),
    ]
    .join(", ")
}

fn alert(backend: DbBackend, number: u32) -> String {
    [
        seed::id(backend, 100 + number),
        format!("'{}'", PLUGINS[number as usize % PLUGINS.len()]),
        "'it''s too hot'".to_owned(),
        seed::or_null(!number.is_multiple_of(2), "'20 °C \"above\"'"),
        format!("'{{\"metric\": \"rms\", \"above\": {number}.5}}'"),
        format!("'{}'", ["info", "warning", "error", "critical"][number as usize / 2]),
        (if number.is_multiple_of(3) { "FALSE" } else { "TRUE" }).to_owned(),
        seed::moment(backend, 1 + number, 4, number),
    ]
    .join(", ")
}

fn trigger(backend: DbBackend, day: u32, number: u32) -> String {
    let count = day + number;
    [
        seed::moment(backend, day, number * 6, number),
        // Two of ten are of alerts that are gone.
        seed::id(backend, 100 + count % 10),
        (if number.is_multiple_of(2) { "TRUE" } else { "FALSE" }).to_owned(),
        seed::or_null(!count.is_multiple_of(3), format!("'{day}.5'")),
        seed::or_null(!count.is_multiple_of(2), "'it''s \"hot\", 20 °C'"),
    ]
    .join(", ")
}
