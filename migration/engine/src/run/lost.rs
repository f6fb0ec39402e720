//! What a `down` is about to lose: values of columns that it drops and does not keep.

use sqlparser::ast::Statement;

use crate::{
    Direction, EngineError, Runner,
    recording::model::{dropped_columns, names::Names},
    revision::kept::PREFIX,
    schema::verify::made,
    sql::parsed::{self, Parsed},
};

impl Runner {
    /// How many values of which columns go when a revision is reverted, as far as its statements tell; a line for each
    /// column that holds more than NULL or its default. Tables with rows are a matter of [`crate::revision::consent`].
    ///
    /// # Errors
    ///
    /// The database fails while they are counted.
    pub async fn values_lost(&self, revision: &str) -> Result<Vec<String>, EngineError> {
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
        if dropped.is_empty() {
            return Ok(Vec::new());
        }
        let catalog = self.catalog().await?;
        let counted = made::filled(self.connection(), &catalog, &dropped).await;
        let counted = counted.map_err(EngineError::while_doing("counting the values that are about to go"))?;
        let line = |(column, number): &(String, u64)| match number {
            0 => None,
            1 => Some(format!("1 value of {column} goes, and no `up` brings it back")),
            number => Some(format!("{number} values of {column} go, and no `up` brings them back")),
        };
        Ok(counted.iter().filter_map(line).collect())
    }
}
