//! A table of another owner is seen: a revision that may not change it fails, and says so.

use migration_timescale::TimescaleManager;
use sea_orm_migration::SchemaManager;
use tests::{
    Backend, TestDatabase,
    fixtures::{BASELINE, PREDICTIVE, applied, execute},
    on_every_backend, scalar,
};

use super::{Ordinary, User};

on_every_backend!(what_is_there_is_found);

async fn what_is_there_is_found(database: TestDatabase) {
    let database = database.up(None).await;
    let db = database.connect().await;
    let manager = SchemaManager::new(&db);
    assert!(manager.table_exists("alarms").await.unwrap() && !manager.table_exists("alarm").await.unwrap());
    assert!(manager.column_exists("alarms", "origin").await.unwrap());
    assert!(!manager.column_exists("alarms", "origins").await.unwrap());
    assert!(!manager.column_exists("sensors", "origin").await.unwrap());
    assert!(manager.index_exists("alarms", "alarms_open_idx").await.unwrap());
    assert!(!manager.index_exists("alarms", "alarms_closed_idx").await.unwrap());
}

#[tokio::test]
async fn down_of_another_owners_table_is_no_success() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.up_to_predictive().await;
    let other = User::create(Backend::Postgres, &ordinary.user.admin).await;
    ordinary.as_superuser(&format!("ALTER TABLE alarms OWNER TO {}", other.name)).await;

    let runner = ordinary.runner().await;
    let error = runner.down(Some(1)).await.expect_err("it may not").on_one_line();
    assert!(error.contains("alarms"), "{error}");
    let db = ordinary.superuser().await;
    assert_eq!(applied(&db).await, [BASELINE, PREDICTIVE]);
    assert!(SchemaManager::new(&db).has_column("alarms", "origin").await.unwrap());
    // Done by whoever may.
    execute(&db, &format!("ALTER TABLE alarms OWNER TO {}", ordinary.user.name)).await;
    runner.down(Some(1)).await.unwrap();
    assert_eq!(applied(&db).await, [BASELINE]);
    runner.up(None).await.unwrap();
}

/// Where the user has no right to the table at all, not even to see it in `information_schema`.
#[tokio::test]
async fn every_question_of_the_areas_sees_another_owners_table() {
    const TABLES: &str = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() \
         AND tablename NOT LIKE 'seaql%' ORDER BY 1 LIMIT 1";
    for (_, project) in tests::areas() {
        let ordinary = Ordinary::owner(Backend::Postgres).await;
        let runner = ordinary.runner_of(project).await;
        runner.up(None).await.unwrap();
        let table = &*scalar(runner.connection(), TABLES).await.unwrap();
        let other = User::create(Backend::Postgres, &ordinary.user.admin).await;
        ordinary.as_superuser(&format!("ALTER TABLE {table} OWNER TO {}", other.name)).await;
        let manager = SchemaManager::new(runner.connection());
        assert!(manager.table_exists(table).await.unwrap(), "{table}");
        drop(ordinary);
    }
}
