//! The list of alarms.

use std::collections::{BTreeSet, HashMap};

use axum::{extract::State, http::HeaderMap};
use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    Cursor, Period,
    alarms::{Alarm, AlarmAction, AlarmFilter, AlarmOrigin, AlarmSeverity, AlarmStatus, UrgentAlarms, UrgentCursor},
    telemetry::Interval,
};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{chart, layout, viewer::Viewer, words};
use crate::{
    App,
    problem::{Path, Problem, Query},
};

/// Rows of a page.
const ROWS: u32 = 50;
const ORIGINS: [AlarmOrigin; 2] = [AlarmOrigin::Threshold, AlarmOrigin::AnomalyModel];
const SEVERITIES: [AlarmSeverity; 3] = [AlarmSeverity::Critical, AlarmSeverity::Warning, AlarmSeverity::Info];
const STATUSES: [AlarmStatus; 3] = [AlarmStatus::Active, AlarmStatus::Acknowledged, AlarmStatus::Resolved];
/// Periods to choose from, in hours.
const PERIODS: [(u16, &str); 4] =
    [(1, "Last hour"), (24, "Last 24 hours"), (168, "Last 7 days"), (720, "Last 30 days")];

/// What the address says. A form sends what is not chosen as nothing.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Asked {
    origin: Option<AlarmOrigin>,
    severity: Option<AlarmSeverity>,
    status: Option<Status>,
    sensor: Option<String>,
    hours: Option<u16>,
    cursor: Option<UrgentCursor>,
}

/// What has become of an alarm; `open` is all that is not resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Open,
    #[serde(untagged)]
    Is(AlarmStatus),
}

impl Asked {
    fn filter(&self, now: DateTime<Utc>) -> AlarmFilter {
        // Not as a literal: a filter gets more fields with time.
        let mut filter = AlarmFilter::new();
        (filter.origin, filter.severity, filter.sensor) = (self.origin, self.severity, self.sensor.clone());
        match self.status {
            Some(Status::Open) => filter.open = true,
            Some(Status::Is(status)) => filter.status = Some(status),
            None => {}
        }
        filter.period = self.hours.map_or(Period::ALL, |hours| Period::since(now - TimeDelta::hours(hours.into())));
        filter
    }

    /// The address of the list with some of this changed.
    fn address(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut asked = Self { cursor: None, ..self.clone() };
        change(&mut asked);
        format!("/?{}", serde_html_form::to_string(&asked).unwrap_or_default())
    }
}

/// The list that leads to the alarms of a sensor.
pub(super) fn of_sensor(sensor: &str) -> String {
    Asked::default().address(|asked| asked.sensor = Some(sensor.to_owned()))
}

/// `/`.
pub(super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let now = Utc::now();
    let filter = asked.filter(now);
    let alarms = app.alarms.alarms();
    let page = alarms.list_urgent(&filter, ROWS, asked.cursor).await?;
    let open = AlarmFilter { status: None, open: true, ..filter.clone() };
    let counts = alarms.counts(&open).await?;
    let facts = Facts::of(&app, &page.items).await?;
    let content = html! {
        h1 { "Alarms" }
        div.top {
            div.card.open { table.counts {
                caption { "Open alarms" }
                thead { tr { td {} @for severity in SEVERITIES { th scope="col" { (words::severity(severity)) } } } }
                tbody { @for origin in ORIGINS {
                    tr {
                        th scope="row" { (words::origin(origin)) }
                        @for severity in SEVERITIES {
                            @let address = asked.address(|asked| {
                                (asked.origin, asked.severity, asked.status) = (Some(origin), Some(severity), Some(Status::Open));
                            });
                            td { a href=(address) aria-label=(format!("{} open, {} {severity}", counts.of(origin, severity), words::origin_word(origin))) {
                                (counts.of(origin, severity))
                            } }
                        }
                    }
                } }
            } }
            div.card { (timeline(&app, &asked, &filter, now).await?) }
        }
        (filters(&asked))
        button #news type="button" hidden {}
        div.list { (table(&page, &facts, &asked)) }
    };
    // From here on the page listens; what comes in meanwhile is told to it.
    let after = Cursor::newer_than(now, Uuid::nil());
    let live = html! {
        div #live data-after=(after) data-origin=[asked.origin] data-severity=[asked.severity] data-sensor=[asked.sensor.as_deref()] {
            (content)
        }
    };
    Ok(layout::page("Alarms", Some(&Viewer::of(&app, &headers)), &live))
}

fn filters(asked: &Asked) -> Markup {
    let option = |value: &str, word: &str, chosen: bool| html! { option value=(value) selected[chosen] { (word) } };
    html! {
        form.filters method="get" action="/" role="search" aria-label="Filter the alarms" {
            label { "Origin " select name="origin" {
                option value="" { "Any" }
                @for origin in ORIGINS { (option(&origin.to_string(), words::origin_word(origin), asked.origin == Some(origin))) }
            } }
            label { "Severity " select name="severity" {
                option value="" { "Any" }
                @for severity in SEVERITIES { (option(&severity.to_string(), &severity.to_string(), asked.severity == Some(severity))) }
            } }
            label { "Status " select name="status" {
                option value="" { "Any" }
                (option("open", "not resolved", asked.status == Some(Status::Open)))
                @for status in STATUSES { (option(&status.to_string(), &status.to_string(), asked.status == Some(Status::Is(status)))) }
            } }
            label { "Sensor " input name="sensor" value=[asked.sensor.as_deref()] size="14" maxlength="255"; }
            label { "Period " select name="hours" {
                option value="" { "All of time" }
                @for (hours, word) in PERIODS { (option(&hours.to_string(), word, asked.hours == Some(hours))) }
            } }
            button { "Filter" }
            a href="/" { "Clear" }
        }
    }
}

fn table(page: &UrgentAlarms, facts: &Facts, asked: &Asked) -> Markup {
    html! {
        @if page.items.is_empty() {
            p.empty { @if asked.address(|_| ()) == "/?" { "No alarms. All is quiet." } @else { "No alarm matches. " a href="/" { "Show all" } } }
        } @else {
            table.alarms {
                caption.hidden { "Alarms: open ones first, then the worst, then the newest" }
                thead { tr {
                    th scope="col" { "Severity" } th scope="col" { "Origin" } th scope="col" { "Sensor" } th scope="col" { "Evidence" }
                    th scope="col" { "Alarm" } th scope="col" { "Raised" } th scope="col" { "Status" } th scope="col" { "Action" }
                } }
                tbody { @for alarm in &page.items { (tr(alarm, facts)) } }
            }
        }
        @for reason in &page.unreadable { p.failed { "An alarm that another program wrote cannot be read: " (reason) } }
        nav.pages aria-label="Parts of the list" {
            @if asked.cursor.is_some() { a href=(asked.address(|_| ())) { "← To the first" } }
            @if let Some(next) = page.next { a rel="next" href=(asked.address(|asked| asked.cursor = Some(next))) { "More →" } }
        }
    }
}

/// The row of an alarm. Its texts may have been written by anybody: `bdi` keeps their direction to themselves.
fn tr(alarm: &Alarm, facts: &Facts) -> Markup {
    let at = format!("/alarms/{}", alarm.id);
    let what = format!("{} alarm of {}", alarm.severity, alarm.sensor_id);
    html! {
        tr id=(format!("a-{}", alarm.id)) class=(format!("{} {}", alarm.severity, alarm.status)) {
            td.c-severity { (words::severity(alarm.severity)) }
            td.c-origin { (words::origin(alarm.origin)) }
            td.c-sensor { a href=(of_sensor(&alarm.sensor_id)) { bdi { (alarm.sensor_id) } } }
            td.c-evidence { (words::evidence(alarm, facts.unit(alarm))) }
            td.c-message { a href=(at) { bdi { @if alarm.message.is_empty() { "Details" } @else { (alarm.message) } } } (words::repeats(alarm)) }
            td.c-raised { (words::moment(alarm.raised_at.to_utc())) }
            td.c-status { (words::status(alarm)) @if let Some(verdict) = facts.verdict(alarm) { ", " (verdict) } }
            td.c-action { (buttons(alarm, &at, &what)) }
        }
    }
}

/// What can be done with an alarm, in the name that stands in the form `act`.
pub(super) fn buttons(alarm: &Alarm, at: &str, what: &str) -> Markup {
    let button = |action: &str, word: &str| {
        html! {
            button form="act" formaction=(format!("{at}/{action}")) aria-label=(format!("{word} {what}")) { (word) }
        }
    };
    html! {
        @if alarm.status == AlarmStatus::Active { (button("acknowledge", "Acknowledge")) " " }
        @if alarm.status != AlarmStatus::Resolved { (button("resolve", "Resolve")) }
    }
}

/// `/alarms/{id}/row`: the row, as it is now, for the script.
pub(super) async fn row(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Markup, Problem> {
    one_row(&app, &app.alarms.alarms().get(id).await?).await
}

/// The row of an alarm.
pub(super) async fn one_row(app: &App, alarm: &Alarm) -> Result<Markup, Problem> {
    Ok(tr(alarm, &Facts::of(app, std::slice::from_ref(alarm)).await?))
}

/// What else is known of alarms: the units of their sensors, as the last readings have them, and what people found.
pub(super) struct Facts {
    units: HashMap<String, String>,
    verdicts: HashMap<Uuid, AlarmAction>,
}

impl Facts {
    pub(super) async fn of(app: &App, alarms: &[Alarm]) -> Result<Self, Problem> {
        let sensors: BTreeSet<&str> = alarms.iter().map(|alarm| alarm.sensor_id.as_str()).collect();
        let sensors: Vec<&str> = sensors.into_iter().collect();
        let last = app.telemetry.readings().last_of(&sensors).await?;
        let units = last.into_iter().filter_map(|reading| Some((reading.sensor_id, reading.unit?))).collect();
        let verdicts = app.alarms.alarms().verdicts(alarms.iter().map(|alarm| alarm.id)).await?;
        Ok(Self { units, verdicts })
    }

    pub(super) fn unit(&self, alarm: &Alarm) -> Option<&str> {
        self.units.get(&alarm.sensor_id).map(String::as_str)
    }

    /// The verdict that stands.
    pub(super) fn verdict(&self, alarm: &Alarm) -> Option<&'static str> {
        self.verdicts.get(&alarm.id)?.verdict.map(words::verdict)
    }
}

/// How many alarms were raised when, by origin: in the period that is shown, or in the last 30 days.
async fn timeline(app: &App, asked: &Asked, filter: &AlarmFilter, now: DateTime<Utc>) -> Result<Markup, Problem> {
    let hours = i64::from(asked.hours.unwrap_or(720));
    let minutes = hours * 60 / 48;
    let period = Period::between(now - TimeDelta::hours(hours), now);
    let mut places: Vec<[u64; 2]> = Vec::new();
    for (class, origin) in
        ORIGINS.into_iter().enumerate().filter(|(_, origin)| asked.origin.is_none_or(|asked| asked == *origin))
    {
        let filter = filter.clone().period(period).origin(origin);
        let width = Interval::minutes(u32::try_from(minutes).unwrap_or(1).max(1));
        let buckets = app.alarms.alarms().timeline(&filter, width).await?;
        places.resize(buckets.len(), [0; 2]);
        for (place, bucket) in places.iter_mut().zip(buckets) {
            place[class] = bucket.count;
        }
    }
    let of = |class: usize| places.iter().map(|place| place[class]).sum::<u64>();
    let span = words::duration(TimeDelta::hours(hours));
    let caption = html! {
        "Raised in the last " (span) ": "
        @for (class, origin) in ORIGINS.into_iter().enumerate() { (words::origin(origin)) " " (of(class)) " " }
    };
    let ends = [format!("{span} ago"), "now".to_owned()];
    Ok(chart::bars(["threshold", "anomaly_model"], &places, None, ends, &caption))
}
