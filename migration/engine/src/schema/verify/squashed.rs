//! A revision and those that it stands in place of: both ways make the same.

use sea_orm_migration::{MigrationTrait, SchemaManager};

use super::{
    Finding, Step,
    rows::{Held, read_all, tables},
};
use crate::{
    EngineError, Runner,
    schema::{catalog::Catalog, scratch},
};

/// What differs between a revision and those that it stands in place of, both behind the revisions `before`. Nothing for one
/// that replaces none, and where their code is gone.
pub(super) async fn compare(
    runner: &Runner,
    before: &[&dyn MigrationTrait],
    revision: &dyn MigrationTrait,
) -> Result<Vec<Finding>, EngineError> {
    let Some(description) = runner.project().description(revision.name()) else { return Ok(Vec::new()) };
    let Some(replaced) = description.replaced() else { return Ok(Vec::new()) };
    let others = description.replaces().iter().map(|name| replaced.revision(name)).collect::<Result<Vec<_>, _>>()?;
    let one_way: Vec<&dyn MigrationTrait> = before.iter().copied().chain([revision]).collect();
    let other_way: Vec<&dyn MigrationTrait> = before.iter().copied().chain(others).collect();
    let (made, expected) = (read(runner, &one_way).await?, read(runner, &other_way).await?);
    let after = Step::Squashed;
    let objects = made.0.diff(&expected.0).into_iter().filter(|difference| !difference.is_position());
    let mut findings: Vec<Finding> = objects.map(|difference| Finding::Object { after, difference }).collect();
    if made.1 == expected.1 {
        return Ok(findings);
    }
    // What the clock puts into rows is another thing each time.
    let again = read(runner, &other_way).await?;
    for (table, rows) in &expected.1 {
        let Some(present) = made.1.get(table) else { continue };
        let is_steady = again.1.get(table) == Some(rows);
        let (lost, gained) = if is_steady {
            (rows.missing_from(present), present.missing_from(rows))
        } else {
            (rows.number().saturating_sub(present.number()), present.number().saturating_sub(rows.number()))
        };
        if (lost, gained) != (0, 0) {
            findings.push(Finding::Rows { after, table: table.clone(), lost, gained, made: None });
        }
    }
    Ok(findings)
}

/// The schema and the rows after these revisions.
async fn read(runner: &Runner, revisions: &[&dyn MigrationTrait]) -> Result<(Catalog, Held), EngineError> {
    let bookkeeping = runner.project().bookkeeping_table();
    let read = async |manager: &SchemaManager<'_>| {
        let catalog = Catalog::read(manager.get_connection(), &bookkeeping).await?;
        let held = read_all(manager.get_connection(), &tables(&catalog)).await?;
        Ok((catalog, held))
    };
    // Boxed: running revisions makes for a large future.
    Ok(Box::pin(scratch::read_of(runner, revisions, read)).await?)
}
