//! The table that is printed.

use std::time::Duration;

use bench::notes;

use crate::{ACTIONS, ROUNDS, Result, revisions::COUNT};

/// What was measured of one tool; arrays are in the order of [`ACTIONS`].
pub struct Measured {
    pub name: &'static str,
    /// Of each round.
    pub times: Vec<[Duration; 3]>,
    pub round_trips: [usize; 3],
    pub peak_kib: [Option<u64>; 3],
}

impl Measured {
    pub fn of(name: &'static str) -> Self {
        Self { name, times: Vec::new(), round_trips: [0; 3], peak_kib: [None; 3] }
    }

    /// Median of the pairs' ratios.
    fn ratio(&self, floor: &Self, action: usize) -> f64 {
        let pairs = self.times.iter().zip(&floor.times);
        median(pairs.map(|(own, floor)| own[action].as_secs_f64() / floor[action].as_secs_f64()).collect())
    }

    fn milliseconds(&self, action: usize) -> f64 {
        median(self.times.iter().map(|times| times[action].as_secs_f64() * 1000.0).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The engine's own, among the tools.
pub const ENGINE: &str = "migration-engine";
/// Figures, in the order of [`ACTIONS`].
const FIGURES: [&str; 3] = ["up", "nothing", "down"];

/// Prints and notes everything, the first being the floor of the ratios.
pub fn print(server: &str, measured: &[Measured], statements: usize) -> Result<()> {
    let [floor, others @ ..] = measured else { return Ok(()) };
    for tool in others {
        for (action, figure) in FIGURES.into_iter().enumerate() {
            let ratio = tool.ratio(floor, action);
            match tool.name {
                ENGINE => notes::figure(server, figure, ratio)?,
                _ if tool.times.iter().all(|times| times[action].is_zero()) => {}
                peer => notes::peer(server, peer, figure, ratio)?,
            }
        }
    }
    println!("{COUNT} revisions of {statements} statements, whole processes, medians of {ROUNDS} pairs");
    println!("nothing pending: beside psql with one select");
    println!("{:34}{:>10}{:>17}{:>10}", "", "up", "nothing pending", "down");
    section("time, ratio to psql", measured, |tool, action| format!("{:.2}", tool.ratio(floor, action)));
    section("time, ms", measured, |tool, action| format!("{:.1}", tool.milliseconds(action)));
    section("round trips", measured, |tool, action| tool.round_trips[action].to_string());
    section("peak memory, MiB", measured, |tool, action| match tool.peak_kib[action] {
        Some(kib) => format!("{}.{}", kib / 1024, kib % 1024 * 10 / 1024),
        None => "-".to_owned(),
    });
    Ok(())
}

/// Prints what the engine costs beside SeaORM's own migrator, the first of the two.
pub fn print_beside_stock(server: &str, suffix: &str, measured: &[Measured]) -> Result<()> {
    let [floor, engine] = measured else { return Ok(()) };
    for (action, figure) in FIGURES.into_iter().enumerate() {
        notes::figure(server, &format!("{figure}{suffix}"), engine.ratio(floor, action))?;
    }
    print_beside("sea-orm-migration", &format!("{server}: {COUNT} revisions"), measured);
    Ok(())
}

/// Prints what the history of the area `vision` costs beside psql, the first of them.
pub fn print_vision(measured: &[Measured]) {
    print_beside("psql", &format!("PostgreSQL: the {COUNT} revisions of the area vision"), measured);
}

fn print_beside(floor_name: &str, what: &str, measured: &[Measured]) {
    let [floor, ..] = measured else { return };
    println!("\n{what}, whole processes, medians of {ROUNDS} pairs");
    println!("{:34}{:>10}{:>17}{:>10}", "", "up", "nothing pending", "down");
    let title = format!("time, ratio to {floor_name}");
    section(&title, measured, |tool, action| format!("{:.2}", tool.ratio(floor, action)));
    section("time, ms", measured, |tool, action| format!("{:.1}", tool.milliseconds(action)));
}

/// Prints what `up` and `verify` of so many revisions took.
pub fn print_verify(of: &str, count: usize, [up, verify]: [Duration; 2]) {
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    println!("\n{of}: {count} revisions, up {}, verify {}", seconds(up), seconds(verify));
}

fn section(title: &str, measured: &[Measured], cell: impl Fn(&Measured, usize) -> String) {
    println!("{title}");
    for tool in measured {
        let [up, nothing, down] = [0, 1, 2].map(|action| cell(tool, action));
        debug_assert_eq!(ACTIONS.len(), 3);
        println!("  {:32}{up:>10}{nothing:>17}{down:>10}", tool.name);
    }
}
