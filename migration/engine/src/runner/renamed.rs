//! Applied revisions whose name in the code is another one now.
//!
//! A revision that is applied and not in the code, and a pending one that does the same: somebody has renamed its file.
//! Nothing is done about that without being asked.

use crate::{EngineError, Runner, error::Renamed, ledger::Records, runner::Likeness};

impl Runner {
    /// Applied revisions that the code does not have, each with the pending one that does the same.
    pub async fn renamed(&self, records: &Records) -> Vec<Renamed> {
        let mut found = Vec::new();
        for old in self.missing(records) {
            let Some(entry) = records.entries.get(&old) else { continue };
            let pending = self.in_order().filter(|name| !records.is_present(name));
            let mut alike = None;
            for new in pending.map(str::to_owned).collect::<Vec<_>>() {
                match self.likeness(entry, &new).await {
                    Likeness::Exact => {
                        alike = Some(Renamed { old: old.clone(), new, other_values: false });
                        break;
                    }
                    Likeness::ButForValues if alike.is_none() => {
                        alike = Some(Renamed { old: old.clone(), new, other_values: true });
                    }
                    Likeness::ButForValues | Likeness::None => {}
                }
            }
            found.extend(alike);
        }
        found
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
        let likeness = match records.entries.get(old) {
            Some(entry) => self.likeness(entry, new).await,
            None => Likeness::None,
        };
        if likeness == Likeness::None {
            return refused("they do not do the same, or one of them has no checksum to tell");
        }
        self.write_renamed(old, new, applied_at, &records).await
    }
}
