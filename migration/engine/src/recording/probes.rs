//! Answers to the questions behind `has_table`, `has_column` and `has_index` of `SchemaManager`.
//!
//! They come from sea-schema as SQL and nothing else. Each has a name of its own for its answer, as in
//! `SELECT … > 0 AS has_table`, and the names that it asks about are bound, as the last values. Whatever else is asked is a
//! [`Question`](migration_timescale::Question), which never comes here.

use std::collections::BTreeMap;

use migration_timescale::question::KnownSchema;
use sea_orm::Value;

use super::recorder::Recording;

/// A row of an answer.
pub type Row = BTreeMap<String, Value>;

/// Answers from the table and the name that are asked about; of a table alone the two are the same.
type Answer = fn(&dyn KnownSchema, table: &str, name: &str) -> bool;

/// Name of the answer's column, how many names are asked about, and who answers.
const PROBES: [(&str, usize, Answer); 3] = [
    ("has_table", 1, |schema, table, _| schema.has_table(table)),
    ("has_column", 2, |schema, table, column| schema.has_column(table, column)),
    ("has_index", 2, |schema, table, index| schema.has_index(table, index)),
];

/// Answers a query, if it is a probe.
pub fn answer(recording: &mut Recording, sql: &str, values: &[Value]) -> Option<Vec<Row>> {
    let (probe, count, answer) = PROBES.iter().find(|(name, ..)| gives(sql, name))?;
    let names = values.iter().filter_map(|value| match value {
        Value::String(Some(name)) => Some(name.as_str()),
        _ => None,
    });
    let names: Vec<&str> = names.collect();
    let asked = &names[names.len().checked_sub(*count)?..];
    let yes = answer(recording.model(), asked.first()?, asked.last()?);
    Some(vec![Row::from([((*probe).to_owned(), yes.into())])])
}

/// Whether the query has a column of that name: `AS name`, quoted or not.
fn gives(sql: &str, name: &str) -> bool {
    sql.match_indices(name).any(|(at, _)| {
        let before = sql[..at].trim_end_matches(['"', '`']).trim_end();
        let ends = sql[at + name.len()..].chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_');
        ends && before.len() < at && before.to_ascii_uppercase().ends_with(" AS")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_is_known_by_the_name_of_its_answer() {
        assert!(gives("SELECT COUNT(*) > 0 AS \"has_table\" FROM t", "has_table"));
        assert!(gives("SELECT COUNT(*) > 0 as `has_table`", "has_table"));
        assert!(gives("select 1 AS has_index", "has_index"));
        assert!(!gives("SELECT has_table FROM t", "has_table"));
        assert!(!gives("SELECT 1 AS has_tables", "has_table"));
        assert!(!gives("SELECT 1 AS my_has_table", "has_table"));
    }
}
