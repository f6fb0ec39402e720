//! Some revisions: what `current` and `heads` give back.

use schemars::JsonSchema;
use serde::Serialize;

use super::text::each;
use crate::cli::verbs::Outcome;

/// Some revisions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Revisions {
    /// Their names.
    pub revisions: Vec<String>,
    /// Said when there are none.
    #[serde(skip)]
    pub none: &'static str,
}

impl Outcome for Revisions {
    const IS_ASKED_FOR: bool = true;

    fn text(&self, _verbose: bool) -> String {
        if self.revisions.is_empty() {
            format!("{}\n", self.none)
        } else {
            each(&self.revisions, |name| format!("{name}\n"))
        }
    }
}
