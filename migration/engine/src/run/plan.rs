//! What a run would do.

use crate::{EngineError, Runner, graph::RevisionTarget, ledger::Records};

impl Runner {
    /// What `up` to `target` would run, in order.
    pub fn plan_up(&self, target: &RevisionTarget, records: &Records) -> Result<Vec<String>, EngineError> {
        self.refuse_missing(records)?;
        let applied = self.graph.applied(self.in_order().filter(|name| records.is_applied(name)))?;
        Ok(self.names(&self.graph.plan_up(target, &applied)?))
    }

    /// What `down` to `target` would revert, in order.
    pub fn plan_down(&self, target: &RevisionTarget, records: &Records) -> Result<Vec<String>, EngineError> {
        self.refuse_missing(records)?;
        let present = self.graph.applied(self.in_order().filter(|name| records.is_present(name)))?;
        Ok(self.names(&self.graph.plan_down(target, &present)?))
    }

    fn refuse_missing(&self, records: &Records) -> Result<(), EngineError> {
        self.refuse_halfway(records)?;
        let revisions = self.missing(records);
        let renamed = Vec::new();
        if revisions.is_empty() { Ok(()) } else { Err(EngineError::MissingRevisions { revisions, renamed }) }
    }

    fn names(&self, positions: &[usize]) -> Vec<String> {
        positions.iter().map(|position| self.graph.name(*position).to_owned()).collect()
    }
}
