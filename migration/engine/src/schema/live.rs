//! The live schema of a runner's database.

use crate::{
    EngineError, Runner,
    revision::consent,
    schema::catalog::{Catalog, Kind},
};

impl Runner {
    /// The live schema, bookkeeping aside.
    pub async fn catalog(&self) -> Result<Catalog, EngineError> {
        Catalog::read(&self.db, &self.project.bookkeeping_table())
            .await
            .map_err(EngineError::while_doing("reading the live schema"))
    }

    /// Tables of the schema, bookkeeping aside.
    pub async fn tables(&self) -> Result<Vec<String>, EngineError> {
        let catalog = self.catalog().await?;
        let tables = catalog.objects().iter().filter(|object| object.kind == Kind::Table);
        Ok(tables.map(|table| table.name.clone()).collect())
    }

    /// Tables of the schema that hold rows, bookkeeping aside.
    pub async fn tables_with_rows(&self) -> Result<Vec<String>, EngineError> {
        let mut found = Vec::new();
        for table in self.tables().await? {
            if consent::holds_rows(&self.db, &table).await.map_err(EngineError::while_doing("looking for rows"))? {
                found.push(table);
            }
        }
        Ok(found)
    }
}
