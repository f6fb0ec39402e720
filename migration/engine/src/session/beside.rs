//! Where a program's pool leads.

use migration_timescale::Dialect;
use sea_orm::DatabaseConnection;

use crate::{EngineError, Target, sql};

/// The database of a pool; on PostgreSQL in the schema that the pool sets its sessions to, whether it exists or not. What
/// the server, the database and the role set comes to the runner's own session by itself.
pub(crate) async fn target(pool: &DatabaseConnection) -> Result<Target, EngineError> {
    let target = Target::of_pool(pool)?;
    match Dialect::of(target.backend()) {
        Dialect::Postgres => {
            let failed = || EngineError::while_doing("asking the program's pool for its schema");
            let rows = sql::rows_of_text(pool, include_str!("pool_schema.sql")).await.map_err(failed())?;
            let schema = rows.first().map(|row| row.try_get::<Option<String>>("", "schema"));
            match schema.transpose().map_err(failed())?.flatten().filter(|schema| schema != "$user") {
                Some(schema) => Ok(target.with_schema(&schema)),
                None => Ok(target),
            }
        }
        Dialect::MySql | Dialect::Sqlite => Ok(target),
    }
}
