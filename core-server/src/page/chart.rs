//! Charts as SVG, drawn on the server.
//!
//! The shapes are stretched to the width there is; words are HTML beside them, so that they stay readable. Each chart says in
//! a sentence what it shows.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::words::number;

/// Units of a chart's width and height; the page stretches them.
const WIDE: f64 = 1000.0;
const HIGH: f64 = 100.0;

/// A span of time.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// A series over time, in a panel of its own.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// What it is.
    pub title: String,
    /// Unit of the values.
    pub unit: String,
    /// Class of the line, which gives its colour.
    pub class: &'static str,
    /// Moments and values, oldest first. A longer pause breaks the line.
    pub points: Vec<(DateTime<Utc>, f64)>,
    /// The limit or cut-off, and its name.
    pub limit: Option<(f64, &'static str)>,
    /// The scale, where it is known; else that of the values.
    pub scale: Option<(f64, f64)>,
}

/// Panels on one axis of time, with moments marked.
pub fn panels(span: Span, panels: &[Panel], marks: &[DateTime<Utc>], caption: &str) -> Markup {
    html! {
        figure.plot {
            @for panel in panels {
                @let (low, high) = panel.scale();
                p.legend {
                    span class={ "line " (panel.class) } {} (panel.title) @if !panel.unit.is_empty() { " in " (panel.unit) }
                    @if let Some((limit, name)) = panel.limit { span.line.limit {} (name) " " (number(limit)) }
                }
                div.panel {
                    div.scale aria-hidden="true" { span { (number(high)) } span { (number(low)) } }
                    svg viewBox=(format!("0 0 {WIDE} {HIGH}")) preserveAspectRatio="none" aria-hidden="true" {
                        @for mark in marks {
                            @let x = across(span, *mark);
                            line.mark x1=(x) x2=(x) y1="0" y2=(HIGH) {}
                        }
                        @if let Some((limit, _)) = panel.limit {
                            @let y = down((low, high), limit);
                            line.limit x1="0" x2=(WIDE) y1=(y) y2=(y) {}
                        }
                        path class=(panel.class) d=(panel.path(span, (low, high))) {}
                    }
                }
            }
            div.axis aria-hidden="true" { @for moment in [span.0, span.0 + (span.1 - span.0) / 2, span.1] { span { (moment.format("%-d %b %H:%M")) } } }
            figcaption { (caption) }
        }
    }
}

impl Panel {
    fn scale(&self) -> (f64, f64) {
        let values = self.points.iter().map(|(_, value)| *value).chain(self.limit.map(|(limit, _)| limit));
        let own = values.fold(None, |scale: Option<(f64, f64)>, value| {
            Some(scale.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
        });
        let (low, high) = self.scale.or(own).unwrap_or((0.0, 1.0));
        // A line that does not move is drawn in the middle.
        let room = if high > low { if self.scale.is_some() { 0.0 } else { (high - low) * 0.08 } } else { 1.0 };
        (low - room, high + room)
    }

    fn path(&self, span: Span, scale: (f64, f64)) -> String {
        let (mut path, mut before) = (String::new(), None);
        let pause = (span.1 - span.0) / 20;
        for (at, value) in &self.points {
            let begins = before.is_none_or(|before| *at - before > pause);
            let letter = if begins { 'M' } else { 'L' };
            let _ = write!(path, "{letter}{:.1} {:.1}", across(span, *at), down(scale, *value));
            before = Some(*at);
        }
        path
    }
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds are below 2^52")]
fn across(span: Span, at: DateTime<Utc>) -> f64 {
    let whole = (span.1 - span.0).num_milliseconds().max(1) as f64;
    (at - span.0).num_milliseconds() as f64 / whole * WIDE
}

fn down((low, high): (f64, f64), value: f64) -> f64 {
    HIGH - (value - low) / (high - low) * HIGH
}

/// Stacked bars side by side: of each place the numbers of every class; a line at a place, where one counts.
#[allow(clippy::cast_precision_loss, reason = "numbers of alarms are below 2^52")]
pub fn bars<const N: usize>(
    classes: [&str; N],
    places: &[[u64; N]],
    line: Option<usize>,
    ends: [String; 2],
    caption: &Markup,
) -> Markup {
    let highest = places.iter().map(|place| place.iter().sum()).max().unwrap_or(0).max(1);
    let wide = WIDE / places.len().max(1) as f64;
    html! {
        figure.bars {
            div.panel {
                div.scale aria-hidden="true" { span { (highest) } span { "0" } }
                svg viewBox=(format!("0 0 {WIDE} {HIGH}")) preserveAspectRatio="none" aria-hidden="true" {
                    @for (number, place) in places.iter().enumerate() {
                        @for (class, from, of) in stacked(classes, place) {
                            @let (y, high) = ((from + of) as f64 / highest as f64 * HIGH, of as f64 / highest as f64 * HIGH);
                            rect class=(class) x=(format!("{:.2}", wide * number as f64 + wide * 0.1)) width=(format!("{:.2}", wide * 0.8))
                                y=(format!("{:.2}", HIGH - y)) height=(format!("{high:.2}")) {}
                        }
                    }
                    @if let Some(line) = line {
                        @let x = format!("{:.2}", wide * line as f64);
                        line.limit x1=(x) x2=(x) y1="0" y2=(HIGH) {}
                    }
                }
            }
            div.axis aria-hidden="true" { @for end in ends { span { (end) } } }
            figcaption { (caption) }
        }
    }
}

/// Of each class that is there, where it begins and how high it is.
fn stacked<'a, const N: usize>(classes: [&'a str; N], place: &[u64; N]) -> Vec<(&'a str, u64, u64)> {
    let mut from = 0;
    let all = classes.into_iter().zip(place).map(|(class, of)| {
        from += of;
        (class, from - of, *of)
    });
    all.filter(|(_, _, of)| *of > 0).collect()
}

/// A score between 0 and 1 as a small bar, with a tick at the cut-off.
pub fn score_bar(score: f64, cut_off: Option<f64>) -> Markup {
    html! {
        svg.score viewBox="0 0 60 12" aria-hidden="true" {
            rect.rail y="2" width="60" height="8" {}
            rect.anomaly_model y="2" width=(format!("{:.1}", score.clamp(0.0, 1.0) * 60.0)) height="8" {}
            @if let Some(cut_off) = cut_off {
                @let x = format!("{:.1}", cut_off * 60.0);
                line.limit x1=(x) x2=(x) y1="0" y2="12" {}
            }
        }
    }
}
