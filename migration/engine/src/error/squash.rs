//! What keeps revisions from being squashed, or a database from going on with one that was.

use crate::sql::line::listed;

/// What can be squashed all the same.
fn without_it(ranges: &[String]) -> String {
    if ranges.is_empty() {
        return "the range has too few others to squash".to_owned();
    }
    let commands: Vec<String> = ranges.iter().map(|range| format!("`squash {range}`")).collect();
    format!("the others can be without it: {}", commands.join(" and "))
}

/// What is wrong with a squash, or in a database that has a part of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SquashError {
    /// A revision in the list, although another stands in its place.
    #[error("revision {revision} is in the list, and {by} stands in its place; take one of the two out of the list")]
    StillListed {
        /// The revision.
        revision: String,
        /// What stands in its place.
        by: String,
    },
    /// A database that has some of the revisions that another stands in place of.
    #[error(
        "{revision} stands in place of {count} revisions, and this database has {} of them: {} {} missing; {} `{finish}`, \
         then run this again",
        .count - .missing.len(),
        listed(.missing),
        if .missing.len() == 1 { "is" } else { "are" },
        if *.has_code { "finish them first with" } else { "check out a version of the code that still has them, and finish them there with" }
    )]
    Halfway {
        /// The revision that stands in their place.
        revision: String,
        /// How many there are.
        count: usize,
        /// Those that the database does not have, in order.
        missing: Vec<String>,
        /// Whether the code has them.
        has_code: bool,
        /// The command that applies them.
        finish: String,
    },
    /// A revision that does not say what it follows, and would follow another one.
    #[error(
        "{revision} follows {before} by its place in the list, and would follow {now} then; let it name its parents first"
    )]
    ByPlace {
        /// The revision.
        revision: String,
        /// What it follows.
        before: String,
        /// What it would follow.
        now: String,
    },
    /// A revision that stands in place of others itself.
    #[error(
        "{revision} stands in place of others itself; have `up` run with it on every database, remove its replaces() and \
         replaced() with the files of the others, and squash then"
    )]
    Squashed {
        /// The revision.
        revision: String,
    },
    /// A revision that asks the database, or cannot be recorded.
    #[error(
        "{revision} cannot be squashed for {backend}: {reason}; {}{}",
        without_it(.ranges),
        if *.only { "" } else { ", or name the backends that the project is for with --backend" }
    )]
    Unrecorded {
        /// The revision.
        revision: String,
        /// For which backend.
        backend: String,
        /// Why not.
        reason: String,
        /// What is left of the range on both sides of it, where that is enough to squash.
        ranges: Vec<String>,
        /// Whether that backend was asked for by name.
        only: bool,
    },
    /// The list does not have the revisions as they are named.
    #[error(
        "{path} does not list {revision} as a module of that name, or in a form that is not understood, so nothing was written"
    )]
    NotListed {
        /// The file.
        path: String,
        /// The revision.
        revision: String,
    },
}
