//! Indexes of a continuous aggregate.

use sea_orm::DbBackend;

use super::ContinuousAggregate;
use crate::{Capability, Dialect, dialect::name, internals};

/// An index of what a [`ContinuousAggregate`] has stored. TimescaleDB makes one itself for each group column with the
/// bucket, and elsewhere the key and an index on the bucket are there.
///
/// ```
/// use migration_timescale::{AggregateIndex, Capability, ContinuousAggregate, Interval};
///
/// let hourly = ContinuousAggregate::on("readings", "hourly").bucket("bucket", "taken_at", Interval::hours(1));
/// let index = AggregateIndex::on(&hourly, "hourly_max_idx").column("max_value").descending("bucket");
/// assert_eq!(
///     index.create_sql(Capability::sqlite()),
///     r#"CREATE INDEX IF NOT EXISTS "hourly_max_idx" ON "hourly_materialized" ("max_value", "bucket" DESC)"#,
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateIndex {
    aggregate: ContinuousAggregate,
    name: String,
    columns: Vec<(String, bool)>,
}

impl AggregateIndex {
    /// The index `name` of an aggregate.
    pub fn on(aggregate: &ContinuousAggregate, name: &str) -> Self {
        Self { aggregate: aggregate.clone(), name: name.to_owned(), columns: Vec::new() }
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, column: &str) -> Self {
        self.columns.push((column.to_owned(), false));
        self
    }

    /// Adds a column, largest values first.
    #[must_use]
    pub fn descending(mut self, column: &str) -> Self {
        self.columns.push((column.to_owned(), true));
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The relation that it is created on: the aggregate, or the table in its place.
    pub fn relation(&self, server: Capability) -> String {
        if server.has_continuous_aggregates() {
            self.aggregate.name.clone()
        } else {
            self.aggregate.materialized_table()
        }
    }

    /// The statement that creates it. Said again it changes nothing, save on MySQL, which does not know `IF NOT EXISTS`
    /// for indexes.
    pub fn create_sql(&self, server: Capability) -> String {
        let backend = server.backend();
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|(column, descending)| format!("{}{}", name(backend, column), if *descending { " DESC" } else { "" }))
            .collect();
        let unless_there = if backend == DbBackend::MySql { "" } else { "IF NOT EXISTS " };
        format!(
            "CREATE INDEX {unless_there}{} ON {} ({})",
            name(backend, &self.name),
            name(backend, &self.relation(server)),
            columns.join(", ")
        )
    }

    /// The statement that drops it. On TimescaleDB it lies in the schema of what the aggregate has stored.
    pub fn drop_sql(&self, server: Capability) -> String {
        let backend = server.backend();
        let index = name(backend, &self.name);
        match Dialect::of(backend) {
            Dialect::MySql => format!("DROP INDEX {index} ON {}", name(backend, &self.relation(server))),
            Dialect::Postgres | Dialect::Sqlite if server.has_continuous_aggregates() => {
                format!("DROP INDEX IF EXISTS {}.{index}", internals::SCHEMA)
            }
            Dialect::Postgres | Dialect::Sqlite => format!("DROP INDEX IF EXISTS {index}"),
        }
    }
}
