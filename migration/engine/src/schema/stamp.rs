//! Marks revisions as applied without running them, for databases that existed before the project.
//!
//! The live schema is compared with what the revisions produce. Missing or different tables, columns, primary keys and
//! enums are refused: a later revision, or the code above, would break on them. Everything else (an index, a hypertable
//! that is a plain table) is reported and left as it is.

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

/// Differences, without what a database may have beside the project and without the order of columns.
fn compare(live: &Catalog, expected: &Catalog) -> Vec<Difference> {
    let known = |name: &str| expected.objects().iter().any(|object| object.kind == Kind::Table && object.name == name);
    let mut differences: Vec<Difference> = live
        .diff(expected)
        .into_iter()
        .map(|mut difference| {
            if difference.kind == Kind::Column {
                difference.expected = difference.expected.as_deref().map(without_position);
                difference.live = difference.live.as_deref().map(without_position);
            }
            difference
        })
        .filter(|difference| difference.expected != difference.live)
        // Beside the project: whole objects that no revision knows.
        .filter(|difference| {
            difference.expected.is_some() || (difference.kind == Kind::Column && known(table_of(&difference.name)))
        })
        // A table's own text repeats its columns, which are compared one by one.
        .filter(|difference| difference.kind != Kind::Table || difference.live.is_none())
        .collect();
    // One line for a missing table is enough.
    let missing: Vec<String> = differences
        .iter()
        .filter(|difference| difference.kind == Kind::Table)
        .map(|difference| difference.name.clone())
        .collect();
    for difference in differences.iter_mut().filter(|difference| difference.kind == Kind::Table) {
        difference.expected = Some("a table with the columns of the revision".to_owned());
    }
    differences.retain(|difference| {
        matches!(difference.kind, Kind::Table | Kind::Enum)
            || !missing.iter().any(|table| table == table_of(&difference.name))
    });
    differences
}

fn matters(difference: &Difference) -> bool {
    match difference.kind {
        Kind::Enum | Kind::Table | Kind::PrimaryKey => true,
        // A column more is harmless as long as rows can be inserted without it.
        Kind::Column => match (&difference.expected, &difference.live) {
            (None, Some(live)) => live.contains("NOT NULL") && !live.contains("DEFAULT"),
            _ => true,
        },
        _ => false,
    }
}

fn table_of(name: &str) -> &str {
    name.split_once('.').map_or(name, |(table, _)| table)
}

fn without_position(definition: &str) -> String {
    definition.split_once(' ').map_or(definition, |(_, rest)| rest).to_owned()
}
