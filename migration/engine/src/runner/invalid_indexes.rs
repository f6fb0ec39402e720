//! Indexes that a killed `CREATE INDEX CONCURRENTLY`, or one with a transaction per chunk, left behind.
//!
//! Such an index is kept up to date and never used, and `IF NOT EXISTS` takes it for built. So before a revision runs
//! outside a transaction, invalid indexes that it creates are dropped; and afterwards one that it leaves is an error.

use migration_timescale::identifier;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};

use crate::catalog::rows;

/// Without those that a session is building now.
const INVALID: &str = "SELECT i.relname::text AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid \
     WHERE i.relnamespace = quote_ident(current_schema())::regnamespace AND NOT x.indisvalid \
     AND NOT EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = x.indexrelid) ORDER BY 1";

/// Drops the invalid indexes that `statements` create.
pub(super) async fn drop_those_of(db: &DatabaseConnection, statements: &[String]) -> Result<(), DbErr> {
    for index in found(db).await? {
        if statements.iter().any(|sql| creates_index(sql, &index)) {
            tracing::warn!("dropped the index {index}: an earlier run was killed and left it invalid");
            db.execute_unprepared(&format!("DROP INDEX IF EXISTS {}", identifier(&index))).await?;
        }
    }
    Ok(())
}

/// Fails when one of the indexes that `statements` create is invalid.
pub(super) async fn refuse_those_of(db: &DatabaseConnection, statements: &[String]) -> Result<(), DbErr> {
    let left: Vec<String> =
        found(db).await?.into_iter().filter(|index| statements.iter().any(|sql| creates_index(sql, index))).collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(DbErr::Migration(format!(
        "it leaves an invalid index behind: {}; a concurrent build failed, for duplicate rows for example: \
         remove the cause and run the command again, which drops the index and builds it anew",
        left.join(", ")
    )))
}

async fn found(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(Vec::new());
    }
    rows(db, INVALID).await?.iter().map(|row| row.try_get("", "name")).collect()
}

/// Whether a text given to the database names the index after `CREATE … INDEX`.
fn creates_index(sql: &str, index: &str) -> bool {
    let upper = sql.to_ascii_uppercase();
    let Some(at) = upper.find("INDEX") else { return false };
    let boundary = |c: char| !(c.is_alphanumeric() || c == '_');
    upper.trim_start().starts_with("CREATE") && sql[at..].split(boundary).any(|word| word == index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_known_by_the_statement_that_creates_it() {
        assert!(creates_index("CREATE INDEX CONCURRENTLY IF NOT EXISTS a_idx ON a (b)", "a_idx"));
        assert!(creates_index("create unique index concurrently \"a_idx\" on a (b)", "a_idx"));
        assert!(!creates_index("CREATE INDEX CONCURRENTLY a_idx_2 ON a (b)", "a_idx"));
        assert!(!creates_index("DROP INDEX a_idx", "a_idx"));
    }
}
