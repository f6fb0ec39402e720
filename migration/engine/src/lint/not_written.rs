//! A way of a revision that nobody has written.

use super::{Finding, RuleInfo, Source};
use crate::{Direction, error::OfflineError, recording::Recorded};

/// As a rule, for lists.
pub const RULE: RuleInfo = RuleInfo {
    name: "not-written",
    summary: "The revision has no `up` or no `down`: SeaORM's stand-in, or that of the template, ends with an error.",
    code: None,
    backend: None,
    versions: None,
    instead: Some(INSTEAD),
    source: Source::Own,
};
const INSTEAD: &str = "Write it; where there is no way back, allow it with the reason.";

/// What is found in one revision.
pub fn findings(recorded: &Result<Recorded, OfflineError>) -> Option<Finding> {
    let error = match recorded {
        Ok(recorded) => recorded.down.as_ref().err()?,
        Err(error) => error,
    };
    let OfflineError::NotWritten { revision, direction } = error else { return None };
    Some(Finding {
        revision: revision.clone(),
        direction: *direction,
        rule: RULE.name,
        statement: String::new(),
        message: match direction {
            Direction::Up => "it does nothing yet: its up() is not written".to_owned(),
            Direction::Down => "there is no way back: its down() is not written".to_owned(),
        },
        instead: INSTEAD.to_owned(),
        source: Source::Own,
        allowed: None,
        accepted: false,
    })
}
