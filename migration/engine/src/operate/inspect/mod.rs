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
    /// How long rows stay, as applied revisions and the environment say.
    pub retention: Vec<Retention>,
    /// The answers.
    #[serde(flatten)]
    pub answers: inspect::Inspection,
}

/// Rows that go, or move to an archive, when they are old enough.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Retention {
    /// The table or aggregate.
    pub table: String,
    /// Where its rows move to; they are deleted where this is null.
    pub archive: Option<String>,
    /// From which age on, `180 days` for example.
    pub age: String,
    /// The revision or the variable of the environment that says so.
    pub from: String,
    /// The job that does it; `migration maintain` where this is null.
    pub job: Option<i64>,
}

/// Asks everything, and says what deserves attention.
pub async fn inspect(runner: &Runner) -> Result<Inspection, EngineError> {
    let all = maintain::declared(runner).await?;
    let declared: Vec<Maintenance> = all.iter().map(|one| one.work.clone()).collect();
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
    let jobs = answers.jobs.found().map_or(&[][..], |found| &found.jobs);
    let retention = all.iter().filter_map(|one| {
        let archive = match &one.work {
            Maintenance::Refresh(_) => return None,
            Maintenance::Retention(_) => None,
            Maintenance::Archive(policy) => Some(policy.archive().to_owned()),
        };
        Some(Retention {
            table: one.work.about().to_owned(),
            archive,
            age: one.work.age()?.to_string(),
            from: one.variable.clone().unwrap_or_else(|| one.revision.clone()),
            job: jobs.iter().find(|job| maintain::is_done_by(&one.work, job)).map(|job| job.id),
        })
    });
    let retention = retention.collect();
    Ok(Inspection { attention: inspect::attention(&answers), retention, answers })
}
