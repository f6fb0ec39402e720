//! Alarms in words: severity, origin, status, evidence, times.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::alarms::{
    Alarm, AlarmAction, AlarmActionKind, AlarmOrigin, AlarmSeverity, AlarmStatus, AlarmVerdict,
};
use maud::{Markup, html};

use super::{chart, layout::icon};

/// Severity, as icon and word.
pub fn severity(severity: AlarmSeverity) -> Markup {
    let word = severity.to_string();
    html! { span class={ "severity " (word) } { (icon(&word)) (word) } }
}

/// The word for an origin.
pub fn origin_word(origin: AlarmOrigin) -> &'static str {
    match origin {
        AlarmOrigin::Threshold => "Threshold",
        AlarmOrigin::AnomalyModel => "Model",
    }
}

/// Origin, as icon and word.
pub fn origin(origin: AlarmOrigin) -> Markup {
    html! { span class={ "origin " (origin) } { (icon(&origin.to_string())) (origin_word(origin)) } }
}

/// Status, and who has seen the alarm. Who resolved it is in its history.
pub fn status(alarm: &Alarm) -> Markup {
    let by = alarm.acknowledged_by.as_deref();
    html! {
        span class={ "status " (alarm.status) } {
            @match alarm.status {
                AlarmStatus::Active => "Open",
                AlarmStatus::Acknowledged => "Acknowledged",
                AlarmStatus::Resolved => "Resolved",
            }
        }
        @if let Some(by) = by {
            " " span.by { @if alarm.status == AlarmStatus::Acknowledged { "by " } @else { "seen by " } bdi { (by) } }
        }
    }
}

/// How often the condition was seen again, and when last.
pub fn repeats(alarm: &Alarm) -> Markup {
    html! {
        @if alarm.repeats > 0 {
            " " span.quiet { "×" (alarm.repeats + 1) @if let Some(seen) = alarm.last_seen_at { ", last " (ago(Utc::now() - seen.to_utc())) } }
        }
    }
}

/// What somebody found.
pub fn verdict(verdict: AlarmVerdict) -> &'static str {
    match verdict {
        AlarmVerdict::Real => "real",
        AlarmVerdict::FalseAlarm => "false alarm",
        AlarmVerdict::Known => "known cause",
    }
}

/// What somebody did.
pub fn action(action: &AlarmAction) -> Markup {
    html! {
        strong { bdi { (action.actor.as_deref().unwrap_or("somebody")) } } " "
        @match (action.action, action.verdict) {
            (AlarmActionKind::Acknowledged, _) => "acknowledged it",
            (AlarmActionKind::Resolved, _) => "resolved it",
            (AlarmActionKind::Task, _) => "created a maintenance task",
            (AlarmActionKind::Verdict, Some(found)) => { "found: " (verdict(found)) },
            (AlarmActionKind::Verdict, None) => "judged it",
        }
        @if let Some(note) = &action.note { ": " bdi { (note) } }
        br; (moment(action.acted_at.to_utc()))
    }
}

/// Why there is the alarm: `92.4 °C > 85`, or a score with a bar.
pub fn evidence(alarm: &Alarm, unit: Option<&str>) -> Markup {
    let unit = unit.unwrap_or_default();
    match (alarm.origin, alarm.value, alarm.threshold, alarm.anomaly_score) {
        (AlarmOrigin::AnomalyModel, _, _, Some(score)) => html! {
            span.evidence { "score " (format!("{score:.2}")) " " (chart::score_bar(score, cut_off(alarm))) }
        },
        (_, Some(value), Some(limit), _) => html! {
            span.evidence { (number(value)) " " (unit) " " (relation(value, limit)) " " (number(limit)) }
        },
        (_, Some(value), None, _) => html! { span.evidence { (number(value)) " " (unit) } },
        _ => html! { span.evidence { "–" } },
    }
}

fn relation(value: f64, limit: f64) -> &'static str {
    if value > limit {
        ">"
    } else if value < limit {
        "<"
    } else {
        "="
    }
}

/// The score from which the model raises alarms, where the alarm says so.
pub fn cut_off(alarm: &Alarm) -> Option<f64> {
    alarm.context.as_ref()?.get("cut_off")?.as_f64().filter(|cut_off| (0.0..=1.0).contains(cut_off))
}

/// A number for people: four digits that count, no zeros at the end.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        0.0 => 0,
        1e6.. => return format!("{value:.3e}"),
        1000.0.. => 0,
        100.0.. => 1,
        1.0.. => 2,
        0.001.. => 3,
        _ => return format!("{value:.2e}"),
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A moment, as how long ago it was; the whole of it on demand and for scripts.
pub fn moment(at: DateTime<Utc>) -> Markup {
    let whole = at.format("%F %T UTC");
    html! { time datetime=(at.to_rfc3339()) title=(whole) { (at.format("%-d %b %H:%M")) " " span.ago { "(" (ago(Utc::now() - at)) ")" } } }
}

/// How long ago, in the largest unit.
pub fn ago(span: TimeDelta) -> String {
    match span.num_seconds() {
        ..-60 => "in the future".to_owned(),
        -60..60 => "now".to_owned(),
        _ => format!("{} ago", duration(span)),
    }
}

/// A span in its largest unit.
pub fn duration(span: TimeDelta) -> String {
    match span.num_seconds() {
        seconds @ ..60 => format!("{seconds} s"),
        60..5_400 => format!("{} min", span.num_minutes()),
        5_400..172_800 => format!("{} h", span.num_hours()),
        _ => format!("{} d", span.num_days()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_keep_what_counts() {
        let all = [
            (92.4, "92.4"),
            (85.0, "85"),
            (0.0, "0"),
            (-0.123_456, "-0.123"),
            (1450.0, "1450"),
            (1e9, "1.000e9"),
            (0.000_02, "2.00e-5"),
        ];
        for (value, text) in all {
            assert_eq!(number(value), text);
        }
    }
}
