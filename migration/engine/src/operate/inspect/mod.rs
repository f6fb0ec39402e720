//! `report`: what a live database is like, and what about it needs attention.
//!
//! The questions are those of [`migration_timescale::inspect`]; here they are asked of a runner's database, with what its
//! applied revisions declare: retention that a command carries out, and aggregates that are a table and a view. What is
//! there for the engine's sake is left out. Only reads.

mod portable;

use migration_timescale::{
    Maintenance,
    inspect::{self, Answer, Attention, TableState},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{EngineError, Runner, operate::maintain, schema::catalog};

/// The database looked at: what needs attention, and the numbers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Inspection {
    /// What deserves attention, the most urgent first.
    pub attention: Vec<Attention>,
    /// The answers.
    #[serde(flatten)]
    pub answers: inspect::Inspection,
}

/// Asks everything, and says what deserves attention.
pub async fn inspect(runner: &Runner) -> Result<Inspection, EngineError> {
    let declared: Vec<Maintenance> = maintain::declared(runner).await?.into_iter().map(|(_, work)| work).collect();
    let retention: Vec<_> = declared.iter().filter_map(Maintenance::as_retention).cloned().collect();
    let failed = EngineError::while_doing("looking at the live database");
    let asked = inspect::Inspection::under(runner.connection(), runner.server(), &retention).await;
    let mut answers = asked.map_err(failed)?;
    let bookkeeping = runner.project().bookkeeping_table();
    if let Answer::Given { found } = &mut answers.tables {
        found.retain(|table: &TableState| !catalog::is_no_schema(&table.name, &bookkeeping));
    }
    if !runner.server().has_continuous_aggregates() {
        let found = portable::aggregates(runner, &declared, &answers.tables).await?;
        if !found.is_empty() {
            answers.aggregates = Answer::Given { found };
        }
    }
    Ok(Inspection { attention: inspect::attention(&answers), answers })
}
