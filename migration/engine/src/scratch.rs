//! What the revisions of a project produce, found by running them where it leaves no trace.
//!
//! PostgreSQL: a schema inside a transaction that is rolled back. SQLite: a database in memory. MySQL: a database that
//! is dropped again.

use migration_timescale::identifier;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, DbErr, TransactionTrait};
use sea_orm_migration::{MigrationTrait, SchemaManager};

use crate::{
    Runner,
    catalog::{Catalog, quote, rows},
};

const NAME: &str = "migration_scratch";

/// The catalogue after the first `count` revisions of the runner's project, on the runner's own server.
pub async fn catalog_after(runner: &Runner, count: usize) -> Result<Catalog, DbErr> {
    let revisions = &runner.project().revisions[..count];
    let bookkeeping = runner.project().bookkeeping_table();
    let db = runner.connection();
    match db.get_database_backend() {
        DbBackend::Postgres => {
            let transaction = db.begin().await?;
            let produced = async {
                // TimescaleDB's functions stay reachable through the schema its extension lives in.
                let extension = "SELECT n.nspname::text AS name FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb'";
                let mut path = vec![identifier(NAME)];
                for row in rows(&transaction, extension).await? {
                    path.push(identifier(&row.try_get::<String>("", "name")?));
                }
                let sql = format!("CREATE SCHEMA {}; SET LOCAL search_path = {}", path[0], path.join(", "));
                transaction.execute_unprepared(&sql).await?;
                apply(&SchemaManager::new(&transaction), revisions).await?;
                Catalog::read(&transaction, &bookkeeping).await
            }
            .await;
            transaction.rollback().await?;
            produced
        }
        DbBackend::MySql => {
            // The name is this session's alone: others on the server may compare as well.
            let names = format!(
                "SELECT DATABASE() AS home, CONCAT('{NAME}_', CONNECTION_ID(), '_', UNIX_TIMESTAMP()) AS scratch"
            );
            let (home, scratch) = match rows(db, &names).await?.first() {
                Some(row) => (row.try_get::<String>("", "home")?, row.try_get::<String>("", "scratch")?),
                None => return Err(DbErr::Custom("no database is selected".into())),
            };
            let (home, scratch) = (quote(DbBackend::MySql, &home), quote(DbBackend::MySql, &scratch));
            db.execute_unprepared(&format!("CREATE DATABASE {scratch}")).await?;
            let produced = async {
                db.execute_unprepared(&format!("USE {scratch}")).await?;
                apply(&SchemaManager::new(db), revisions).await?;
                Catalog::read(db, &bookkeeping).await
            }
            .await;
            db.execute_unprepared(&format!("USE {home}")).await?;
            db.execute_unprepared(&format!("DROP DATABASE {scratch}")).await?;
            produced
        }
        _ => {
            let mut options = ConnectOptions::new("sqlite::memory:");
            options.max_connections(1).sqlx_logging(false);
            let memory = Database::connect(options).await?;
            apply(&SchemaManager::new(&memory), revisions).await?;
            Catalog::read(&memory, &bookkeeping).await
        }
    }
}

async fn apply(manager: &SchemaManager<'_>, revisions: &[Box<dyn MigrationTrait>]) -> Result<(), DbErr> {
    for revision in revisions {
        revision.up(manager).await?;
    }
    Ok(())
}
