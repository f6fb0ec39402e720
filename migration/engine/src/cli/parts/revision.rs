//! A revision as `status` and `show` tell of it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{ledger::Entry, runner::RevisionStatus};

/// Where a revision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not applied.
    Pending,
    /// Applied.
    Applied,
    /// A run began it and did not finish: it was killed, or is at work now. `up` continues it.
    Unfinished,
}

/// A revision and what the database says of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RevisionReport {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// When it was applied.
    pub applied_at: Option<DateTime<Utc>>,
    /// Whether its code does something else now than when it was applied.
    pub changed: bool,
    /// Then the first statement that differs, in words.
    pub difference: Option<String>,
    /// What the engine wrote down about it.
    pub record: Option<Entry>,
}

impl From<RevisionStatus> for RevisionReport {
    fn from(status: RevisionStatus) -> Self {
        let state = match (&status.unfinished, status.applied_at) {
            (Some(_), _) => State::Unfinished,
            (None, Some(_)) => State::Applied,
            (None, None) => State::Pending,
        };
        Self {
            name: status.name,
            state,
            applied_at: status.applied_at,
            changed: status.changed,
            difference: status.difference,
            record: status.entry,
        }
    }
}

impl RevisionReport {
    /// Where it stands, in words.
    pub(in crate::cli) fn state_text(&self) -> String {
        let state = match (self.state, self.applied_at, &self.record) {
            (State::Unfinished, _, Some(record)) => format!(
                "unfinished, {} begun {} by {}; `up` continues it",
                record.direction,
                record.started_at.format("%Y-%m-%d %H:%M:%S UTC"),
                record.applied_by
            ),
            (_, Some(at), _) => format!("applied {}", at.format("%Y-%m-%d %H:%M:%S UTC")),
            _ => "pending".to_owned(),
        };
        match &self.difference {
            Some(difference) => format!("{state}, changed since: {difference}"),
            None => state,
        }
    }
}
