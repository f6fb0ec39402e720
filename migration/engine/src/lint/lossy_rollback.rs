//! A `down` that drops what people have filled. `verify` tries it with rows; this tells it from the statements.

use std::collections::BTreeSet;

use migration_timescale::question::KnownSchema;
use sqlparser::ast::{ColumnOption, Statement};

use super::{
    Finding, RuleInfo, Source,
    context::{NAMES, added_columns, dropped_columns},
    shown,
};
use crate::{
    Direction,
    recording::{Recorded, Script},
    revision::kept::{self, PREFIX},
    schema::verify::LOSSY_ROLLBACK,
    sql::parsed::{self, Parsed},
};

/// As a rule, for lists.
pub const RULE: RuleInfo = RuleInfo {
    name: LOSSY_ROLLBACK,
    summary: "A `down` drops a column with what was filled in; `verify` finds other losses too.",
    code: None,
    backend: None,
    versions: None,
    instead: Some(INSTEAD),
    source: Source::Own,
};
const INSTEAD: &str = "Keep the values for the next `up` with `revision::kept::KeptColumns`, or allow it with the reason why they may go.";

/// What is found in one revision. Columns of its own tables go with these, which `down` asks for.
pub fn findings(revision: &Recorded) -> Vec<Finding> {
    let Ok(down) = &revision.down else { return Vec::new() };
    let statements = parsed(down);
    let kept: Vec<String> = statements.iter().flat_map(|(_, parsed)| &parsed.statements).filter_map(kept).collect();
    let given: BTreeSet<(String, String)> =
        parsed(&revision.up).iter().flat_map(|(_, one)| given_columns(one)).collect();
    let is_lost = |table: &str, column: &str| {
        revision.up.before.has_table(table)
            && !given.contains(&(table.to_owned(), column.to_owned()))
            && !kept.iter().any(|side| kept::is_of(side, table))
    };
    let dropped = statements.iter().flat_map(|(sql, parsed)| dropped_columns(parsed).map(move |found| (*sql, found)));
    dropped
        .filter(|(_, (table, column))| is_lost(table, column))
        .map(|(sql, (table, column))| Finding {
            revision: revision.up.revision.clone(),
            direction: Direction::Down,
            rule: RULE.name,
            statement: shown(revision.up.before.backend(), sql),
            message: format!("`{table}.{column}` goes with the values that it has by then"),
            instead: INSTEAD.to_owned(),
            source: Source::Own,
            allowed: None,
            accepted: false,
        })
        .collect()
}

fn parsed(script: &Script) -> Vec<(&str, Parsed)> {
    let backend = script.before.backend();
    let each = |sql: &str| parsed::parse(backend, sql).to_vec();
    let statements = script.statements.iter();
    statements.flat_map(|one| each(&one.sql).into_iter().map(|parsed| (one.sql.as_str(), parsed))).collect()
}

/// The side table that a statement makes.
fn kept(statement: &Statement) -> Option<String> {
    match statement {
        Statement::CreateTable(table) => Some(NAMES.object(&table.name)).filter(|name| name.starts_with(PREFIX)),
        _ => None,
    }
}

/// Columns that nobody fills: the database computes them.
fn given_columns(parsed: &Parsed) -> Vec<(String, String)> {
    let is_given = |column: &sqlparser::ast::ColumnDef| {
        column.options.iter().any(|option| matches!(option.option, ColumnOption::Generated { .. }))
    };
    let added = added_columns(parsed).filter(|(_, column)| is_given(column));
    added.map(|(table, column)| (table, NAMES.ident(&column.name))).collect()
}
