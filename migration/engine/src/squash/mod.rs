//! One revision in place of several: found out without a database, and written as code.
//!
//! The revisions are recorded on each backend. What they gave to the database is written into files, statement by statement
//! with the transactions as they were, and the new revision runs those ([`crate::revision::squashed`]). Where TimescaleDB is
//! given other statements by another version there is a file from each such version on. What revisions say about themselves
//! beyond that (parents, findings that are meant to be, maintenance) is said by the new one.
//!
//! A revision that asks the database what only a database knows does not do the same everywhere: it cannot be part of this.

mod scripts;
mod written;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use sea_orm_migration::MigrationTrait;

use crate::{
    EngineError, Project,
    error::SquashError,
    graph::Graph,
    project::{
        describe::{Allowed, Describe, Parents},
        scaffold,
    },
    recording::Profile,
};
pub use scripts::Script;

/// A revision in place of others.
#[derive(Clone, Debug)]
pub struct Squash {
    /// Its name.
    pub revision: String,
    /// The others, in order.
    pub replaces: Vec<String>,
    /// What it comes after.
    pub parents: Vec<String>,
    /// What has to be applied before it besides.
    pub depends_on: Vec<String>,
    /// The area of the others, where they have the same.
    pub area: Option<&'static str>,
    /// Findings that are meant to be, of any of them.
    pub allows: Vec<Allowed>,
    /// Those with maintenance.
    pub maintained: Vec<String>,
    /// Those that say something about themselves.
    pub described: Vec<String>,
    /// Whether one of them runs outside of a transaction.
    pub outside: bool,
    /// Whether one of them enables TimescaleDB.
    pub enables_timescaledb: bool,
    /// What they do.
    pub scripts: Vec<Script>,
    /// What to know before it is used, a line each.
    pub notes: Vec<String>,
}

/// Puts one revision in place of those of a range, for these backends; for all, where none is named.
///
/// # Errors
///
/// Ranges in whose place no one revision can stand, and revisions that cannot be recorded.
pub async fn squash(project: &Project, range: &str, name: &str, backends: &[Profile]) -> Result<Squash, EngineError> {
    let graph = project.graph()?;
    let part = graph.part(range)?;
    let names = |positions: &[usize]| graph.names(positions).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let replaces = names(&part.members);
    let descriptions: Vec<&dyn Describe> = replaces.iter().filter_map(|name| project.description(name)).collect();
    if let Some(again) = descriptions.iter().find(|one| !one.replaces().is_empty()) {
        return Err(SquashError::Squashed { revision: again.name().to_owned() }.into());
    }
    refuse_other_places(project, &graph, &part.members)?;
    let revision = stem(replaces.last().map_or("", String::as_str), name);
    let mut allows: Vec<Allowed> = Vec::new();
    for allowed in descriptions.iter().flat_map(|one| one.allows()) {
        if !allows.contains(allowed) {
            allows.push(*allowed);
        }
    }
    let areas: Vec<Option<&'static str>> =
        replaces.iter().map(|name| project.description(name).and_then(Describe::area)).collect();
    let same_area = areas.iter().all(|area| *area == areas[0]);
    let order = graph.order().iter().map(|&position| project.revision(graph.name(position)));
    let order: Vec<&dyn MigrationTrait> = order.collect::<Result<_, _>>()?;
    let found = scripts::of(
        &order,
        &replaces,
        if backends.is_empty() { Profile::value_variants() } else { backends },
        !backends.is_empty(),
    )
    .await?;
    let outside =
        order.iter().any(|one| replaces.iter().any(|name| name == one.name()) && one.use_transaction() == Some(false));
    Ok(Squash {
        revision,
        parents: names(&part.parents),
        depends_on: names(&part.depends_on),
        area: areas.first().copied().flatten().filter(|_| same_area),
        allows,
        maintained: descriptions
            .iter()
            .filter(|one| !one.maintenance().is_empty())
            .map(|one| one.name().to_owned())
            .collect(),
        described: descriptions.iter().map(|one| one.name().to_owned()).collect(),
        outside,
        enables_timescaledb: found.enables_timescaledb,
        scripts: found.scripts,
        notes: found.notes,
        replaces,
    })
}

/// Writes it into the migration crate at `crate_dir`, and into the list there in place of the others. Gives the files.
pub fn write(squash: &Squash, crate_dir: &Path, area: Option<&str>) -> Result<Vec<PathBuf>, EngineError> {
    scaffold::squash(crate_dir, area, &squash.revision, &squash.replaces, |entries| written::files(squash, entries))
}

/// Revisions outside that follow the one listed before them, and would follow another one then.
fn refuse_other_places(project: &Project, graph: &Graph, members: &[usize]) -> Result<(), SquashError> {
    let end = members.last().copied();
    let is_member = |position: &usize| members.contains(position);
    let mut before: (Option<usize>, Option<usize>) = (None, None);
    for position in 0..graph.len() {
        let by_place = match project.description(graph.name(position)).map(Describe::parents) {
            None | Some(Parents::Previous) => true,
            Some(Parents::Named(_)) => false,
        };
        let was = before.0.replace(position);
        if is_member(&position) {
            // The new one stands in the place of the last.
            if Some(position) == end {
                before.1 = end;
            }
            continue;
        }
        let now = before.1.replace(position);
        let meant = was.map(|one| if is_member(&one) { end.unwrap_or(one) } else { one });
        if by_place && meant != now {
            let name = |one: Option<usize>| one.map_or("nothing", |one| graph.name(one)).to_owned();
            return Err(SquashError::ByPlace { revision: name(Some(position)), before: name(was), now: name(now) });
        }
    }
    Ok(())
}

/// The name of a revision in the place of `last`: with its time, where it has one.
fn stem(last: &str, name: &str) -> String {
    let time: Vec<&str> = last.splitn(3, '_').take(2).collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    match time.as_slice() {
        [day, hour] if day.strip_prefix('m').is_some_and(digits) && digits(hour) => format!("{day}_{hour}_{name}"),
        _ => format!("{}_{name}", last.split('_').next().unwrap_or("m")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_is_named_after_the_time_of_the_last() {
        assert_eq!(super::stem("m20250601_000000_create_alarms", "squashed"), "m20250601_000000_squashed");
        assert_eq!(super::stem("m5_join", "squashed"), "m5_squashed");
    }
}
