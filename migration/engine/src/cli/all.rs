//! `--all`: a verb on one area after the other, each on its own database. One that fails leaves the others as they are.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    args::OutputArgs,
    context::Context,
    exit_code, on_area,
    output::Database,
    table::{NOTHING, Table},
    verbs::{DatabaseVerb, Outcome, Report},
};
use crate::{Areas, EngineError, session::interrupt};

/// What came of a verb on each area.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OfAreas {
    /// The areas in the order in which they were worked on, the default first.
    pub areas: Vec<OfArea>,
}

/// What came of a verb on one area: what the command prints when it works on that area alone.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OfArea {
    /// The area; null for a project that stands alone.
    pub area: Option<String>,
    /// The database it worked on; null for commands that need none, or when there was no connection.
    pub database: Option<Database>,
    /// The exit code of the command on this area alone.
    pub exit_code: u8,
    /// What came of it; null when it failed.
    pub result: Option<Report>,
    /// Why it failed, on one line; null when it did not.
    pub error: Option<String>,
    /// Where it was to work, connected or not.
    #[serde(skip)]
    place: Option<String>,
}

/// Runs the verb on every area, and prints what comes of each as soon as it is there.
pub(super) async fn run(
    context: &Context,
    areas: Areas,
    verb: &DatabaseVerb,
    output: &OutputArgs,
) -> Result<Report, EngineError> {
    let mut done = Vec::new();
    for area in areas.all(context.schema.as_deref())? {
        let name = area.name.map(str::to_owned);
        if let Some(name) = name.as_ref().filter(|_| context.announce) {
            let gap = if done.is_empty() { "" } else { "\n" };
            context.show.out(&format!("{gap}area {name}\n"));
        }
        let place = area.target(context.url.as_deref()).ok().map(|target| target.to_string());
        let mut database = None;
        let came = match interrupt::check() {
            Ok(()) => Box::pin(on_area(context, area, verb, &mut database)).await,
            Err(told_to_stop) => Err(told_to_stop),
        };
        let exit_code = exit_code(&came);
        let (result, error) = match came {
            Ok(report) => {
                let error = report.error();
                (Some(report), error)
            }
            Err(error) => (None, Some(error.on_one_line())),
        };
        let needs_none = database.is_none() && result.is_some();
        let place = place.filter(|_| !needs_none);
        let one = OfArea { area: name, database, exit_code, result, error, place };
        if !output.json {
            one.print(context, output);
        }
        done.push(one);
    }
    Ok(Report::Areas(OfAreas { areas: done }))
}

impl OfArea {
    fn print(&self, context: &Context, output: &OutputArgs) {
        if let Some(report) = self.result.as_ref().filter(|report| !output.quiet || report.is_asked_for()) {
            context.show.out(&report.text(output.verbose));
        }
        if let Some(error) = &self.error {
            let area = self.area.as_ref().map(|area| format!("area {area}: ")).unwrap_or_default();
            context.show.err(&format!("error: {area}{error}\n"));
        }
    }
}

fn shown(area: Option<&String>) -> &str {
    area.map_or(NOTHING, String::as_str)
}

impl Outcome for OfAreas {
    fn text(&self, _verbose: bool) -> String {
        let mut table = Table::of(&["area", "database", "result"]);
        for one in &self.areas {
            let result = match (&one.result, &one.error) {
                (Some(report), None) => report.summary(),
                (Some(report), Some(_)) => format!("failed: {}", report.summary()),
                (None, _) => "failed".to_owned(),
            };
            let place = one.place.clone().unwrap_or_else(|| NOTHING.to_owned());
            table.row([shown(one.area.as_ref()).to_owned(), place, result]);
        }
        format!("\n{}", table.text())
    }

    fn error(&self) -> Option<String> {
        let failed: Vec<&OfArea> = self.areas.iter().filter(|one| one.error.is_some()).collect();
        match (failed.as_slice(), self.areas.as_slice()) {
            ([], _) => None,
            ([one], [_]) => one.error.clone(),
            (failed, all) => {
                let names: Vec<&str> = failed.iter().map(|one| shown(one.area.as_ref())).collect();
                Some(format!("{} of {} areas failed: {}", failed.len(), all.len(), names.join(", ")))
            }
        }
    }

    /// That of the area where it went worst.
    fn exit_code(&self) -> u8 {
        self.areas.iter().map(|one| one.exit_code).max_by_key(|code| severity(*code)).unwrap_or(0)
    }
}

/// How bad an exit code is: 0 done, 3 pending, 4 found something, 1 failed, then told to stop.
fn severity(code: u8) -> u16 {
    match code {
        0 => 0,
        3 => 1,
        4 => 2,
        1 => 3,
        other => 4 + u16::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::parts::done::Done;

    fn of(codes: &[u8]) -> OfAreas {
        let area = |code: &u8| OfArea {
            area: Some(format!("a{code}")),
            database: None,
            exit_code: *code,
            result: (*code != 1).then(|| Done::report("it is done")),
            error: (*code == 1).then(|| "it broke".to_owned()),
            place: Some("here".to_owned()),
        };
        OfAreas { areas: codes.iter().map(area).collect() }
    }

    #[test]
    fn the_worst_exit_code_counts() {
        for (codes, worst) in
            [(&[][..], 0), (&[0, 0], 0), (&[0, 3], 3), (&[4, 3], 4), (&[3, 1, 4], 1), (&[1, 130, 0], 130)]
        {
            assert_eq!(of(codes).exit_code(), worst, "{codes:?}");
        }
    }

    #[test]
    fn the_summary_says_which_is_where() {
        let areas = of(&[0, 1]);
        let expected = "\n  area  database  result\n  a0    here      it is done\n  a1    here      failed\n";
        assert_eq!((areas.text(false).as_str(), areas.error().as_deref()), (expected, Some("1 of 2 areas failed: a1")));
    }
}
