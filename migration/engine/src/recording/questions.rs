//! Answers to the questions that revisions ask the database, given by the profile and by what was recorded so far.
//!
//! A question is a query whose answer has a name of its own, as in `SELECT … > 0 AS has_table`. The names it asks about
//! are bound as values, the last ones first to last.
//!
//! # How to add a question
//!
//! Give the query an answer with a name that no other question has, bind the names it asks about (never write them into
//! the text), and add a line to [`QUESTIONS`] with a function that answers from the [`Model`].

use std::collections::BTreeMap;

use migration_timescale::Capability;
use sea_orm::Value;

use super::{model::Model, recorder::Recording};
use crate::Direction;

/// A row of an answer.
pub type Row = BTreeMap<String, Value>;

/// The rows, or `None` when the names it asks about are not there.
type Answer = fn(&mut Recording, &Asked<'_>) -> Option<Vec<Row>>;

/// Name of the answer's column, and who gives it.
const QUESTIONS: &[(&str, Answer)] = &[
    // sea-schema's, behind the methods of SchemaManager, and migration-timescale's.
    ("has_table", |known, asked| asked.about(|[table]| known.model().has_table(table))),
    ("has_column", |known, asked| asked.about(|[table, column]| known.model().has_column(table, column))),
    ("has_index", |known, asked| asked.about(|[table, index]| known.model().has_index(table, index))),
    // migration-timescale's.
    ("timescaledb_version", |known, _| Some(timescaledb(known.server))),
    // As a database where the extension is not enabled yet; enabling it again changes nothing.
    ("can_enable_timescaledb", |known, asked| Some(asked.row(known.server.has_hypertables()))),
    ("may_enable_timescaledb", |_, asked| Some(asked.row(true))),
    ("has_public_beside", |_, asked| Some(asked.row(false))),
    // A script runs in any schema; the checksum is that of most.
    ("has_schema_in_quotes", |_, asked| Some(asked.row(false))),
    ("has_hypertable", |known, asked| asked.about(|[table]| known.model().hypertable(table).is_some())),
    ("has_columnstore", |known, asked| asked.about(|[table]| has_columnstore(known.model(), table))),
    ("has_materialized_only_aggregate", |known, asked| asked.about(|[name]| has_aggregate(known.model(), name, true))),
    ("has_real_time_aggregate", |known, asked| asked.about(|[name]| has_aggregate(known.model(), name, false))),
    // The server refuses such an aggregate; that it was created before, the model knows and not how.
    ("has_other_source", |_, asked| Some(asked.row(false))),
    ("has_other_columns", |_, asked| Some(asked.row(false))),
    ("has_other_bucket", |_, asked| Some(asked.row(false))),
    ("view_definition", |_, _| Some(Vec::new())),
    ("has_unique_without_time", |known, asked| {
        asked.about(|[table, column]| known.model().has_unique_index_without(table, column))
    }),
    // Lint has a rule for it.
    ("has_reference_to_it", |_, asked| Some(asked.row(false))),
    ("has_partition_column", |known, asked| {
        asked.about(|[table, column]| known.model().hypertable(table).is_some_and(|found| found.has_dimension(column)))
    }),
    ("has_columnstore_column", |known, asked| {
        asked.about(|[table, column]| known.model().hypertable(table).is_some_and(|found| found.stores_by(column)))
    }),
    ("has_aggregated_column", |known, asked| asked.about(|[table, column]| known.model().is_aggregated(table, column))),
    ("has_enum_column", |known, asked| asked.about(|[table, column]| known.model().has_enum_column(table, column))),
    // A new database has no chunks.
    ("has_compressed_chunk", |_, asked| Some(asked.row(false))),
    ("has_other_columnstore_policy", |known, asked| Some(asked.other_policy(known, "columnstore"))),
    ("has_other_reorder_policy", |known, asked| Some(asked.other_policy(known, "reorder"))),
    ("has_other_refresh_policy", |known, asked| Some(asked.other_policy(known, "refresh"))),
    ("has_other_retention_policy", |known, asked| Some(asked.other_policy(known, "retention"))),
    // Lint has rules for them.
    ("has_retention_within", |_, asked| Some(asked.row(false))),
    ("has_refresh_beyond", |_, asked| Some(asked.row(false))),
    ("has_refresh_of_converted", |_, asked| Some(asked.row(false))),
    ("has_converted_within", |_, asked| Some(asked.row(false))),
    // The server refuses it.
    ("has_unrefreshed_aggregate", |_, asked| Some(asked.row(false))),
    // With a columnstore they are added valid.
    ("has_unvalidated_check", |known, asked| {
        asked.first().map(|table| !has_columnstore(known.model(), table)).map(|yes| asked.row(yes))
    }),
    // The engine's. A new database has no rows; what a script reverts may have some.
    ("has_rows", |known, asked| Some(asked.rows(known.direction == Direction::Down))),
    ("has_valid_index", |known, asked| {
        let [index] = asked.last()?;
        Some(asked.rows(known.model().tables.values().any(|table| table.indexes.contains(index))))
    }),
    // For revisions.
    ("has_type", |known, asked| {
        let [name] = asked.last()?;
        Some(asked.rows(known.model().has_type(name)))
    }),
    // Nobody knows, so there is no row.
    ("oldest_row", |_, _| Some(Vec::new())),
    ("server_version", |_, asked| Some(vec![asked.named(Value::from(MARIADB))])),
];

/// What MySQL is, where it matters.
const MARIADB: &str = "10.11.0-MariaDB";

/// Answers a query, if it is a question known here.
pub fn answer(known: &mut Recording, sql: &str, values: &[Value]) -> Option<Vec<Row>> {
    let (name, answer) = QUESTIONS.iter().find(|(name, _)| gives(sql, name))?;
    let names = values.iter().filter_map(|value| match value {
        Value::String(Some(name)) => Some(name.as_str()),
        _ => None,
    });
    answer(known, &Asked { question: name, names: names.collect() })
}

/// Whether the query has a column of that name: `AS name`, quoted or not.
fn gives(sql: &str, name: &str) -> bool {
    sql.match_indices(name).any(|(at, _)| {
        let before = sql[..at].trim_end_matches(['"', '`']).trim_end();
        let ends = sql[at + name.len()..].chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_');
        ends && before.len() < at && before.to_ascii_uppercase().ends_with(" AS")
    })
}

/// A question, and the names it asks about.
struct Asked<'a> {
    question: &'a str,
    names: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    fn last<const COUNT: usize>(&self) -> Option<[&'a str; COUNT]> {
        self.names.last_chunk().copied()
    }

    fn first(&self) -> Option<&'a str> {
        self.names.first().copied()
    }

    fn named(&self, value: Value) -> Row {
        Row::from([(self.question.to_owned(), value)])
    }

    fn row(&self, yes: bool) -> Vec<Row> {
        vec![self.named(yes.into())]
    }

    /// Whether there is a policy of the first name, and not with what the others say.
    fn other_policy(&self, known: &mut Recording, kind: &'static str) -> Vec<Row> {
        let found = self.names.split_first().map(|(table, settings)| {
            let policy = known.model().policies.get(&(kind, (*table).to_owned()));
            policy.is_some_and(|found| found.iter().map(String::as_str).ne(settings.iter().copied()))
        });
        self.row(found.unwrap_or_default())
    }

    fn about<const COUNT: usize>(&self, yes: impl FnOnce([&str; COUNT]) -> bool) -> Option<Vec<Row>> {
        self.last().map(|names| self.row(yes(names)))
    }

    /// Of questions that are answered by whether there is a row.
    fn rows(&self, yes: bool) -> Vec<Row> {
        if yes { self.row(true) } else { Vec::new() }
    }
}

fn has_columnstore(model: &Model, table: &str) -> bool {
    model.hypertable(table).is_some_and(|hypertable| hypertable.columnstore.is_some())
}

fn has_aggregate(model: &Model, name: &str, materialized_only: bool) -> bool {
    model.continuous_aggregate(name).is_some_and(|view| view.materialized_only == materialized_only)
}

/// The answer to `Capability::detect`.
fn timescaledb(server: Capability) -> Vec<Row> {
    let Some(version) = server.timescale_version() else { return Vec::new() };
    let license = if server.has_columnstore() { "timescale" } else { "apache" };
    vec![Row::from([
        ("timescaledb_version".to_owned(), version.to_string().into()),
        ("timescaledb_license".to_owned(), license.into()),
        ("web_assembly".to_owned(), server.is_web_assembly().into()),
    ])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_known_by_the_name_of_its_answer() {
        assert!(gives("SELECT COUNT(*) > 0 AS \"has_table\" FROM t", "has_table"));
        assert!(gives("SELECT COUNT(*) > 0 as `has_table`", "has_table"));
        assert!(gives("select 1 AS has_rows", "has_rows"));
        assert!(!gives("SELECT has_table FROM t", "has_table"));
        assert!(!gives("SELECT 1 AS has_tables", "has_table"));
        assert!(!gives("SELECT 1 AS my_has_table", "has_table"));
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = QUESTIONS.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), QUESTIONS.len());
    }
}
