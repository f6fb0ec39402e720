//! Drops everything in a schema, for `fresh`.

use migration_timescale::{Capability, Dialect, identifier};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};

use crate::{
    revision::kept,
    schema::outside::Outside,
    session,
    sql::{quote, rows},
};

/// Views of each kind, as `name` and the `sql` that drops it, newest first: what depends on a view is newer than the view,
/// continuous aggregates on aggregates too. Extensions and what they own stay.
const POSTGRES_VIEWS: &str = "SELECT c.relname::text AS name, format('DROP %sVIEW IF EXISTS %I CASCADE', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END, c.relname) AS sql \
     FROM pg_class c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('v', 'm') AND {own} ORDER BY c.oid DESC";
const CONTINUOUS_AGGREGATES: &str = "SELECT a.view_name::text AS name, format('DROP MATERIALIZED VIEW IF EXISTS %I CASCADE', a.view_name) AS sql \
     FROM timescaledb_information.continuous_aggregates a \
     JOIN pg_class c ON c.relname = a.view_name AND c.relnamespace = quote_ident(current_schema())::regnamespace \
     WHERE a.view_schema = current_schema() ORDER BY c.oid DESC";
const MYSQL_VIEWS: &str = "SELECT TABLE_NAME AS name, CONCAT('DROP VIEW IF EXISTS `', REPLACE(TABLE_NAME, '`', '``'), '`') AS `sql` \
     FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()";
const SQLITE_VIEWS: &str = "SELECT name, 'DROP VIEW IF EXISTS \"' || replace(name, '\"', '\"\"') || '\"' AS sql FROM sqlite_master WHERE type = 'view'";

/// Statements that drop what is left, in an order that works.
const POSTGRES: &[&str] = &[
    "SELECT format('DROP TABLE IF EXISTS %I CASCADE', c.relname) AS sql \
     FROM pg_class c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p', 'f') AND {own}",
    "SELECT format('DROP SEQUENCE IF EXISTS %I CASCADE', c.relname) AS sql \
     FROM pg_class c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'S' AND {own}",
    "SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', c.oid::regprocedure) AS sql \
     FROM pg_proc c WHERE c.pronamespace = quote_ident(current_schema())::regnamespace AND c.prokind <> 'a' AND {own}",
    "SELECT format('DROP TYPE IF EXISTS %I CASCADE', c.typname) AS sql \
     FROM pg_type c WHERE c.typnamespace = quote_ident(current_schema())::regnamespace AND c.typtype IN ('e', 'd', 'r') AND {own}",
];

/// For the queries above: not owned by an extension.
const OWN: &str =
    "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.classid = c.tableoid AND d.deptype = 'e')";

/// Drops the views and continuous aggregates of the schema that `choose` says yes to, leaf first.
pub async fn drop_views<C: ConnectionTrait>(
    db: &C,
    server: Capability,
    choose: impl Fn(&str) -> bool + Send + Sync,
) -> Result<(), DbErr> {
    let mut queries = Vec::new();
    match server.dialect() {
        Dialect::Postgres => {
            if server.has_columnstore() {
                queries.push(CONTINUOUS_AGGREGATES.to_owned());
            }
            queries.push(POSTGRES_VIEWS.replace("{own}", OWN));
        }
        Dialect::MySql => queries.push(MYSQL_VIEWS.to_owned()),
        Dialect::Sqlite => queries.push(SQLITE_VIEWS.to_owned()),
    }
    for query in queries {
        for row in rows(db, &query).await? {
            let name: String = row.try_get("", "name")?;
            if choose(&name) {
                tracing::warn!("dropped the view {name}");
                db.execute_unprepared(&row.try_get::<String>("", "sql")?).await?;
            }
        }
    }
    Ok(())
}

/// Drops all tables, views, types and functions of the current schema (PostgreSQL), database (MySQL) or file (SQLite).
/// On PostgreSQL `extensions` too, which the revisions make again and which are there only once a database. Gives what it
/// would take along of other schemas; unless `cascade` is set, nothing is dropped then.
pub async fn drop_everything(
    db: &DatabaseConnection,
    server: Capability,
    extensions: &[String],
    cascade: bool,
) -> Result<Vec<String>, DbErr> {
    match server.dialect() {
        Dialect::Postgres => {
            let transaction = session::begin(db).await?;
            let outside = Outside::read(&transaction).await?;
            drop_views(&transaction, server, |_| true).await?;
            for query in POSTGRES {
                for row in rows(&transaction, &query.replace("{own}", OWN)).await? {
                    transaction.execute_unprepared(&row.try_get::<String>("", "sql")?).await?;
                }
            }
            for extension in extensions {
                let cascade = if cascade { " CASCADE" } else { "" };
                let drop = format!("DROP EXTENSION IF EXISTS {}{cascade}", identifier(extension));
                transaction.execute_unprepared(&drop).await?;
            }
            let along = outside.missing_from(&Outside::read(&transaction).await?);
            if along.is_empty() || cascade {
                transaction.commit().await?;
            } else {
                transaction.rollback().await?;
            }
            Ok(along)
        }
        Dialect::MySql => {
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
            db.execute_unprepared("SET FOREIGN_KEY_CHECKS = 1").await.map(|_| Vec::new())
        }
        Dialect::Sqlite => {
            // Foreign keys can only be switched outside a transaction.
            db.execute_unprepared("PRAGMA foreign_keys = OFF").await?;
            let transaction = session::begin(db).await?;
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
            db.execute_unprepared("PRAGMA foreign_keys = ON").await.map(|_| Vec::new())
        }
    }
}

/// Drops the tables in which [`kept`] keeps values of rows that are gone for good.
pub async fn drop_kept_tables(db: &DatabaseConnection) -> Result<(), DbErr> {
    for name in kept_tables(db).await? {
        db.execute_unprepared(&format!("DROP TABLE {}", quote(db.get_database_backend(), &name))).await?;
    }
    Ok(())
}

/// The tables in which [`kept`] keeps values of rows.
pub(crate) async fn kept_tables<C: ConnectionTrait>(db: &C) -> Result<Vec<String>, DbErr> {
    let backend = db.get_database_backend();
    let tables = match Dialect::of(backend) {
        Dialect::Postgres => {
            "SELECT relname::text AS name FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind = 'r'"
        }
        Dialect::MySql => "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    let names = rows(db, tables).await?;
    let names = names.iter().map(|row| row.try_get::<String>("", "name")).collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().filter(|name| name.starts_with(kept::PREFIX)).collect())
}
