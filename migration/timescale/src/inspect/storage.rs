//! Size of the whole database.

use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;

use super::{Answer, answer::all};
use crate::{Capability, Dialect};

/// Size of the whole database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, FromQueryResult)]
pub struct Storage {
    /// Bytes of it, other schemas included on PostgreSQL.
    pub total: i64,
    /// Bytes of them that are free for new rows: pages of deleted rows (SQLite, `VACUUM` returns them), free space inside
    /// the tables' files (MySQL). Null on PostgreSQL, which does not count it.
    pub free: Option<i64>,
    /// SQLite: pages.
    pub pages: Option<i64>,
    /// SQLite: bytes of a page.
    pub page_bytes: Option<i64>,
    /// SQLite: pages on the list of free ones.
    pub free_pages: Option<i64>,
}

const POSTGRES: &str = "SELECT pg_database_size(current_database()) AS total, NULL::bigint AS free, NULL::bigint AS pages, \
     NULL::bigint AS page_bytes, NULL::bigint AS free_pages";
const MYSQL: &str = "SELECT CAST(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH + DATA_FREE), 0) AS SIGNED) AS total, CAST(SUM(DATA_FREE) AS SIGNED) AS free, \
     CAST(NULL AS SIGNED) AS pages, CAST(NULL AS SIGNED) AS page_bytes, CAST(NULL AS SIGNED) AS free_pages \
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()";
const SQLITE: &str = "SELECT page_count * page_size AS total, freelist_count * page_size AS free, page_count AS pages, \
     page_size AS page_bytes, freelist_count AS free_pages FROM pragma_page_count, pragma_page_size, pragma_freelist_count";

/// How large the database is. One round trip.
pub async fn storage<C: ConnectionTrait>(db: &C, server: Capability) -> Result<Answer<Storage>, DbErr> {
    let sql = match server.dialect() {
        Dialect::Postgres => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => SQLITE,
    };
    match all(db, sql).await?.pop() {
        Some(storage) => Ok(Answer::given(storage)),
        None => Ok(Answer::needs("the size", "an answer of the server", server)),
    }
}
