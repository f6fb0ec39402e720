//! How far the build of an index has got, asked on a second connection while the first is busy building.

use std::time::Duration;

use migration_timescale::literal;
use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, DbErr,
    sqlx::{self, Connection, PgConnection, Row},
};

use crate::revision::progress;

const INTERVAL: Duration = Duration::from_secs(1);

/// Awaits `build`, reporting its progress once it takes longer than a second. What cannot be asked is not reported.
pub(crate) async fn while_building<F: Future<Output = Result<(), DbErr>>>(
    db: &DatabaseConnection,
    index: &str,
    build: F,
) -> Result<(), DbErr> {
    tokio::select! {
        outcome = build => outcome,
        never = watch(db, index) => match never {},
    }
}

/// Never ends: it is dropped when the build does.
async fn watch(db: &DatabaseConnection, index: &str) -> std::convert::Infallible {
    tokio::time::sleep(INTERVAL).await;
    if let DatabaseConnectionType::SqlxPostgresPoolConnection(_) = &db.inner {
        let options = db.get_postgres_connection_pool().connect_options();
        if let Ok(mut second) = PgConnection::connect_with(&options).await {
            while let Some((done, total)) = ask(&mut second, index).await {
                progress::report(&format!("building {index}"), done, total);
                tokio::time::sleep(INTERVAL).await;
            }
        }
    }
    std::future::pending().await
}

/// On a hypertable, chunks that have the index and chunks in all: each is committed by itself. Else blocks of the table.
async fn ask(second: &mut PgConnection, index: &str) -> Option<(u64, u64)> {
    let name = literal(index);
    let question = format!(
        "SELECT coalesce(c.done, p.blocks_done, 0), coalesce(c.total, p.blocks_total, 0) FROM (SELECT 1) one \
         LEFT JOIN LATERAL (SELECT blocks_done, blocks_total FROM pg_stat_progress_create_index p \
           JOIN pg_class i ON i.oid = p.index_relid WHERE i.relname = {name} AND p.datname = current_database() LIMIT 1) p ON true \
         LEFT JOIN LATERAL (SELECT count(x.indexrelid) AS done, count(*) AS total FROM pg_class i JOIN pg_index ix ON ix.indexrelid = i.oid \
           JOIN pg_inherits h ON h.inhparent = ix.indrelid LEFT JOIN pg_class ci ON ci.relname LIKE '%\\_chunk\\_' || i.relname AND ci.relkind = 'i' \
             AND EXISTS (SELECT 1 FROM pg_index y WHERE y.indexrelid = ci.oid AND y.indrelid = h.inhrelid) \
           LEFT JOIN pg_index x ON x.indexrelid = ci.oid WHERE i.relname = {name} HAVING count(*) > 0) c ON true"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(question)).fetch_one(second).await.ok()?;
    let number = |column| row.try_get::<i64, _>(column).ok().and_then(|number| u64::try_from(number).ok());
    Some((number(0)?, number(1)?))
}
