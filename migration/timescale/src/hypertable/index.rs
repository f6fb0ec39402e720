//! Indexes built chunk by chunk.

use sea_orm::sea_query::{IndexCreateStatement, MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder};

use crate::{Capability, Dialect, Refused, RenderError, dialect::name};

/// An index of a hypertable that is built with one transaction per chunk, so that writers wait for one chunk at a time. A
/// hypertable takes no index `CONCURRENTLY`; this is what it has instead.
///
/// On a server without TimescaleDB, and in WebAssembly, it is an ordinary index.
///
/// ```
/// use migration_timescale::{Capability, PerChunkIndex, Version};
/// use sea_orm::sea_query::Index;
///
/// let mut index = Index::create();
/// index.name("readings_value_idx").table("readings").col("value");
/// let index = PerChunkIndex::new("readings", "readings_value_idx", index);
/// assert_eq!(
///     index.create_sql(Capability::timescale_full(Version::new(2, 23, 0)))?,
///     r#"CREATE INDEX "readings_value_idx" ON "readings" ("value") WITH (timescaledb.transaction_per_chunk)"#,
/// );
/// # Ok::<(), migration_timescale::RenderError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PerChunkIndex {
    table: String,
    name: String,
    index: IndexCreateStatement,
}

impl PerChunkIndex {
    /// `index`, named `name`, of the hypertable `table`, as the statement says too.
    pub fn new(table: &str, name: &str, index: IndexCreateStatement) -> Self {
        Self { table: table.to_owned(), name: name.to_owned(), index }
    }

    /// The hypertable's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The index's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ordinary index, for the inside of a transaction.
    pub fn plain(&self) -> &IndexCreateStatement {
        &self.index
    }

    /// What is wrong with it on every server.
    pub fn check(&self) -> Result<(), Refused> {
        if self.index.is_unique_key() || self.index.is_primary_key() {
            return Err(Refused::UniquePerChunk { table: self.table.clone(), index: self.name.clone() });
        }
        // The statement does not tell by itself.
        if self.index.to_string(PostgresQueryBuilder).starts_with("CREATE INDEX CONCURRENTLY") {
            return Err(Refused::ConcurrentIndex { table: self.table.clone(), index: self.name.clone() });
        }
        Ok(())
    }

    /// The statement that builds it, which has to run outside of a transaction, in a text of its own. A build that is
    /// killed leaves an invalid index; [`create_index_per_chunk`](crate::TimescaleManager::create_index_per_chunk) drops
    /// that first.
    pub fn create_sql(&self, server: Capability) -> Result<String, RenderError> {
        self.check()?;
        Ok(match server.dialect() {
            Dialect::MySql => self.index.to_string(MysqlQueryBuilder),
            Dialect::Sqlite => self.index.to_string(SqliteQueryBuilder),
            Dialect::Postgres if server.has_hypertables() && !server.is_web_assembly() => {
                per_chunk(&self.index.to_string(PostgresQueryBuilder))
            }
            Dialect::Postgres => self.index.to_string(PostgresQueryBuilder),
        })
    }

    /// The statement that drops it, in a transaction or not.
    pub fn drop_sql(&self, server: Capability) -> String {
        let index = name(server.backend(), &self.name);
        match server.dialect() {
            Dialect::MySql => format!("DROP INDEX {index} ON {}", name(server.backend(), &self.table)),
            Dialect::Postgres | Dialect::Sqlite => format!("DROP INDEX IF EXISTS {index}"),
        }
    }
}

/// `CREATE INDEX … [WHERE …]` with the option for one transaction per chunk in its place.
fn per_chunk(sql: &str) -> String {
    const OPTION: &str = " WITH (timescaledb.transaction_per_chunk)";
    match sql.find(" WHERE ") {
        Some(at) => format!("{}{OPTION}{}", &sql[..at], &sql[at..]),
        None => format!("{sql}{OPTION}"),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{ConditionalStatement, Expr, ExprTrait, Index};

    use super::*;

    fn by_value() -> IndexCreateStatement {
        Index::create().name("i").table("t").col("a").take()
    }

    #[test]
    fn the_option_stands_before_the_condition() {
        let partial = by_value().and_where(Expr::col("a").gt(0)).take();
        let server = Capability::timescale_apache(crate::Version::new(2, 20, 0));
        assert_eq!(
            PerChunkIndex::new("t", "i", partial).create_sql(server).unwrap(),
            "CREATE INDEX \"i\" ON \"t\" (\"a\") WITH (timescaledb.transaction_per_chunk) WHERE \"a\" > 0"
        );
    }

    #[test]
    fn unique_and_concurrent_ones_are_refused() {
        let refused = |index| PerChunkIndex::new("t", "i", index).check().unwrap_err();
        assert!(matches!(refused(by_value().unique().take()), Refused::UniquePerChunk { .. }));
        assert!(matches!(refused(by_value().concurrently().take()), Refused::ConcurrentIndex { .. }));
    }
}
