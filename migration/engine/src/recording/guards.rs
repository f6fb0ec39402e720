//! What a script for sqlite3 has around a revision that may take rows along of tables that it does not name.
//!
//! Which keys there are then is asked of a database in memory that the earlier revisions made.

use std::collections::BTreeMap;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr};

use super::{Recorded, Script};
use crate::{
    Direction,
    error::OfflineError,
    revision::cascades::{self, Guard},
    sql::text,
};

/// By name, of the revisions that need some.
pub(super) type Guards = BTreeMap<String, Vec<Guard>>;

/// Whether a revision may need guards.
pub(super) fn may_need(recorded: &Recorded, direction: Direction) -> bool {
    recorded.script(direction).is_ok_and(|script| cascades::may_take_rows(&texts(script)))
}

/// The guards of the wanted ones. `recorded` are all there are up to the last of them.
pub(super) async fn of(
    recorded: &[Result<Recorded, OfflineError>],
    wanted: impl Fn(&str) -> bool,
    direction: Direction,
) -> Result<Guards, DbErr> {
    let all = || recorded.iter().flatten();
    let mut found = Guards::new();
    if !all().any(|one| wanted(&one.up.revision) && may_need(one, direction)) {
        return Ok(found);
    }
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    let looked = async {
        match direction {
            Direction::Up => {
                for one in all() {
                    if wanted(&one.up.revision) {
                        look(&db, &one.up, &mut found).await?;
                    }
                    make(&db, &one.up).await;
                }
            }
            Direction::Down => {
                for one in all() {
                    make(&db, &one.up).await;
                }
                let down = all().filter(|one| wanted(&one.up.revision)).filter_map(|one| one.down.as_ref().ok());
                for script in down.collect::<Vec<_>>().into_iter().rev() {
                    look(&db, script, &mut found).await?;
                    make(&db, script).await;
                }
            }
        }
        Ok(())
    };
    let looked = looked.await;
    // It is gone with its connection.
    let _ = db.close().await;
    looked.map(|()| found)
}

async fn look(db: &DatabaseConnection, script: &Script, found: &mut Guards) -> Result<(), DbErr> {
    let guards = cascades::guards(db, Some(&texts(script))).await?;
    if !guards.is_empty() {
        found.insert(script.revision.clone(), guards);
    }
    Ok(())
}

/// Its objects, without its rows. A statement that fails, in an empty database or because the revision ignores that, makes
/// none.
async fn make(db: &DatabaseConnection, script: &Script) {
    for sql in texts(script).iter().filter(|sql| text::only_changes_objects(DbBackend::Sqlite, sql)) {
        if let Err(error) = db.execute_unprepared(sql).await {
            tracing::debug!("{} makes nothing here with {sql}: {error}", script.revision);
        }
    }
}

fn texts(script: &Script) -> Vec<String> {
    script.statements.iter().map(|one| one.sql.clone()).collect()
}
