//! Revisions that another stands in place of: what a database has of them.

use super::Runner;
use crate::{Describe, EngineError, error::SquashError, ledger::Records};

impl Runner {
    /// A database that has some of the revisions that another stands in place of can only go on with them.
    pub(crate) fn refuse_halfway(&self, records: &Records) -> Result<(), EngineError> {
        match self.halfway(records).next() {
            Some(halfway) => Err(halfway.into()),
            None => Ok(()),
        }
    }

    /// The revisions that stand in place of some that the database has, and of some that it does not have.
    pub(crate) fn halfway<'r>(&'r self, records: &'r Records) -> impl Iterator<Item = SquashError> + 'r {
        records.replaced.iter().filter(|part| !part.missing.is_empty()).map(|part| {
            let has_code = self.project.description(&part.revision).is_some_and(|one| one.replaced().is_some());
            let last = part.missing.last().map_or("", String::as_str);
            SquashError::Halfway {
                revision: part.revision.clone(),
                count: part.count,
                missing: part.missing.clone(),
                has_code,
                finish: format!("migration {}up {last}", if has_code { "--unsquashed " } else { "" }),
            }
        })
    }

    /// Statements that forget what a revision stands in place of, for when it is written down itself.
    pub(crate) fn forget_replaced(&self, revision: &str) -> Vec<String> {
        let replaces = self.project.description(revision).map(Describe::replaces).unwrap_or_default();
        replaces.iter().flat_map(|name| self.tables.forget(self.target.backend(), name)).collect()
    }
}
