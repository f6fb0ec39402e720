//! What a `down` is about to lose: values of columns that it drops and does not keep.

use std::collections::BTreeSet;

use sqlparser::ast::Statement;

use crate::{
    Direction, EngineError, Runner,
    recording::model::{dropped_columns, names::Names},
    revision::kept::PREFIX,
    schema::verify::made,
    sql::{
        self,
        parsed::{self, Parsed},
    },
};

impl Runner {
    /// How many values of which columns go when revisions are reverted, as far as their statements tell; of each revision a
    /// line for each column that holds more than NULL or its default. Tables with rows are a matter of
    /// [`crate::revision::consent`].
    ///
    /// # Errors
    ///
    /// The database fails while they are counted.
    pub async fn values_lost(&self, revisions: &[String]) -> Result<Vec<Vec<String>>, EngineError> {
        let mut dropped = Vec::with_capacity(revisions.len());
        for revision in revisions {
            dropped.push(self.columns_lost(revision).await);
        }
        let all: Vec<(String, String)> = dropped.iter().flatten().cloned().collect();
        if self.hold_no_row(&all).await {
            return Ok(vec![Vec::new(); revisions.len()]);
        }
        let catalog = self.catalog().await?;
        let counted = made::filled(self.connection(), &catalog, &all).await;
        let counted = counted.map_err(EngineError::while_doing("counting the values that are about to go"))?;
        let line = |((table, column), number): &((String, String), u64)| match number {
            0 => None,
            1 => Some(format!("1 value of {table}.{column} goes, and no `up` brings it back")),
            number => Some(format!("{number} values of {table}.{column} go, and no `up` brings them back")),
        };
        let of_one = |dropped: &Vec<(String, String)>| {
            counted.iter().filter(|(column, _)| dropped.contains(column)).filter_map(line).collect()
        };
        Ok(dropped.iter().map(of_one).collect())
    }

    /// The columns that a `down` drops, with their tables, without those whose values it keeps.
    async fn columns_lost(&self, revision: &str) -> Vec<(String, String)> {
        let backend = self.target().backend();
        let statements = self.statements(revision, Direction::Down).await;
        let parsed: Vec<Parsed> = statements.iter().flat_map(|sql| parsed::parse(backend, sql).to_vec()).collect();
        let names = Names(backend);
        let kept: Vec<String> = parsed
            .iter()
            .flat_map(|parsed| &parsed.statements)
            .filter_map(|statement| match statement {
                Statement::CreateTable(table) => {
                    Some(names.object(&table.name)).filter(|name| name.starts_with(PREFIX))
                }
                _ => None,
            })
            .collect();
        let mut dropped: Vec<_> = parsed.iter().flat_map(|parsed| dropped_columns(names, parsed)).collect();
        dropped.retain(|(table, _)| !kept.iter().any(|side| side.starts_with(&format!("{PREFIX}{table}_"))));
        dropped
    }

    /// Whether these tables have no row, which is asked before the catalogue is read. One that is not there, or that may
    /// not be read, is none that is known to be empty.
    async fn hold_no_row(&self, columns: &[(String, String)]) -> bool {
        let backend = self.target().backend();
        let tables: BTreeSet<&String> = columns.iter().map(|(table, _)| table).collect();
        if tables.is_empty() {
            return true;
        }
        let any = tables.iter().map(|table| format!("EXISTS (SELECT 1 FROM {})", sql::quote(backend, table)));
        let question = format!("SELECT 1 FROM (SELECT 1 AS one) AS o WHERE {}", any.collect::<Vec<_>>().join(" OR "));
        sql::rows(self.connection(), &question).await.is_ok_and(|rows| rows.is_empty())
    }
}
