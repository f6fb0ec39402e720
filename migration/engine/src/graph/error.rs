//! What can be wrong with a revision graph or with a target.

use std::fmt;

use crate::sql::line::listed;

/// How one revision names another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// As a parent.
    Parent,
    /// As a dependency.
    Dependency,
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Parent => "parent",
            Self::Dependency => "dependency",
        })
    }
}

/// Anything wrong with the graph or with what was asked of it. `Display` names the revisions and says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two revisions of one name.
    #[error("revision {name} is listed twice; every revision needs a file name of its own")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A revision's name could not be told from another target.
    #[error("a revision cannot be named {name:?}: {reason}; rename its file")]
    UnusableName {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// An area's label could not be told from another target.
    #[error("revision {revision} cannot have the area {area:?}: {reason}; choose another label")]
    UnusableArea {
        /// The revision that has it.
        revision: String,
        /// The label.
        area: String,
        /// Why not.
        reason: &'static str,
    },
    /// A parent or dependency that does not exist.
    #[error(
        "revision {revision} names {name:?} as its {link}, which is not in the list; {}",
        hint(.similar, "add that revision or correct the name")
    )]
    UnknownLink {
        /// The revision that names it.
        revision: String,
        /// As a parent or as a dependency.
        link: Link,
        /// The name that does not exist.
        name: String,
        /// Names that are close to it.
        similar: Vec<String>,
    },
    /// A revision that is its own parent or dependency.
    #[error("revision {revision} names itself as its {link}; remove that")]
    OwnLink {
        /// The revision.
        revision: String,
        /// As a parent or as a dependency.
        link: Link,
    },
    /// A parent or dependency named more than once.
    #[error("revision {revision} names {name} as its {link} twice; remove one")]
    RepeatedLink {
        /// The revision that names it.
        revision: String,
        /// As a parent or as a dependency.
        link: Link,
        /// The name.
        name: String,
    },
    /// Revisions that wait for each other.
    #[error(
        "revisions depend on each other in a circle: {}; change the parents or dependencies of one of them",
        circle(.revisions)
    )]
    Cycle {
        /// The revisions, each required by the next and the last by the first.
        revisions: Vec<String>,
    },
    /// Recorded as applied, but not in the list.
    #[error(
        "applied but missing from the code: {}; check out the version that has them, or revert them with it first",
        listed(.revisions)
    )]
    NotInCode {
        /// Their names.
        revisions: Vec<String>,
    },
    /// Nothing that could be meant.
    #[error("no revision, area or target is called {wanted:?}; {}", or_count(.wanted, .similar))]
    UnknownTarget {
        /// What was asked for.
        wanted: String,
        /// What is close to it.
        similar: Vec<String>,
    },
    /// A revision that is no longer in the list, because another stands in its place.
    #[error("revision {wanted} is a part of {by} now, which replaces it; name {by}, or say --unsquashed")]
    Replaced {
        /// What was asked for.
        wanted: String,
        /// What stands in its place.
        by: String,
    },
    /// Fewer than two revisions to squash.
    #[error(
        "the range {range} has {count} of the revisions, and a squash takes two or more; `history {range}` shows them"
    )]
    NothingToSquash {
        /// The range, as written.
        range: String,
        /// How many revisions it has.
        count: usize,
    },
    /// A range that ends in several revisions.
    #[error("the range {range} ends in {} revisions, {}; end it with one", .ends.len(), listed(.ends))]
    SeveralEnds {
        /// The range, as written.
        range: String,
        /// Its last revisions, in order.
        ends: Vec<String>,
    },
    /// A revision outside of a range comes after one in the middle of it.
    #[error(
        "{child} follows {revision}, which is in the middle of the range {range}: the way from {revision} to {child} leaves it; \
         end the range with {revision}, or with the revision that joins {child}"
    )]
    LeavesRange {
        /// The range, as written.
        range: String,
        /// The revision inside.
        revision: String,
        /// The one outside that follows it.
        child: String,
    },
    /// A prefix of several revisions.
    #[error("{prefix:?} is the beginning of {} revisions: {}; give more of the name", .matches.len(), listed(.matches))]
    AmbiguousPrefix {
        /// What was asked for.
        prefix: String,
        /// The revisions, in order.
        matches: Vec<String>,
    },
    /// `head` in a history that has several.
    #[error(
        "the history has {} heads: {}; join them with `merge`, go to all of them with `heads`, or name one",
        .heads.len(),
        listed(.heads)
    )]
    SeveralHeads {
        /// The heads, in order.
        heads: Vec<String>,
    },
    /// One revision was needed, the area has several heads.
    #[error("area {area} has {} heads: {}; name one of them", .heads.len(), listed(.heads))]
    SeveralAreaHeads {
        /// The area.
        area: String,
        /// Its heads, in order.
        heads: Vec<String>,
    },
    /// Counting generations came to a fork.
    #[error("{target} is not one revision: {}; name one of them", fork(.revision.as_deref(), .choices))]
    Fork {
        /// What was asked for.
        target: String,
        /// Where the ways part; none before the first revisions.
        revision: Option<String>,
        /// The ways on.
        choices: Vec<String>,
    },
    /// Counting generations came to the end of the history.
    #[error("{target} is past the end of the history: counting reached {last} after {steps} of {wanted}")]
    TooFar {
        /// What was asked for.
        target: String,
        /// The last revision on the way, or `base`.
        last: String,
        /// Generations counted until there.
        steps: usize,
        /// Generations asked for.
        wanted: usize,
    },
    /// A target of the other direction.
    #[error("`{verb}` cannot go to {target}; use `{instead}`")]
    WrongDirection {
        /// The command.
        verb: &'static str,
        /// What was asked of it.
        target: String,
        /// The command that can.
        instead: String,
    },
    /// `down` to a revision that is not applied.
    #[error("revision {revision} is not applied, so nothing can be reverted as far as it; `current` shows what is")]
    NotApplied {
        /// The revision.
        revision: String,
    },
    /// A target that means no revision, where one is needed.
    #[error("{wanted} is not a revision; name one, `history` lists them")]
    NoRevision {
        /// What was asked for.
        wanted: String,
    },
    /// A merge of fewer than two revisions.
    #[error("a merge joins two revisions or more; {}", merge_hint(.heads))]
    NothingToMerge {
        /// The heads, in order.
        heads: Vec<String>,
    },
    /// A merge of a revision with one it comes after.
    #[error(
        "{revision} comes after {before} already, so there is nothing to join; name revisions of different branches"
    )]
    MergedAlready {
        /// The later revision.
        revision: String,
        /// The earlier one.
        before: String,
    },
    /// A count where a place in the history is needed.
    #[error("{target} counts revisions, but {place} needs a place in the history; name a revision, `head` or `base`")]
    CountIsNoPlace {
        /// What was asked for.
        target: String,
        /// Where.
        place: &'static str,
    },
    /// A range whose end is before its beginning.
    #[error("the range {from}:{to} is backwards: {from} comes after {to}; write {to}:{from}")]
    BackwardsRange {
        /// Its beginning, as written.
        from: String,
        /// Its end, as written.
        to: String,
    },
}

/// A number is meant as a count, which has a sign.
fn or_count(wanted: &str, similar: &[String]) -> String {
    match wanted.parse::<usize>() {
        Ok(count) => format!("-{count} and +{count} count revisions, down and up"),
        Err(_) => hint(similar, "`history` lists what there is"),
    }
}

fn hint(similar: &[String], otherwise: &str) -> String {
    if similar.is_empty() { otherwise.to_owned() } else { format!("did you mean {}?", similar.join(" or ")) }
}

fn circle(revisions: &[String]) -> String {
    revisions.iter().chain(revisions.first()).map(String::as_str).collect::<Vec<_>>().join(" → ")
}

fn fork(revision: Option<&str>, choices: &[String]) -> String {
    let choices = listed(choices);
    match revision {
        Some(revision) => format!("at {revision} the history branches: {choices}"),
        None => format!("the history begins with {choices}"),
    }
}

fn merge_hint(heads: &[String]) -> String {
    if heads.len() < 2 {
        "the history has one head, nothing needs it".to_owned()
    } else {
        format!("the heads are {}", listed(heads))
    }
}
