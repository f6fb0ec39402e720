//! Drift: where the live schema is not what its applied revisions produce.
//!
//! Strict, unlike [`stamp`](crate::schema::stamp): an object that no revision made is a difference too. A column that only
//! stands elsewhere ([`Difference::is_position`]) is one as well, which `check` says as a note. Left out is what is no schema: bookkeeping, values kept between `down` and `up`, what extensions own.

use sea_orm_migration::MigrationTrait;

use crate::{
    EngineError, Runner,
    schema::{catalog::Difference, scratch},
};

/// Every difference between the live schema and what the applied revisions produce, in the project's order.
pub async fn drift(runner: &Runner) -> Result<Vec<Difference>, EngineError> {
    let status = runner.status().await?;
    let applied = status.iter().filter(|revision| revision.applied_at.is_some());
    let applied = applied.map(|revision| runner.project().revision(&revision.name)).collect::<Result<Vec<_>, _>>()?;
    drift_from(runner, &applied).await
}

/// Every difference between the live schema and what these revisions produce when they run in this order.
pub async fn drift_from(runner: &Runner, applied: &[&dyn MigrationTrait]) -> Result<Vec<Difference>, EngineError> {
    // Boxed: running revisions inside a check makes for a large future.
    let expected = Box::pin(scratch::catalog_of(runner, applied)).await?;
    Ok(runner.catalog().await?.diff(&expected))
}
