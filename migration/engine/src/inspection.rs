//! `report`: what a live database is like, and what about it needs attention.
//!
//! The questions are those of [`migration_timescale::inspect`]; here they are asked of a runner's database, and what is
//! there for the engine's sake is left out. Only reads.

use migration_timescale::inspect::{self, Answer, Inspection, TableState};

use crate::{EngineError, Runner, catalog, report};

/// Asks everything, and says what deserves attention.
pub async fn inspect(runner: &Runner) -> Result<report::Inspection, EngineError> {
    let failed = EngineError::while_doing("looking at the live database");
    let mut answers = Inspection::of(runner.connection(), runner.server()).await.map_err(failed)?;
    let bookkeeping = runner.project().bookkeeping_table();
    if let Answer::Given { found } = &mut answers.tables {
        found.retain(|table: &TableState| !catalog::is_no_schema(&table.name, &bookkeeping));
    }
    Ok(report::Inspection { attention: inspect::attention(&answers), answers })
}
