//! The revisions, and what the database says of each.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Runner;
use crate::{
    EngineError,
    error::Changed,
    ledger::{Entry, Records},
};

/// A revision and what the database says of it.
#[derive(Clone, Debug)]
pub struct RevisionStatus {
    /// Its name.
    pub name: String,
    /// When it was applied; `None` while it is pending.
    pub applied_at: Option<DateTime<Utc>>,
    /// Set when a run began it and did not finish: it was killed, or is at work now.
    pub unfinished: Option<Entry>,
    /// Whether its code does something else now than when it was applied.
    pub changed: bool,
    /// Then the first statement that differs, in words.
    pub difference: Option<String>,
    /// What the engine wrote down about it; `None` for revisions that another tool applied.
    pub entry: Option<Entry>,
}

impl RevisionStatus {
    /// Whether `up` would run it.
    pub fn is_pending(&self) -> bool {
        self.applied_at.is_none() || self.unfinished.is_some()
    }

    /// What its code does otherwise now than when it was applied.
    pub fn change(&self) -> Option<Changed> {
        let difference = self.difference.clone()?;
        Some(Changed { revision: self.name.clone(), difference })
    }
}

impl Runner {
    /// Applied revisions that the code does not have.
    pub fn missing(&self, records: &Records) -> Vec<String> {
        records.applied.keys().filter(|name| self.graph.position(name).is_none()).cloned().collect()
    }

    /// Every revision in order. Only reads.
    pub async fn status(&self) -> Result<Vec<RevisionStatus>, EngineError> {
        let records = self.records().await?;
        self.refuse_renamed(&records).await?;
        self.refuse_halfway(&records)?;
        self.status_of(&records).await
    }

    /// Every revision in order, with what `records` says of it.
    pub async fn status_of(&self, records: &Records) -> Result<Vec<RevisionStatus>, EngineError> {
        let mut changed: BTreeMap<String, String> =
            self.changed(records).await?.into_iter().map(|one| (one.revision, one.difference)).collect();
        let status = self.in_order().map(|name| {
            let difference = changed.remove(name);
            RevisionStatus {
                name: name.to_owned(),
                applied_at: records.applied.get(name).copied(),
                unfinished: records.unfinished(name).cloned(),
                changed: difference.is_some(),
                difference,
                entry: records.entries.get(name).filter(|_| records.is_present(name)).cloned(),
            }
        });
        Ok(status.collect())
    }
}
