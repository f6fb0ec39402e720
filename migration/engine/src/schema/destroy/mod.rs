//! Drops everything in a schema, for `fresh`.

use migration_timescale::{Capability, Dialect, identifier, literal};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};

use crate::{
    recording::Beside,
    revision::kept,
    schema::outside::Outside,
    session,
    sql::{
        lexed::{Lexed, lexed},
        quote, rows, sqlstate,
    },
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

/// What is left on MySQL, whose changes cannot be rolled back.
const MYSQL: &str = "SELECT 'EVENT' AS kind, EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() \
     UNION ALL SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() \
     UNION ALL SELECT CASE TABLE_TYPE WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END, TABLE_NAME \
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()";
const MYSQL_ROUTINES: &str = "SELECT ROUTINE_TYPE AS kind, ROUTINE_NAME AS name FROM information_schema.ROUTINES \
     WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE IN ('FUNCTION', 'PROCEDURE') ORDER BY 2, 1";
/// A table of a module drops its own.
const SQLITE: &str = "SELECT upper(CASE type WHEN 'view' THEN type ELSE 'table' END) AS kind, name FROM pragma_table_list \
     WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type <> 'virtual'";
const SQLITE_MODULES: &str = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name IN (SELECT name FROM pragma_table_list WHERE type = 'virtual')";

const POSTGRES: &str = include_str!("objects.sql");
const JOBS: &str = include_str!("jobs.sql");
const LARGE_OBJECTS: &str = include_str!("large_objects.sql");

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

/// What [`drop_everything`] could not drop, by name: objects of another owner, tables of a module that is not there.
pub async fn refused(db: &DatabaseConnection, server: Capability) -> Result<Vec<String>, DbErr> {
    match server.dialect() {
        Dialect::Postgres => {
            let mut names = Vec::new();
            for (query, asked) in [(POSTGRES, true), (&jobs("current_schema()"), server.has_jobs())] {
                for row in if asked { rows(db, query).await? } else { Vec::new() } {
                    if !row.try_get::<bool>("", "may")? {
                        names.push(row.try_get("", "name")?);
                    }
                }
            }
            Ok(names)
        }
        // Tables that a user sees the user may drop, as a rule. A routine is seen by whoever may call it; a change of
        // nothing takes the right that dropping it takes, and the server knows what the user's roles may.
        Dialect::MySql => {
            let mut names = Vec::new();
            for row in rows(db, MYSQL_ROUTINES).await? {
                let (kind, name): (String, String) = (row.try_get("", "kind")?, row.try_get("", "name")?);
                let change = format!("ALTER {kind} {}", quote(DbBackend::MySql, &name));
                match db.execute_unprepared(&change).await {
                    Err(error) if sqlstate::is_missing_right(&error) => {
                        names.push(format!("{} {name}", kind.to_lowercase()));
                    }
                    Ok(_) | Err(_) => {}
                }
            }
            Ok(names)
        }
        Dialect::Sqlite => {
            let known = rows(db, "SELECT lower(name) AS name FROM pragma_module_list").await?;
            let known = known.iter().map(|row| row.try_get("", "name")).collect::<Result<Vec<String>, _>>()?;
            let mut names = Vec::new();
            for row in rows(db, SQLITE_MODULES).await? {
                let sql: String = row.try_get("", "sql")?;
                let tokens = lexed(DbBackend::Sqlite, &sql).unwrap_or_default();
                let using = tokens.iter().position(|token| token.is("USING")).unwrap_or_default();
                let name_at = |at: usize| tokens.get(at).and_then(Lexed::name).unwrap_or_default();
                let (table, module) = (name_at(using.saturating_sub(1)), name_at(using + 1));
                if !known.contains(&module.to_lowercase()) {
                    names.push(format!("table {table}, whose module {module} is not there"));
                }
            }
            Ok(names)
        }
    }
}

fn jobs(schema: &str) -> String {
    JOBS.replace("{schema}", schema)
}

/// Drops everything that is in the current schema (PostgreSQL), database (MySQL) or file (SQLite). On PostgreSQL
/// `extensions` too, which the revisions make again and which are there only once a database, and what else they make
/// `beside` the schema. Gives what it would take along of other schemas; unless `cascade` is set, nothing is dropped then.
pub async fn drop_everything(
    db: &DatabaseConnection,
    server: Capability,
    extensions: &[String],
    beside: &[Beside],
    cascade: bool,
) -> Result<Vec<String>, DbErr> {
    let backend = server.backend();
    match server.dialect() {
        Dialect::Postgres => {
            let transaction = session::begin(db).await?;
            transaction.execute_unprepared(LARGE_OBJECTS).await?;
            if server.has_jobs() {
                let made = beside.iter().filter(|one| one.kind == "SCHEMA").map(|one| literal(&one.name));
                for schema in made.chain(["current_schema()".to_owned()]) {
                    run_each(&transaction, &jobs(&schema)).await?;
                }
            }
            // What revisions make alone is nobody else's.
            let (others, own): (Vec<&Beside>, Vec<&Beside>) = beside.iter().partition(|one| one.may_be_others);
            let schemas: Vec<&str> =
                own.iter().filter(|one| one.kind == "SCHEMA").map(|one| one.name.as_str()).collect();
            let outside = Outside::read_without(&transaction, &schemas).await?;
            for one in own {
                transaction.execute_unprepared(&one.drop_sql()).await?;
            }
            drop_views(&transaction, server, |_| true).await?;
            run_each(&transaction, POSTGRES).await?;
            for one in others {
                transaction.execute_unprepared(&one.drop_sql()).await?;
            }
            for extension in extensions {
                let cascade = if cascade { " CASCADE" } else { "" };
                let drop = format!("DROP EXTENSION IF EXISTS {}{cascade}", identifier(extension));
                transaction.execute_unprepared(&drop).await?;
            }
            let along = outside.missing_from(&Outside::read_without(&transaction, &schemas).await?);
            if along.is_empty() || cascade {
                transaction.commit().await?;
            } else {
                transaction.rollback().await?;
            }
            Ok(along)
        }
        Dialect::MySql => {
            db.execute_unprepared("SET FOREIGN_KEY_CHECKS = 0").await?;
            let dropped = drop_each(db, backend, MYSQL).await;
            db.execute_unprepared("SET FOREIGN_KEY_CHECKS = 1").await?;
            dropped.map(|()| Vec::new())
        }
        Dialect::Sqlite => {
            // Foreign keys can only be switched outside a transaction.
            db.execute_unprepared("PRAGMA foreign_keys = OFF").await?;
            let dropped = async {
                let transaction = session::begin(db).await?;
                drop_each(&transaction, backend, SQLITE).await?;
                transaction.commit().await
            }
            .await;
            db.execute_unprepared("PRAGMA foreign_keys = ON").await?;
            dropped.map(|()| Vec::new())
        }
    }
}

/// Runs the statements that a query gives as `sql`.
async fn run_each<C: ConnectionTrait>(db: &C, query: &str) -> Result<(), DbErr> {
    for row in rows(db, query).await? {
        db.execute_unprepared(&row.try_get::<String>("", "sql")?).await?;
    }
    Ok(())
}

/// Drops what a query gives as `kind` and `name`.
async fn drop_each<C: ConnectionTrait>(db: &C, backend: DbBackend, query: &str) -> Result<(), DbErr> {
    for row in rows(db, query).await? {
        let (kind, name): (String, String) = (row.try_get("", "kind")?, row.try_get("", "name")?);
        db.execute_unprepared(&format!("DROP {kind} IF EXISTS {}", quote(backend, &name))).await?;
    }
    Ok(())
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
