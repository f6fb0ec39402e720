//! Sessions that wait for others.

use std::time::Duration;

use migration_timescale::inspect::{self, BlockedSession};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tests::{Backend, TestDatabase, fixtures::execute, on_every_backend};

use super::{found, inspect, number, with_the_right_to_see_all};

on_every_backend!(
    needs: several_sessions;
    only: [postgres, timescaledb, mariadb], "nobody is seen waiting for a file";
    blocked_sessions_are_seen
);

async fn blocked_sessions_are_seen(database: TestDatabase) {
    let database = with_the_right_to_see_all(database);
    let (db, holder, waiter) = (database.connect().await, database.connect().await, database.connect().await);
    execute(&db, "CREATE TABLE rooms (floor integer PRIMARY KEY, name text)").await;
    execute(&db, "INSERT INTO rooms VALUES (1, 'hall')").await;
    let mariadb = database.backend() == Backend::Mariadb;
    if !mariadb {
        execute(&holder, "SET application_name = 'holder'").await;
        execute(&waiter, "SET application_name = 'waiter'").await;
    }
    let pid = if mariadb { "SELECT CAST(CONNECTION_ID() AS CHAR(20))" } else { "SELECT pg_backend_pid()::text" };
    let (holder_pid, waiter_pid) = (number(&holder, pid).await, number(&waiter, pid).await);
    execute(&holder, "BEGIN").await;
    execute(&holder, "UPDATE rooms SET name = 'held' WHERE floor = 1").await;
    let waiting = tokio::spawn(async move {
        let padding = "x".repeat(300);
        waiter.execute_unprepared(&format!("UPDATE rooms SET name = 'wanted{padding}' WHERE floor = 1")).await
    });
    let session = until_blocked(&db).await;
    assert_eq!(session.pid, waiter_pid);
    assert!(session.waiting_since.is_some() && session.waits_for.is_some(), "{session:?}");
    let statement = session.statement.as_deref().unwrap();
    assert!(statement.starts_with("UPDATE rooms SET name = 'wanted") && statement.len() <= 120, "{statement}");
    let blocker = &session.blocked_by[0];
    assert_eq!(blocker.blocker_pid, holder_pid);
    assert!(blocker.blocker_since.is_some(), "{blocker:?}");
    if !mariadb {
        assert_eq!((session.application.as_str(), blocker.blocker_application.as_deref()), ("waiter", Some("holder")));
        assert_eq!(blocker.blocker_state.as_deref(), Some("idle in transaction"));
    }
    let attention = inspect::attention(&inspect(&db).await);
    assert!(attention[0].finding.contains(&format!("blocked by {holder_pid} (")), "{attention:#?}");
    execute(&holder, "COMMIT").await;
    waiting.await.unwrap().unwrap();
    // MariaDB gives the same answer about waiting sessions for a tenth of a second.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(found(&inspect(&db).await.blocked).is_empty());
}

async fn until_blocked(db: &DatabaseConnection) -> BlockedSession {
    for _ in 0..1_000 {
        if let Some(session) = found(&inspect(db).await.blocked).first() {
            return session.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody is blocked");
}
