//! Who is in the way of a revision.

use sea_orm::{DatabaseConnection, DbBackend};

use crate::sql;

/// Sessions with an open transaction that holds locks on tables of users, the oldest first. On hypertables the locks are
/// on chunks, in TimescaleDB's own schema, so only the system's schemas and the tables of extensions are left out.
const POSTGRES: &str = "SELECT format('pid %s (%s, %s for %s s, holds %s): %s', a.pid, coalesce(nullif(a.application_name, ''), 'no application name'), \
     a.state, extract(epoch FROM now() - a.xact_start)::bigint, h.tables, left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80)) AS blocker \
     FROM pg_stat_activity a JOIN (SELECT l.pid, string_agg(DISTINCT c.relname, ', ') AS tables \
       FROM pg_locks l JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p') \
       JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
       AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') \
       WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY l.pid) h ON h.pid = a.pid \
     WHERE a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL ORDER BY a.xact_start LIMIT 3";

const MYSQL: &str = "SELECT CONCAT('connection ', t.trx_mysql_thread_id, ' (', IFNULL(p.USER, '?'), ', in a transaction for ', TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), ' s): ', \
     IFNULL(LEFT(t.trx_query, 80), 'idle')) AS blocker \
     FROM information_schema.INNODB_TRX t LEFT JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id \
     WHERE t.trx_mysql_thread_id <> CONNECTION_ID() ORDER BY t.trx_started LIMIT 3";

/// Names them on one line; an answer that cannot be had is not an error.
pub(crate) async fn blockers(db: &DatabaseConnection) -> String {
    let sql = if db.get_database_backend() == DbBackend::MySql { MYSQL } else { POSTGRES };
    let rows = sql::rows(db, sql).await.unwrap_or_default();
    let named: Vec<String> = rows.iter().filter_map(|row| row.try_get("", "blocker").ok()).collect();
    if named.is_empty() { "a transaction that has ended since".to_owned() } else { named.join("; ") }
}
