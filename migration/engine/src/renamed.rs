//! Applied revisions whose name in the code is another one now.
//!
//! A revision that is applied and not in the code, and a pending one that does exactly the same: somebody has renamed its
//! file. Nothing is done about that without being asked.

use std::fmt;

use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{EngineError, Runner, offline::Profile, records::Records};

/// An applied revision that the code does not have, and the pending one that does the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Renamed {
    /// Its name in the database.
    pub old: String,
    /// Its name in the code.
    pub new: String,
}

impl fmt::Display for Renamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { old, new } = self;
        write!(f, "{new} does the same as {old}: if it was renamed, `migration stamp --renamed {old} {new}`")
    }
}

impl Runner {
    /// Applied revisions that the code does not have, each with the pending one that does the same.
    pub async fn renamed(&self, records: &Records) -> Vec<Renamed> {
        let mut found = Vec::new();
        for old in self.missing(records) {
            let pending = self.in_order().filter(|name| !records.is_present(name));
            for new in pending.map(str::to_owned).collect::<Vec<_>>() {
                if self.does_the_same(&old, &new, records).await {
                    found.push(Renamed { old, new });
                    break;
                }
            }
        }
        found
    }

    async fn does_the_same(&self, old: &str, new: &str, records: &Records) -> bool {
        let Some(entry) = records.entries.get(old) else { return false };
        // A profile of a later version of the engine: nothing to compare with.
        let Ok(profile) = Profile::from_str(&entry.profile, true) else { return false };
        self.has_checksum(profile.capability(None), new, &entry.checksum).await
    }

    /// Missing revisions are an error, which says so when they seem to be renamed.
    pub(crate) async fn refuse_renamed(&self, records: &Records) -> Result<(), EngineError> {
        let revisions = self.missing(records);
        if revisions.is_empty() {
            return Ok(());
        }
        Err(EngineError::MissingRevisions { revisions, renamed: self.renamed(records).await })
    }

    /// Writes down that the applied revision `old` is `new` in the code. Refused unless they do the same.
    pub async fn rename(&self, old: &str, new: &str) -> Result<(), EngineError> {
        let lock = self.lock().await?;
        let done = self.rename_locked(old, new).await;
        self.unlock(lock, done).await
    }

    async fn rename_locked(&self, old: &str, new: &str) -> Result<(), EngineError> {
        let records = self.records().await?;
        let refused = |why| Err(EngineError::NotRenamed { old: old.to_owned(), new: new.to_owned(), why });
        let Some(applied_at) = records.applied.get(old).copied().filter(|_| records.is_applied(old)) else {
            return refused("the first is not applied");
        };
        if self.in_order().any(|name| name == old) {
            return refused("the code has the first too");
        }
        if !self.in_order().any(|name| name == new) {
            return refused("the code has no revision of the second name");
        }
        if records.is_present(new) {
            return refused("the second is applied itself");
        }
        if !self.does_the_same(old, new, &records).await {
            return refused("they do not do the same, or one of them has no checksum to tell");
        }
        self.write_renamed(old, new, applied_at, &records).await
    }
}
