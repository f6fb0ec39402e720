//! Settings of jobs that are none of the revisions' and yet no drift: ages that the environment sets, and intervals that
//! follow what is written.

use migration_timescale::Maintenance;

use super::{age, pace, plan::declared};
use crate::{EngineError, Runner, schema::catalog::Difference};

/// Work whose job may have another setting than the revisions say.
pub(crate) struct Chosen {
    work: Maintenance,
}

/// What applied revisions declare, and the environment or `maintain` may set.
pub(crate) async fn chosen(runner: &Runner) -> Result<Vec<Chosen>, EngineError> {
    let may_differ = |work: &Maintenance| matches!(work, Maintenance::Refresh(_));
    let declared = declared(runner).await?.into_iter().filter(|one| one.variable.is_some() || may_differ(&one.work));
    Ok(declared.map(|one| Chosen { work: one.work }).collect())
}

impl Chosen {
    /// Why the job differs from the revisions, if that setting is the whole difference.
    pub(crate) fn explains(&self, difference: &Difference) -> Option<&'static str> {
        match &self.work {
            Maintenance::Refresh(policy) => pace::explains(policy, difference)
                .then_some("runs at an interval within its bounds, which `maintain` lets follow what is written"),
            Maintenance::Retention(_) | Maintenance::Archive(_) => {
                age::explains(&self.work, difference).then_some("has the age that the environment sets")
            }
        }
    }
}
