//! A publication `FOR ALL TABLES` refuses changes of tables without a key: the engine's own have one.

use migration_engine::schema::drift::drift;
use tests::{
    Backend,
    fixtures::{BASELINE, PREDICTIVE, SIDE_TABLE, alarms, applied, columns, execute, has_table, model_alarms},
};

use super::Ordinary;

const PUBLISH: &str = "CREATE PUBLICATION everything FOR ALL TABLES";

#[tokio::test]
async fn down_and_up_go_on_under_a_publication_of_all_tables() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.up_to_predictive().await;
    let db = ordinary.superuser().await;
    execute(&db, &model_alarms(Backend::Postgres)).await;
    execute(&db, PUBLISH).await;
    let before = alarms(&db, Backend::Postgres, &columns()).await;

    let runner = ordinary.runner().await;
    // Twice: what is kept already is added to.
    for _ in 0..2 {
        runner.down(Some(1)).await.unwrap();
        assert_eq!(applied(&db).await, [BASELINE]);
        assert!(has_table(&db, SIDE_TABLE).await);
        runner.up(Some(1)).await.unwrap();
        assert_eq!(applied(&db).await, [BASELINE, PREDICTIVE]);
        assert_eq!(alarms(&db, Backend::Postgres, &columns()).await, before);
    }
    runner.up(None).await.unwrap();
    assert_eq!(drift(&runner).await.unwrap(), []);
}

/// As an earlier version of the engine left it: unique, and without a key.
#[tokio::test]
async fn what_an_earlier_version_kept_comes_back() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.up_to_predictive().await;
    let db = ordinary.superuser().await;
    execute(&db, &model_alarms(Backend::Postgres)).await;
    let before = alarms(&db, Backend::Postgres, &columns()).await;
    let runner = ordinary.runner().await;
    runner.down(Some(1)).await.unwrap();
    let as_before = "DO $$ DECLARE k text; BEGIN \
         SELECT conname INTO k FROM pg_constraint WHERE conrelid = '_kept_alarms_origin'::regclass AND contype = 'p'; \
         IF k IS NOT NULL THEN EXECUTE format('ALTER TABLE _kept_alarms_origin DROP CONSTRAINT %I', k); \
         CREATE UNIQUE INDEX _kept_alarms_origin_key ON _kept_alarms_origin (id, raised_at); END IF; END $$";
    execute(&db, as_before).await;
    execute(&db, PUBLISH).await;
    runner.up(Some(1)).await.unwrap();
    assert_eq!(alarms(&db, Backend::Postgres, &columns()).await, before);
}

#[tokio::test]
async fn every_command_goes_on_under_a_publication_of_all_tables() {
    for (_, project) in tests::areas() {
        let ordinary = Ordinary::owner(Backend::Postgres).await;
        ordinary.as_superuser(PUBLISH).await;
        let runner = ordinary.runner_of(project).await;
        runner.up(None).await.unwrap();
        assert_eq!(drift(&runner).await.unwrap(), []);
        runner.down(None).await.unwrap();
        runner.up(None).await.unwrap();
        runner.reset().await.unwrap();
    }
}

/// A revision that changes rows of a table without a key cannot be tried in the database itself.
#[tokio::test]
async fn scratch_work_is_not_published() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.as_superuser(&format!("ALTER ROLE {} CREATEDB", ordinary.user.name)).await;
    let keyless = tests::inline::Inline::new("m1_keyless", "CREATE TABLE rooms (floor integer)", "DROP TABLE rooms")
        .then("INSERT INTO rooms VALUES (1)")
        .then("UPDATE rooms SET floor = 2");
    let runner = ordinary.runner_of(tests::inline::project(&[keyless])).await;
    runner.up(None).await.unwrap();
    ordinary.as_superuser(PUBLISH).await;
    assert_eq!(drift(&runner).await.unwrap(), []);
}
