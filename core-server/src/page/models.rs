//! The health of models, and of the sensors that they look at.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    PageRequest, Period,
    alarms::{AlarmFilter, AlarmOrigin, AnomalyScore, FalseAlarms},
    telemetry::{Comparison, SensorFilter, SensorState, SensorStatus},
};
use maud::{Markup, html};

use super::{chart, layout, list, words};
use crate::{App, example::CUT_OFF, problem::Problem};

/// Weeks of verdicts.
const WEEKS: i64 = 8;
/// Parts of the scale of scores.
const SCORES: u32 = 50;
/// Sensors that are looked at.
const SENSORS: u32 = 200;
/// Sensors whose windows are compared: those that were heard last.
const COMPARED: usize = 24;
/// A sensor that has been quiet for longer is silent.
const SILENT: TimeDelta = TimeDelta::hours(1);

/// `/models`.
pub(super) async fn show(State(app): State<App>) -> Result<Markup, Problem> {
    let now = Utc::now();
    let filter = SensorFilter::new().status(SensorStatus::Active);
    let sensors = app.telemetry.sensors().list_with_last_reading(&filter, &PageRequest::first(SENSORS)).await?.items;
    let content = html! {
        h1 { "Model health" }
        div.columns {
            div.stack {
                section.card { (false_alarms(&app, now).await?) }
                section.card { (drift(&app, &sensors, now).await?) }
            }
            div.stack {
                section.card { (scores(&app, now).await?) }
                section.card { (silent(&sensors, now)) }
            }
        }
    };
    Ok(layout::page("Model health", None, &content))
}

/// How many of the judged alarms of models were false, by week and sensor.
async fn false_alarms(app: &App, now: DateTime<Utc>) -> Result<Markup, Problem> {
    let filter = AlarmFilter::new()
        .origin(AlarmOrigin::AnomalyModel)
        .period(Period::between(now - TimeDelta::weeks(WEEKS), now));
    let found = app.alarms.alarms().false_alarms(&filter).await?;
    let weeks: BTreeSet<_> = found.iter().map(|row| row.week).collect();
    let mut sensors: BTreeMap<&str, BTreeMap<DateTime<Utc>, &FalseAlarms>> = BTreeMap::new();
    for row in &found {
        sensors.entry(&row.sensor_id).or_default().insert(row.week, row);
    }
    Ok(html! {
        h2 { "False alarms" }
        p.quiet { "Share of the model alarms that people found to be false, by the week they were raised in." }
        @if found.is_empty() { p.quiet { "Nobody has judged an alarm of a model in the last " (WEEKS) " weeks." } } @else {
            div.wide role="region" aria-label="False alarms by week" tabindex="0" {
                table.plain.numbers {
                    thead { tr { th scope="col" { "Sensor" } @for week in weeks.iter().rev() { th scope="col" { (week.format("%-d %b")) } } } }
                    tbody { @for (sensor, of) in &sensors { tr {
                        td { a href=(list::of_sensor(sensor)) { bdi { (sensor) } } }
                        @for week in weeks.iter().rev() { td { @if let Some(row) = of.get(week) {
                            (format!("{:.0} %", row.rate() * 100.0)) " " span.quiet { (row.false_alarm) "/" (row.judged()) }
                        } @else { span.quiet { "–" } } } }
                    } } }
                }
            }
        }
    })
}

/// Where the scores of alarms lie, beside the cut-off.
async fn scores(app: &App, now: DateTime<Utc>) -> Result<Markup, Problem> {
    let filter = AlarmFilter::new().period(Period::between(now - TimeDelta::days(30), now));
    let buckets = app.alarms.alarms().score_buckets(&filter, SCORES, AnomalyScore::new(CUT_OFF)?).await?;
    // Alarms are raised from the cut-off on: below it there is little to see.
    let cut_off = buckets.iter().position(|bucket| bucket.from >= CUT_OFF).unwrap_or(0);
    let from = buckets.iter().position(|bucket| bucket.count > 0).unwrap_or(cut_off).min(cut_off.saturating_sub(3));
    let places: Vec<[u64; 2]> =
        buckets[from..].iter().map(|one| [one.count - one.at_least_cut_off, one.at_least_cut_off]).collect();
    let all: u64 = buckets.iter().map(|bucket| bucket.count).sum();
    let reach: u64 = buckets.iter().map(|bucket| bucket.at_least_cut_off).sum();
    let caption = html! { (reach) " of " (all) " alarms of models in the last 30 days reach the cut-off, " (CUT_OFF) };
    let ends = [words::number(buckets[from].from), "1".to_owned()];
    Ok(
        html! { h2 { "Scores" } (chart::bars(["below", "anomaly_model"], &places, Some(cut_off - from), ends, &caption)) },
    )
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
                    td { a href=(list::of_sensor(sensor)) { bdi { (sensor) } } @if !unit.is_empty() { ", " bdi { (unit) } } }
                    td { (mean(both.reference.mean)) }
                    td { (mean(both.current.mean)) }
                    td { @if size.abs() >= 0.8 { strong.failed { (format!("{size:+.1} σ, drifted")) } } @else { (format!("{size:+.1} σ")) } }
                } } }
            }
        }
    })
}
