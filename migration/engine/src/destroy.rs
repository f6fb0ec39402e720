//! Drops everything in a schema, for `fresh`.

use migration_timescale::{Capability, identifier};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, TransactionTrait};

use crate::{
    catalog::{quote, rows},
    kept,
};

/// Statements that drop what is left, one per row, in an order that works: continuous aggregates leaf first (an
/// aggregate is always newer than what it is made from), then the rest. Extensions and what they own stay.
const POSTGRES: &[&str] = &[
    "SELECT format('DROP %sVIEW IF EXISTS %I CASCADE', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END, c.relname) AS sql \
     FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('v', 'm') AND {own} ORDER BY c.oid DESC",
    "SELECT format('DROP TABLE IF EXISTS %I CASCADE', c.relname) AS sql \
     FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'f') AND {own}",
    "SELECT format('DROP SEQUENCE IF EXISTS %I CASCADE', c.relname) AS sql \
     FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S' AND {own}",
    "SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', c.oid::regprocedure) AS sql \
     FROM pg_proc c WHERE c.pronamespace = current_schema()::regnamespace AND c.prokind <> 'a' AND {own}",
    "SELECT format('DROP TYPE IF EXISTS %I CASCADE', c.typname) AS sql \
     FROM pg_type c WHERE c.typnamespace = current_schema()::regnamespace AND c.typtype IN ('e', 'd', 'r') AND {own}",
];

const CONTINUOUS_AGGREGATES: &str = "SELECT format('DROP MATERIALIZED VIEW IF EXISTS %I CASCADE', a.view_name) AS sql \
     FROM timescaledb_information.continuous_aggregates a \
     JOIN pg_class c ON c.relname = a.view_name AND c.relnamespace = current_schema()::regnamespace \
     WHERE a.view_schema = current_schema() ORDER BY c.oid DESC";

/// Drops all tables, views, types and functions of the current schema (PostgreSQL), database (MySQL) or file (SQLite).
pub async fn drop_everything(db: &DatabaseConnection, server: Capability) -> Result<(), DbErr> {
    match server.backend() {
        DbBackend::Postgres => {
            let transaction = db.begin().await?;
            if server.has_columnstore() {
                run_all(&transaction, CONTINUOUS_AGGREGATES).await?;
            }
            for query in POSTGRES {
                let own = "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.classid = c.tableoid AND d.deptype = 'e')";
                run_all(&transaction, &query.replace("{own}", own)).await?;
            }
            transaction.commit().await
        }
        DbBackend::MySql => {
            db.execute_unprepared("SET FOREIGN_KEY_CHECKS = 0").await?;
            let found = rows(
                db,
                "SELECT IF(TABLE_TYPE = 'VIEW', 'VIEW', 'TABLE') AS kind, TABLE_NAME AS name \
                 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
            )
            .await?;
            for row in found {
                let (kind, name): (String, String) = (row.try_get("", "kind")?, row.try_get("", "name")?);
                db.execute_unprepared(&format!("DROP {kind} IF EXISTS {}", quote(DbBackend::MySql, &name))).await?;
            }
            db.execute_unprepared("SET FOREIGN_KEY_CHECKS = 1").await.map(drop)
        }
        _ => {
            // Foreign keys can only be switched outside a transaction.
            db.execute_unprepared("PRAGMA foreign_keys = OFF").await?;
            let transaction = db.begin().await?;
            let found = rows(
                &transaction,
                "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
            )
            .await?;
            for row in found {
                let (kind, name): (String, String) = (row.try_get("", "type")?, row.try_get("", "name")?);
                transaction.execute_unprepared(&format!("DROP {kind} IF EXISTS {}", identifier(&name))).await?;
            }
            transaction.commit().await?;
            db.execute_unprepared("PRAGMA foreign_keys = ON").await.map(drop)
        }
    }
}

/// Drops the tables in which [`kept`](crate::kept) keeps values of rows that are gone for good.
pub async fn drop_kept_tables(db: &DatabaseConnection) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let tables = match backend {
        DbBackend::Postgres => {
            "SELECT relname::text AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        }
        DbBackend::MySql => "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    for row in rows(db, tables).await? {
        let name: String = row.try_get("", "name")?;
        if name.starts_with(kept::PREFIX) {
            db.execute_unprepared(&format!("DROP TABLE {}", quote(backend, &name))).await?;
        }
    }
    Ok(())
}

async fn run_all<C: ConnectionTrait>(db: &C, query: &str) -> Result<(), DbErr> {
    for row in rows(db, query).await? {
        db.execute_unprepared(&row.try_get::<String>("", "sql")?).await?;
    }
    Ok(())
}
