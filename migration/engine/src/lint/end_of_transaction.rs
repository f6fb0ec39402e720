//! Revisions that would end the transaction that they run in. No revision may allow itself that: `up` refuses it.

use super::{Finding, RuleInfo, Source, shown};
use crate::{Direction, recording::Recorded};

/// As a rule, for lists.
pub const RULE: RuleInfo = RuleInfo {
    name: "end-of-transaction",
    summary: "COMMIT or ROLLBACK in a revision that runs in a transaction ends it; `up`, `verify` and `sql` refuse it.",
    code: None,
    backend: None,
    versions: None,
    instead: Some(INSTEAD),
    source: Source::Own,
};
const INSTEAD: &str = "Leave BEGIN, COMMIT and ROLLBACK out, or let use_transaction() return Some(false) and make it one that can be started again.";

/// What is found in one revision.
pub fn findings(revision: &Recorded) -> impl Iterator<Item = Finding> {
    [Direction::Up, Direction::Down].into_iter().filter_map(|direction| {
        let statement = revision.end_of_transaction(direction)?;
        Some(Finding {
            revision: revision.up.revision.clone(),
            direction,
            rule: RULE.name,
            statement: shown(revision.up.before.backend(), &statement),
            message: "it ends the transaction that the revision runs in".to_owned(),
            instead: INSTEAD.to_owned(),
            source: Source::Own,
            allowed: None,
            accepted: false,
        })
    })
}
