//! The health of models, and of the sensors that they look at.

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    PageRequest, Period,
    telemetry::{Comparison, SensorFilter, SensorState, SensorStatus},
};
use maud::{Markup, html};

use super::{Failed, layout, list, words};
use crate::{App, problem::Problem};

/// Sensors that are looked at.
const SENSORS: u32 = 200;
/// Sensors whose windows are compared: those that were heard last.
const COMPARED: usize = 24;
/// A sensor that has been quiet for longer is silent.
const SILENT: TimeDelta = TimeDelta::hours(1);

/// `/models`.
pub(super) async fn show(State(app): State<App>) -> Result<Markup, Failed> {
    let now = Utc::now();
    let filter = SensorFilter::new().status(SensorStatus::Active);
    let sensors = app.telemetry.sensors().list_with_last_reading(&filter, &PageRequest::first(SENSORS)).await?.items;
    let content = html! {
        h1 { "Model health" }
        div.columns {
            div.stack { section.card { (drift(&app, &sensors, now).await?) } }
            div.stack { section.card { (silent(&sensors, now)) } }
        }
    };
    Ok(layout::page("Model health", layout::Place::Models, None, &content))
}

/// Sensors in service that have not been heard.
fn silent(sensors: &[SensorState], now: DateTime<Utc>) -> Markup {
    let quiet_since = |state: &SensorState| state.last.as_ref().map(|last| last.timestamp.to_utc());
    let mut silent: Vec<_> =
        sensors.iter().filter(|state| quiet_since(state).is_none_or(|at| now - at > SILENT)).collect();
    silent.sort_by_key(|state| quiet_since(state));
    html! {
        h2 { "Silent sensors" }
        @if silent.is_empty() { p.quiet { "None: all " (sensors.len()) " sensors in service were heard within the hour." } } @else {
            table.plain {
                thead { tr { th scope="col" { "Sensor" } th scope="col" { "Last reading" } } }
                tbody { @for state in silent { tr {
                    td { a href=(list::of_sensor(&state.sensor.sensor_id)) { bdi { (state.sensor.sensor_id) } } }
                    td { @if let Some(at) = quiet_since(state) { (words::moment(at)) } @else { "never" } }
                } } }
            }
        }
    }
}

/// The last day of sensors beside the week before it.
async fn drift(app: &App, sensors: &[SensorState], now: DateTime<Utc>) -> Result<Markup, Problem> {
    let day = now - TimeDelta::days(1);
    let (reference, current) = (Period::between(day - TimeDelta::days(7), day), Period::between(day, now));
    let mut heard: Vec<_> = sensors.iter().filter_map(|state| Some((state, state.last.as_ref()?))).collect();
    heard.sort_by_key(|(_, last)| std::cmp::Reverse(last.timestamp));
    let mut rows: Vec<(&str, &str, Comparison, f64)> = Vec::new();
    for (state, last) in heard.into_iter().take(COMPARED) {
        let sensor = state.sensor.sensor_id.as_str();
        let both = app.telemetry.readings().compare(sensor, reference, current).await?;
        if let Some(size) = both.effect_size() {
            rows.push((sensor, last.unit.as_deref().unwrap_or_default(), both, size));
        }
    }
    rows.sort_by(|a, b| b.3.abs().total_cmp(&a.3.abs()));
    let mean = |mean: Option<f64>| mean.map(words::number).unwrap_or_default();
    Ok(html! {
        h2 { "Drift" }
        p.quiet { "The mean of the last 24 hours beside that of the 7 days before, in standard deviations: from 0.8 on a model has learned another machine." }
        @if rows.is_empty() { p.quiet { "No sensor has readings in both windows." } } @else {
            table.plain.numbers {
                thead { tr { th scope="col" { "Sensor" } th scope="col" { "Before" } th scope="col" { "Now" } th scope="col" { "Moved by" } } }
                tbody { @for (sensor, unit, both, size) in rows { tr {
                    td { a href=(list::of_sensor(sensor)) { bdi { (sensor) } } }
                    td { (mean(both.reference.mean)) " " (unit) }
                    td { (mean(both.current.mean)) " " (unit) }
                    td { @if size.abs() >= 0.8 { strong.failed { (format!("{size:+.1} σ, drifted")) } } @else { (format!("{size:+.1} σ")) } }
                } } }
            }
        }
    })
}
