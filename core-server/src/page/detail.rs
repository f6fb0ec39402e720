//! One alarm: why it was raised, what came before, and what people made of it.

use axum::{extract::State, http::HeaderMap};
use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    Cursor, PageRequest,
    alarms::{Alarm, AlarmAction, AlarmFilter, AlarmOrigin},
    telemetry::{Gaps, Interval, ReadingBucket},
};
use maud::{Markup, html};
use uuid::Uuid;

use super::{
    chart::{self, Panel, Span},
    layout,
    list::{self, Facts},
    viewer::Viewer,
    words,
};
use crate::{
    App,
    example::score_of,
    problem::{Path, Problem},
};

/// What is shown before an alarm, and after it.
const BEFORE: TimeDelta = TimeDelta::hours(12);
const AFTER: TimeDelta = TimeDelta::hours(2);
/// Points of a curve.
const POINTS: i64 = 240;
/// A pause of a sensor that does not count as time beyond the limit.
const PAUSE: TimeDelta = TimeDelta::minutes(30);

/// `/alarms/{id}`.
pub(super) async fn show(State(app): State<App>, Path(id): Path<Uuid>, headers: HeaderMap) -> Result<Markup, Problem> {
    let alarm = app.alarms.alarms().get(id).await?;
    let facts = Facts::of(&app, std::slice::from_ref(&alarm)).await?;
    let unit = facts.unit(&alarm).unwrap_or_default();
    let history = app.alarms.alarms().history(id).await?;
    let raised_at = alarm.raised_at.to_utc();
    let span = (raised_at - BEFORE, (raised_at + AFTER).min(Utc::now()).max(raised_at + TimeDelta::minutes(10)));
    let earlier = AlarmFilter::new().sensor(&alarm.sensor_id);
    let earlier = app.alarms.alarms().list(&earlier, &PageRequest::at(Cursor::older_than(raised_at, id), 10)).await?;
    let curves = match alarm.origin {
        AlarmOrigin::Threshold => of_threshold(&app, &alarm, span, unit).await?,
        AlarmOrigin::AnomalyModel => of_model(&app, &alarm, span, unit).await?,
    };
    let at = format!("/alarms/{id}");
    let what = format!("alarm of {}", alarm.sensor_id);
    let content = html! {
        h1 { (words::severity(alarm.severity)) " " bdi { (alarm.sensor_id) } }
        p.message { bdi { (alarm.message) } }
        div.columns {
            div.stack.aside {
                section.card {
                    dl.facts {
                        dt { "Status" } dd { (words::status(&alarm)) }
                        @if let Some(verdict) = facts.verdict(&alarm) { dt { "Verdict" } dd { (verdict) } }
                        dt { "Origin" } dd { (words::origin(alarm.origin)) }
                        dt { "Evidence" } dd { (words::evidence(&alarm, Some(unit))) }
                        @if alarm.origin == AlarmOrigin::AnomalyModel { @if let Some(value) = alarm.value {
                            dt { "Value" } dd { (words::number(value)) " " (unit) }
                        } }
                        @if let Some(model) = &alarm.model_name {
                            dt { "Model" } dd { bdi { (model) } " " bdi { (alarm.model_version.as_deref().unwrap_or_default()) } }
                        }
                        dt { "Raised" } dd { (words::moment(raised_at)) (words::repeats(&alarm)) }
                        @if let Some(seen) = alarm.acknowledged_at { dt { "Acknowledged" } dd { (words::moment(seen.to_utc())) } }
                        @if let Some(gone) = alarm.resolved_at { dt { "Resolved" } dd { (words::moment(gone.to_utc())) } }
                    }
                }
                section.card {
                    h2 { "Deal with it" }
                    div.acts {
                        (list::buttons(&alarm, &at, &what))
                        button form="act" formaction=(format!("{at}/task")) { "Create maintenance task" }
                    }
                    h2 { "What was it?" }
                    div.acts {
                        @for (action, word) in [("real", "Real"), ("false_alarm", "False alarm"), ("known", "Known cause")] {
                            button form="act" formaction=(format!("{at}/{action}")) aria-pressed=(facts.verdict(&alarm).is_some_and(|found| found.eq_ignore_ascii_case(word)).to_string()) { (word) }
                        }
                    }
                }
                @if let Some(context) = &alarm.context {
                    details.card { summary { "Context" } pre { (format!("{context:#}")) } }
                }
            }
            div.stack {
                section.card { h2 { "Evidence" } (curves) }
                section.card { h2 { "History" } (happened(&alarm, &history)) }
                section.card {
                    h2 { "Earlier alarms of " a href=(list::of_sensor(&alarm.sensor_id)) { bdi { (alarm.sensor_id) } } }
                    (outcomes(&earlier.items, &Facts::of(&app, &earlier.items).await?))
                }
            }
        }
    };
    let title = format!("{} alarm of {}", alarm.severity, alarm.sensor_id);
    Ok(layout::page(&title, Some(&Viewer::of(&app, &headers)), &content))
}

/// The reading with its limit, the time beyond it, and the peak.
async fn of_threshold(app: &App, alarm: &Alarm, span: Span, unit: &str) -> Result<Markup, Problem> {
    let (value, limit) = (alarm.value.unwrap_or_default(), alarm.threshold);
    let below = limit.is_some_and(|limit| value < limit);
    let extreme = |bucket: &ReadingBucket| if below { bucket.minimum } else { bucket.maximum };
    let points = curve(app, &alarm.sensor_id, span, extreme).await?;
    let farther = |a: &(DateTime<Utc>, f64), b: &(DateTime<Utc>, f64)| {
        if below { b.1.total_cmp(&a.1) } else { a.1.total_cmp(&b.1) }
    };
    let peak = points.iter().copied().max_by(farther);
    let beyond = limit.map(|limit| time_beyond(&points, |value| if below { value < limit } else { value > limit }));
    let title = "Reading".to_owned();
    let panel =
        Panel { title, unit: unit.to_owned(), points, limit: limit.map(|limit| (limit, "limit")), ..Panel::default() };
    let side = if below { "below" } else { "above" };
    let caption = match (beyond, peak) {
        (Some(beyond), Some((at, peak))) => format!(
            "In this time {} {side} the limit; {} {} {unit} at {}.",
            words::duration(beyond),
            if below { "lowest" } else { "peak" },
            words::number(peak),
            at.format("%-d %b %H:%M")
        ),
        (None, Some(_)) => "The alarm names no limit.".to_owned(),
        (_, None) => "No readings of this sensor are stored for this time.".to_owned(),
    };
    Ok(chart::panels(span, &[panel], &[alarm.raised_at.to_utc()], &caption))
}

/// How long a series was where it should not be: from each such reading to the next, without pauses of the sensor.
fn time_beyond(points: &[(DateTime<Utc>, f64)], is_beyond: impl Fn(f64) -> bool) -> TimeDelta {
    let pairs = points.windows(2).filter(|pair| is_beyond(pair[0].1));
    pairs.map(|pair| (pair[1].0 - pair[0].0).min(PAUSE)).sum()
}

/// The reading and the score on one axis of time, with the cut-off.
async fn of_model(app: &App, alarm: &Alarm, span: Span, unit: &str) -> Result<Markup, Problem> {
    let readings = curve(app, &alarm.sensor_id, span, |bucket| bucket.average).await?;
    let scores = curve(app, &score_of(&alarm.sensor_id), span, |bucket| bucket.maximum).await?;
    let score = alarm.anomaly_score.unwrap_or_default();
    let caption = if scores.is_empty() {
        format!("The score was {score:.2} when the alarm was raised; no scores of this sensor are stored.")
    } else {
        format!("The score was {score:.2} when the alarm was raised, at the upright line. A score is not a severity.")
    };
    let reading = Panel { title: "Reading".to_owned(), unit: unit.to_owned(), points: readings, ..Panel::default() };
    let score = Panel {
        title: "Score".to_owned(),
        class: "model",
        points: scores,
        limit: words::cut_off(alarm).map(|cut_off| (cut_off, "cut-off")),
        scale: Some((0.0, 1.0)),
        ..Panel::default()
    };
    Ok(chart::panels(span, &[reading, score], &[alarm.raised_at.to_utc()], &caption))
}

async fn curve(
    app: &App,
    sensor: &str,
    span: Span,
    value: impl Fn(&ReadingBucket) -> Option<f64>,
) -> Result<Vec<(DateTime<Utc>, f64)>, Problem> {
    let seconds = ((span.1 - span.0).num_seconds() / POINTS).max(1);
    let width = Interval::seconds(u32::try_from(seconds).unwrap_or(u32::MAX));
    let buckets = app.telemetry.readings().buckets(sensor, width, span, Gaps::LeaveOut).await?;
    Ok(buckets.iter().filter_map(|bucket| Some((bucket.bucket, value(bucket)?))).collect())
}

/// Alarms with their outcome.
fn outcomes(alarms: &[Alarm], facts: &Facts) -> Markup {
    html! {
        @if alarms.is_empty() { p.quiet { "None." } } @else {
            table.plain.earlier {
                thead { tr { th scope="col" { "Raised" } th scope="col" { "Origin" } th scope="col" { "Evidence" } th scope="col" { "Alarm" } th scope="col" { "Outcome" } } }
                tbody { @for alarm in alarms { tr {
                    td { (words::moment(alarm.raised_at.to_utc())) }
                    td { (words::origin(alarm.origin)) }
                    td { (words::evidence(alarm, facts.unit(alarm))) }
                    td { a href=(format!("/alarms/{}", alarm.id)) { (words::severity(alarm.severity)) } }
                    td { @if let Some(verdict) = facts.verdict(alarm) { (verdict) } @else { (words::status(alarm)) } }
                } } }
            }
        }
    }
}

/// Who did what when.
fn happened(alarm: &Alarm, history: &[AlarmAction]) -> Markup {
    html! {
        ol.history {
            li { "raised by " (if alarm.origin == AlarmOrigin::Threshold { "a threshold" } else { "a model" }) br; (words::moment(alarm.raised_at.to_utc())) }
            @for action in history { li { (words::action(action)) } }
        }
    }
}
