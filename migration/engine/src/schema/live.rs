//! The live schema of a runner's database.

use migration_timescale::literal;

use crate::{
    EngineError, Runner,
    revision::consent,
    schema::catalog::{self, Catalog, Kind},
    sql,
};

impl Runner {
    /// The live schema, bookkeeping aside.
    pub async fn catalog(&self) -> Result<Catalog, EngineError> {
        Catalog::read(&self.db, &self.project.bookkeeping_table())
            .await
            .map_err(EngineError::while_doing("reading the live schema"))
    }

    /// SQL that makes the live schema in an empty database, without what the client needs before it.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn schema_sql(&self) -> Result<String, EngineError> {
        let statements = catalog::statements(&self.db, &self.project.bookkeeping_table()).await;
        let statements = statements.map_err(EngineError::while_doing("reading the live schema"))?;
        Ok(statements.join("\n\n") + "\n")
    }

    /// Tables of the schema, bookkeeping aside.
    pub async fn tables(&self) -> Result<Vec<String>, EngineError> {
        let catalog = self.catalog().await?;
        let tables = catalog.objects().iter().filter(|object| object.kind == Kind::Table);
        Ok(tables.map(|table| table.name.clone()).collect())
    }

    /// Tables in the schemas that revisions make and that hold rows (PostgreSQL): `fresh` drops them too.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn tables_with_rows_beside(&self) -> Result<Vec<String>, EngineError> {
        let schemas = self.made_beside().await?.objects.into_iter().filter(|one| one.kind == "SCHEMA");
        let names: Vec<String> = schemas.map(|schema| literal(&schema.name)).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ({}) ORDER BY 1",
            names.join(", ")
        );
        let found = async {
            let mut found = Vec::new();
            for row in sql::rows(&self.db, &sql).await? {
                let name: String = row.try_get("", "name")?;
                if !sql::rows(&self.db, &format!("SELECT 1 FROM {name} LIMIT 1")).await?.is_empty() {
                    found.push(name);
                }
            }
            Ok(found)
        };
        found.await.map_err(EngineError::while_doing("looking for rows"))
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
