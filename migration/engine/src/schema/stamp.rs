//! Marks revisions as applied without running them, for databases that existed before the project.
//!
//! The live schema is compared with what the revisions produce. Missing or different tables, columns, primary keys and
//! enums are refused: a later revision, or the code above, would break on them. Everything else (an index, a hypertable
//! that is a plain table, a column that stands elsewhere) is reported and left as it is.

use crate::{
    EngineError, Runner,
    schema::{
        catalog::{Catalog, Difference, Kind},
        scratch,
    },
};

/// What a stamp did.
#[derive(Clone, Debug)]
pub struct Stamped {
    /// Revisions recorded now, oldest first; those recorded before are not repeated.
    pub recorded: Vec<String>,
    /// Differences that do not forbid it, one line each.
    pub notes: Vec<String>,
}

/// Records `target` (a name or an unambiguous prefix) and everything before it as applied.
///
/// With `accept_differences` a schema that differs is recorded all the same, and the differences become notes.
pub async fn stamp(runner: &Runner, target: &str, accept_differences: bool) -> Result<Stamped, EngineError> {
    let graph = runner.graph();
    let plan = graph.plan_stamp(&graph.target(target)?)?;
    let names: Vec<String> = plan.into_iter().map(|position| graph.name(position).to_owned()).collect();
    let Some(newest) = names.last() else { return Ok(Stamped { recorded: vec![], notes: vec![] }) };
    let revisions = names.iter().map(|name| runner.project().revision(name)).collect::<Result<Vec<_>, _>>()?;
    let expected = scratch::catalog_of(runner, &revisions).await?;
    let live = runner.catalog().await?;
    let (refused, noted): (Vec<Difference>, Vec<Difference>) = compare(&live, &expected).into_iter().partition(matters);
    let lines = |differences: Vec<Difference>| differences.iter().map(ToString::to_string).collect::<Vec<_>>();
    if !refused.is_empty() && !accept_differences {
        return Err(EngineError::StampRefused { revision: newest.clone(), differences: lines(refused) });
    }
    let recorded = runner.record(&names).await?;
    Ok(Stamped { recorded, notes: lines(refused).into_iter().chain(lines(noted)).collect() })
}

/// Differences, without what a database may have beside the project: whole objects that no revision knows.
fn compare(live: &Catalog, expected: &Catalog) -> Vec<Difference> {
    let known = |table: &str| expected.objects().iter().any(|one| one.kind == Kind::Table && one.name == table);
    let mut differences = live.diff(expected);
    differences.retain(|difference| match difference.kind {
        // A table's own text repeats its columns, which are compared one by one.
        Kind::Table => difference.live.is_none(),
        Kind::Column => difference.expected.is_some() || difference.table.as_deref().is_some_and(known),
        _ => difference.expected.is_some(),
    });
    differences
}

fn matters(difference: &Difference) -> bool {
    match difference.kind {
        Kind::Enum | Kind::Table | Kind::PrimaryKey => true,
        // A column more is harmless as long as rows can be inserted without it.
        Kind::Column => match (&difference.expected, &difference.live) {
            (None, Some(live)) => live.contains("NOT NULL") && !live.contains("DEFAULT"),
            _ => !difference.is_position(),
        },
        _ => false,
    }
}
