//! `docs/benchmarks.md`: what was noted, beside what is to be reached.

use std::{collections::BTreeMap, fmt::Write};

use crate::{
    figures::{Aim, Figure, GROUPS, Group},
    notes::Note,
};

/// The document. Of notes about the same the last one counts.
pub fn document(machine: &[String], notes: &[Note]) -> String {
    let mut latest: BTreeMap<(&str, Option<&str>), &Note> = BTreeMap::new();
    for note in notes {
        latest.insert((&note.figure, note.peer.as_deref()), note);
    }
    let mut text = String::from(
        "# Benchmarks\n\nWritten by `make bench`, never edited by hand; what a figure is and why it is what it is stands in \
         [figures.rs](../bench/src/figures.rs). A figure is the ratio of two medians of one run, unless it has a unit. \
         Times vary by a third from run to run on a machine that others use, ratios by much less.\n\n",
    );
    for line in machine {
        let _ = writeln!(text, "- {line}");
    }
    for group in GROUPS {
        let _ = write!(text, "\n{}", section(group, &latest));
    }
    text + &peers(&latest)
}

type Latest<'n> = BTreeMap<(&'n str, Option<&'n str>), &'n Note>;

fn section(group: &Group, latest: &Latest<'_>) -> String {
    let mut text = format!("## {}\n\n`{}`. {}\n\n", group.title, group.command, group.how);
    let of = |figure: &Figure| latest.get(&(figure.name, None)).copied();
    let mut measured: Vec<String> =
        group.figures.iter().filter_map(of).map(|note| format!("{}, {}", note.server, note.on)).collect();
    measured.sort_unstable();
    measured.dedup();
    if !measured.is_empty() {
        let _ = writeln!(text, "Measured: {}.\n", measured.join("; "));
    }
    text.push_str("| what | beside | measured | to reach | reached |\n|-|-|-|-|-|\n");
    let mut reasons = String::new();
    for figure in group.figures {
        let value = of(figure).map(|note| note.value);
        let reached = value.and_then(|value| figure.aim.is_reached(value));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            figure.what,
            figure.floor,
            value.map_or("not measured".to_owned(), |value| in_unit(value, figure.unit)),
            aim(figure),
            match reached {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "–",
            }
        );
        if reached != Some(true) && !figure.why.is_empty() {
            let _ = writeln!(reasons, "- {}: {}", figure.what, figure.why);
        }
    }
    if !reasons.is_empty() {
        let _ = write!(text, "\n{reasons}");
    }
    text
}

fn aim(figure: &Figure) -> String {
    match figure.aim {
        Aim::AtMost(most) => format!("≤ {}", plain(most, figure.unit)),
        Aim::AtLeast(least) => format!("≥ {}", plain(least, figure.unit)),
        Aim::Watched => "–".to_owned(),
    }
}

/// To a hundredth, and as it is where it is a whole number of a unit.
fn in_unit(value: f64, unit: &str) -> String {
    match unit {
        "" if value.fract() != 0.0 => format!("{value:.2}"),
        "" => format!("{value}"),
        "ms" => format!("{value:.1} ms"),
        unit => format!("{value:.2} {unit}"),
    }
}

fn plain(value: f64, unit: &str) -> String {
    if unit.is_empty() { format!("{value}") } else { format!("{value} {unit}") }
}

/// What was measured of other programs, a row for each.
fn peers(latest: &Latest<'_>) -> String {
    let mut rows: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    let mut columns: Vec<&str> = Vec::new();
    for ((figure, peer), note) in latest {
        if let Some(peer) = peer {
            rows.entry(peer).or_default().insert(figure, note.value);
            if !columns.contains(figure) {
                columns.push(figure);
            }
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let head = columns.iter().map(|column| crate::figures::find(column).map_or(*column, |figure| figure.what));
    let mut text = format!(
        "\n## Others doing the same\n\nWith the floors of the figures above, from the same runs.\n\n| | {} |\n|-|{}\n",
        head.collect::<Vec<_>>().join(" | "),
        "-|".repeat(columns.len())
    );
    for (peer, values) in rows {
        let cells =
            columns.iter().map(|column| values.get(column).map_or("–".to_owned(), |value| in_unit(*value, "")));
        let _ = writeln!(text, "| {peer} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    text
}
