//! Something that was done: what `fresh`, `refresh` and `reset` give back.

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::verbs::{Outcome, Report};

/// Something that was done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {
    /// What.
    pub done: &'static str,
}

impl Done {
    /// The result that says so.
    pub(in crate::cli) fn report(done: &'static str) -> Report {
        Report::Done(Self { done })
    }
}

impl Outcome for Done {
    fn text(&self, _verbose: bool) -> String {
        format!("{}\n", self.done)
    }
}
