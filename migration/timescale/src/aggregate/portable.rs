//! The same without continuous aggregates: a table of what was refreshed, and a view that adds what is newer.

use sea_orm::DbBackend;

use super::ContinuousAggregate;
use crate::{
    Capability, Dialect, MYSQL_TABLE_OPTIONS, add_primary_key_sql,
    dialect::{beginning, later, name},
};

impl ContinuousAggregate {
    /// The end of the last bucket in the table, as an expression; the begin of time while it is empty.
    pub(crate) fn watermark(&self, backend: DbBackend) -> String {
        self.watermark_or(backend, beginning(backend))
    }

    /// The same for `drop_chunks`, which takes no infinity.
    pub(crate) fn watermark_of_chunks(&self) -> String {
        self.watermark_or(DbBackend::Postgres, "TIMESTAMPTZ '0001-01-01 00:00:00+00'")
    }

    fn watermark_or(&self, backend: DbBackend, beginning: &str) -> String {
        let last = format!("max({})", name(backend, &self.bucket));
        let end = later(backend, &last, self.width);
        let table = name(backend, &self.materialized_table());
        format!("coalesce((SELECT {end} FROM {table}), {beginning})")
    }

    /// The table of what was refreshed. Types are those of the query.
    pub(super) fn create_table(&self, server: Capability) -> Vec<String> {
        let backend = server.backend();
        let table = name(backend, &self.materialized_table());
        let bucket = name(backend, &self.bucket);
        let key: Vec<&str> = self.groups.iter().map(String::as_str).chain([self.bucket.as_str()]).collect();
        let columns = key.iter().map(|column| name(backend, column)).collect::<Vec<_>>().join(", ");
        let index = name(backend, &format!("{}_{}_idx", self.materialized_table(), self.bucket));
        let create_index = format!("CREATE INDEX IF NOT EXISTS {index} ON {table} ({bucket})");
        match Dialect::of(backend) {
            Dialect::MySql => {
                let query = self.query(server, Some("false"));
                vec![format!(
                    "CREATE TABLE IF NOT EXISTS {table} ({bucket} datetime(6) NOT NULL, PRIMARY KEY ({columns}), \
                     KEY {index} ({bucket})) {MYSQL_TABLE_OPTIONS} AS\n{query}"
                )]
            }
            // Without types: values stay what the query gives.
            Dialect::Sqlite => vec![
                format!("CREATE TABLE IF NOT EXISTS {table} ({}, PRIMARY KEY ({columns}))", self.column_list(backend)),
                create_index,
            ],
            Dialect::Postgres => vec![
                format!("CREATE TABLE IF NOT EXISTS {table} AS\n{}\nWITH NO DATA", self.query(server, None)),
                add_primary_key_sql(&self.materialized_table(), &key),
                create_index,
            ],
        }
    }

    pub(super) fn create_view(&self, server: Capability) -> Vec<String> {
        let backend = server.backend();
        let create = Self::create_view_sql(backend, &self.name, &self.view_query(server, self.real_time));
        match Dialect::of(backend) {
            Dialect::Sqlite => vec![format!("DROP VIEW IF EXISTS {}", name(backend, &self.name)), create],
            Dialect::Postgres | Dialect::MySql => vec![create],
        }
    }

    pub(crate) fn create_view_sql(backend: DbBackend, view: &str, query: &str) -> String {
        let create = if backend == DbBackend::Sqlite { "CREATE VIEW" } else { "CREATE OR REPLACE VIEW" };
        format!("{create} {} AS\n{query}", name(backend, view))
    }

    /// What the view says: what is stored and, real-time, what is newer.
    pub(crate) fn view_query(&self, server: Capability, real_time: bool) -> String {
        let backend = server.backend();
        let stored =
            format!("SELECT {}\nFROM {}", self.column_list(backend), name(backend, &self.materialized_table()));
        if !real_time {
            return stored;
        }
        let newer = format!("{} >= {}", name(backend, &self.time), self.watermark(backend));
        format!("{stored}\nUNION ALL\n{}", self.query(server, Some(&newer)))
    }
}
