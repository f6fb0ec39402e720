//! What revisions do, found out without a database.
//!
//! A revision is run on a connection that writes down what it is given. Catalogue questions are answered by a profile (the
//! kind of database) and by what earlier revisions made, starting from an empty schema. From that come scripts for psql,
//! sqlite3 and mariadb ([`script`]), and the checksums that tell whether an applied revision was changed ([`Fingerprint`]).

mod beside;
mod checksum;
mod guards;
mod ignored;
pub mod model;
mod notes;
mod probes;
mod profile;
mod record;
mod recorder;
mod refusal;
pub(crate) mod render;
mod schema;
mod shape;
#[cfg(test)]
mod tests;
mod undated;
mod values;

use std::collections::BTreeMap;

use migration_timescale::{Capability, Dialect, manager::SkippedStep};
use sea_orm_migration::MigrationTrait;

pub(crate) use beside::{Beside, Made, creates_extension, extensions_made};
pub use checksum::{FORMAT, Fingerprint};
pub use ignored::OnError;
pub(crate) use ignored::stops_at_errors;
pub(crate) use profile::reference;
pub use profile::{Profile, REFERENCE_TIMESCALEDB};
pub use record::{Recorded, record, record_each};
pub use schema::Schema;
pub(crate) use shape::shown;

use guards::Guards;
use render::{RenderOptions, render};

use crate::{Direction, error::OfflineError, ledger::Tables};

/// A statement that a revision gave to the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The SQL, with its values written out, without a semicolon at the end.
    pub sql: String,
    /// Number of the transaction it ran in, from 1 in each script; `None` outside of any.
    pub transaction: Option<usize>,
    /// What a script does when it fails; known of scripts alone.
    pub on_error: OnError,
}

/// Everything one revision does in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Name of the revision.
    pub revision: String,
    /// Which way.
    pub direction: Direction,
    /// Its statements in order.
    pub statements: Vec<Statement>,
    /// How many were given, those among them that it rolled back itself.
    pub given: usize,
    /// Questions to the database that the profile could not answer; they were answered with no rows.
    pub unanswered: Vec<String>,
    /// Whether it asked the database anything, or might do something else on one for another reason that is known.
    pub asked: bool,
    /// What it said on the log, steps that such a database skips for example.
    pub notes: Vec<String>,
    /// The steps of TimescaleDB among them.
    pub skipped: Vec<SkippedStep>,
    /// The schema before the first statement.
    pub before: Schema,
}

/// A script, and what it stops at.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its text.
    pub text: String,
    /// Revisions that could not be recorded; the script stops where the first of them would be.
    pub missing: Vec<OfflineError>,
}

/// The script that applies or reverts those of `revisions` that are `wanted`, for the client of the database.
///
/// `revisions` are all there are, in order: the earlier ones make the schema that the wanted ones find.
pub async fn script(
    revisions: &[&dyn MigrationTrait],
    wanted: impl Fn(&str) -> bool,
    direction: Direction,
    server: Capability,
    tables: &Tables,
) -> Written {
    let last = revisions.iter().rposition(|revision| wanted(revision.name()));
    let needed = &revisions[..last.map_or(0, |last| last + 1)];
    let mut recorded = record_each(needed, server).await;
    for (revision, outcome) in needed.iter().zip(&mut recorded) {
        if let Ok(outcome) = outcome
            && wanted(revision.name())
        {
            outcome.find_ignored(*revision, direction, server).await;
        }
    }
    let guards = match Dialect::of(server.backend()) {
        Dialect::Sqlite => guards_of(&mut recorded, &wanted, direction).await,
        Dialect::Postgres | Dialect::MySql => Guards::new(),
    };
    let unknown: Vec<String> = recorded
        .iter()
        .filter_map(|one| one.as_ref().err())
        .filter(|error| !wanted(error.revision()))
        .map(OfflineError::to_string)
        .collect();
    let mut shown: Vec<Result<&Recorded, &OfflineError>> = needed
        .iter()
        .zip(&recorded)
        .filter(|(revision, _)| wanted(revision.name()))
        .map(|(_, outcome)| outcome.as_ref())
        .collect();
    if direction == Direction::Down {
        shown.reverse();
    }
    let why = |one: &Result<&Recorded, &OfflineError>| {
        let recorded = one.map_err(Clone::clone);
        recorded.and_then(|one| {
            one.refuse_end_of_transaction(direction).and(one.script(direction).map(drop).map_err(Clone::clone))
        })
    };
    let missing = shown.iter().filter_map(|one| why(one).err()).collect();
    let fingerprints = fingerprints(&recorded, needed, server).await;
    let (fingerprints, guards, unknown) = (&fingerprints, &guards, unknown.as_slice());
    let text = render(&shown, &RenderOptions { server, direction, tables, fingerprints, guards, unknown });
    Written { text, missing }
}

/// Revisions recorded one after the other, the `wanted` ones both ways with the errors that they ignore.
pub(crate) async fn record_in_full(
    revisions: &[&dyn MigrationTrait],
    wanted: impl Fn(&str) -> bool,
    server: Capability,
) -> Vec<Result<Recorded, OfflineError>> {
    let mut recorded = record_each(revisions, server).await;
    for (revision, outcome) in revisions.iter().zip(&mut recorded) {
        if let Ok(outcome) = outcome
            && wanted(revision.name())
        {
            outcome.find_ignored(*revision, Direction::Up, server).await;
            outcome.find_ignored(*revision, Direction::Down, server).await;
        }
    }
    recorded
}

/// What guards the wanted revisions. Where it cannot be found out, those that may need it are not in the script.
async fn guards_of(
    recorded: &mut [Result<Recorded, OfflineError>],
    wanted: &impl Fn(&str) -> bool,
    direction: Direction,
) -> Guards {
    let source = match guards::of(recorded, wanted, direction).await {
        Ok(guards) => return guards,
        Err(source) => source,
    };
    for outcome in recorded {
        if let Ok(one) = outcome
            && wanted(&one.up.revision)
            && guards::may_need(one, direction)
        {
            let revision = one.up.revision.clone();
            *outcome = Err(OfflineError::Failed { revision, direction, source: source.clone() });
        }
    }
    Guards::new()
}

/// By name, of the revisions as checksums are made of them.
async fn fingerprints(
    recorded: &[Result<Recorded, OfflineError>],
    revisions: &[&dyn MigrationTrait],
    server: Capability,
) -> BTreeMap<String, Fingerprint> {
    let reference = reference(server);
    let again = if reference == server { Vec::new() } else { record_each(revisions, reference).await };
    let comparable = if again.is_empty() { recorded } else { &again };
    comparable.iter().flatten().map(|one| (one.up.revision.clone(), Fingerprint::of(one))).collect()
}
