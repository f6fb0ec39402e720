//! Indexes that a `CREATE INDEX CONCURRENTLY` or `REINDEX … CONCURRENTLY` that failed or was killed, or an index with a
//! transaction per chunk, left behind.
//!
//! Such an index is kept up to date and never used, and `IF NOT EXISTS` takes it for built. What a revision left is found
//! by comparing the invalid indexes before and after, and dropped. Nobody compares when the run was killed: then those are
//! its own that its statements create, and those of tables that it creates indexes of. In other schemas, where others may
//! be at work, those alone are looked at whose table or schema its statements name.
//!
//! The index of a partitioned table is invalid until each partition has its own (`ON ONLY`): no build left it.

use std::collections::BTreeSet;

use migration_timescale::identifier;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};

use crate::sql::{rows, sqlstate, text};

/// Without those that a session is building now. `base` is the name without what PostgreSQL adds while it reindexes.
const INVALID: &str = include_str!("invalid_indexes_invalid.sql");

#[derive(sea_orm::FromQueryResult)]
struct Invalid {
    id: i64,
    name: String,
    place: String,
    here: bool,
    about: String,
    base: String,
    /// Whether it belongs to the index of a partitioned table, with which alone it can be dropped.
    is_part: bool,
}

/// The invalid indexes before a revision, and what it names.
pub(super) struct InvalidIndexes {
    before: BTreeSet<i64>,
    /// Identifiers in the statements that create indexes.
    created: BTreeSet<String>,
    /// And in those that build them anew.
    rebuilt: BTreeSet<String>,
}

impl InvalidIndexes {
    /// Drops what an earlier run of these statements left; one that was killed is `unfinished`.
    pub(super) async fn before(
        db: &DatabaseConnection,
        statements: &[String],
        unfinished: bool,
    ) -> Result<Self, DbErr> {
        let backend = db.get_database_backend();
        let named = |verb: &str| -> BTreeSet<String> {
            statements.iter().flat_map(|sql| text::identifiers_of_index(backend, sql, verb)).collect()
        };
        let (created, rebuilt) = (named("CREATE"), named("REINDEX"));
        let mut indexes = Self { before: BTreeSet::new(), created, rebuilt };
        for index in found(db).await? {
            let half_rebuilt = index.base != index.name && indexes.rebuilt.contains(&index.base);
            let of_killed = unfinished && (indexes.created.contains(&index.about) || half_rebuilt);
            let is_own = indexes.created.contains(&index.name) || of_killed;
            if is_own && indexes.may_be_own(&index) && !index.is_part {
                drop_index(db, &index).await?;
            } else {
                indexes.before.insert(index.id);
            }
        }
        Ok(indexes)
    }

    fn may_be_own(&self, index: &Invalid) -> bool {
        let names = |name: &String| self.created.contains(name) || self.rebuilt.contains(name);
        index.here || names(&index.about) || names(&index.place) || names(&index.base)
    }

    /// Drops what the revision left, and says what it was.
    pub(super) async fn drop_left(&self, db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
        let mut left = Vec::new();
        for index in found(db).await? {
            let is_new = !self.before.contains(&index.id) || self.created.contains(&index.name);
            if !is_new || !self.may_be_own(&index) {
                continue;
            }
            if index.is_part {
                left.push(format!("{} (it stays, as part of a partitioned table's index)", index.name));
            } else {
                drop_index(db, &index).await?;
                left.push(index.name);
            }
        }
        Ok(left)
    }

    /// Fails when it left one.
    pub(super) async fn refuse_left(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        let left = self.drop_left(db).await?;
        if left.is_empty() {
            return Ok(());
        }
        Err(DbErr::Migration(format!(
            "it left an invalid index behind, which was dropped: {}; a concurrent build failed, for duplicate rows for \
             example: remove the cause and run the command again",
            left.join(", ")
        )))
    }

    /// After a failure, which is what is reported.
    pub(super) async fn clean_up(&self, db: &DatabaseConnection) {
        if let Err(error) = self.drop_left(db).await {
            tracing::warn!("an invalid index may be left: {}", sqlstate::message(&error));
        }
    }
}

async fn drop_index(db: &DatabaseConnection, index: &Invalid) -> Result<(), DbErr> {
    let sql = format!("DROP INDEX IF EXISTS {}.{}", identifier(&index.place), identifier(&index.name));
    db.execute_unprepared(&sql).await?;
    tracing::warn!("dropped the index {} of {}: a build that did not end left it invalid", index.name, index.about);
    Ok(())
}

async fn found(db: &DatabaseConnection) -> Result<Vec<Invalid>, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(Vec::new());
    }
    rows(db, INVALID).await?.iter().map(|row| sea_orm::FromQueryResult::from_query_result(row, "")).collect()
}
