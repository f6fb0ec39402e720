//! The gate of a pool that works for one tenant: it opens where row security separates every table, and nowhere else.

use migration_timescale::{Dialect, TenantPolicy, literal};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{AdapterError, error::Place};

/// Characters of a tenant's name at most.
const CHARACTERS: usize = 100;

/// What this user may see in the area, and whether the policy of tenants, and no other that shows more, holds for them.
const TABLES: &str = "SELECT c.relname::text AS name, coalesce(p.is_there, false) AS is_there, \
     coalesce(p.is_there AND pg_catalog.row_security_active(c.oid), false) AS holds \
     FROM pg_catalog.pg_class AS c LEFT JOIN LATERAL (SELECT pg_catalog.bool_and(o.polname = $1) AS is_there \
     FROM pg_catalog.pg_policy AS o WHERE o.polrelid = c.oid AND o.polpermissive) AS p ON true \
     WHERE c.relnamespace = pg_catalog.quote_ident(pg_catalog.current_schema())::pg_catalog.regnamespace \
     AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname NOT IN ('seaql_migrations', 'seaql_migrations_engine') \
     AND pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE') ORDER BY holds, is_there, name";

/// What is wrong with the name, or with the backend.
pub(crate) fn refused(name: &str, backend: DbBackend) -> Option<&'static str> {
    match Dialect::of(backend) {
        Dialect::Postgres => {}
        Dialect::MySql | Dialect::Sqlite => {
            return Some(
                "cannot be kept apart here: MySQL and SQLite have no row security; give each tenant a database of its own",
            );
        }
    }
    if name.is_empty() || name.chars().count() > CHARACTERS || name.chars().any(char::is_control) {
        return Some("is not a name; allowed are 1 to 100 characters without control characters");
    }
    None
}

/// What a transaction is set to in a session that others have, too: without a tenant to none, whoever had it before.
pub(crate) fn setting(name: Option<&str>) -> (&'static str, &str) {
    (TenantPolicy::SETTING, name.unwrap_or_default())
}

/// The statement that names the tenant to a session.
pub(crate) fn set_sql(name: &str) -> String {
    format!("SELECT pg_catalog.set_config({}, {}, false)", literal(TenantPolicy::SETTING), literal(name))
}

/// Succeeds when every table of the database of this name is separated for this user. Only reads.
pub(crate) async fn ensure_separated<C: ConnectionTrait>(db: &C, database: &str) -> Result<(), AdapterError> {
    let failed = || {
        Place { area: "tenants", table: "pg_policy" }.while_reading("looking for the policies that separate tenants")
    };
    let question = Statement::from_sql_and_values(DbBackend::Postgres, TABLES, [TenantPolicy::COLUMN.into()]);
    let not_separated = |table: String, reason| AdapterError::NotSeparated { table, reason };
    let Some(worst) = db.query_one_raw(question).await.map_err(failed())? else {
        return Err(not_separated(database.to_owned(), "has no table that this user may use"));
    };
    let is = |column| worst.try_get::<bool>("", column);
    if is("holds").map_err(failed())? {
        return Ok(());
    }
    let reason = if is("is_there").map_err(failed())? {
        "has the policy of tenants, which does not hold for this user: its owner and superusers see every row; connect as \
         a member of the area's read-write role (`migration roles`)"
    } else {
        "is not separated by tenant; only the area twin is, on PostgreSQL without TimescaleDB: elsewhere give each tenant \
         a database of its own"
    };
    Err(not_separated(worst.try_get("", "name").map_err(failed())?, reason))
}
