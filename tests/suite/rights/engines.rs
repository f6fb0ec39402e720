//! Tables of MySQL and MariaDB have transactions, whatever the server makes by default.

use migration_engine::{
    operate::doctor::{Health, examine},
    sea_orm_migration::MigratorTrait,
};
use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestDatabase,
    fixtures::{execute, model_alarms},
    rows_as_text,
};

const OTHERS: &str = "SELECT CONCAT(TABLE_NAME, ' ', ENGINE, ' ', ROW_FORMAT) FROM information_schema.TABLES \
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' AND (ENGINE <> 'InnoDB' OR ROW_FORMAT <> 'Dynamic')";

#[tokio::test]
async fn every_table_of_ours_is_innodb() {
    for engine in ["Aria", "MyISAM"] {
        for (area, project) in tests::areas() {
            let database = TestDatabase::create(Backend::Mariadb).await;
            let runner = database.runner_of(project).await;
            execute(runner.connection(), &format!("SET SESSION default_storage_engine = {engine}")).await;
            runner.up(None).await.unwrap();
            assert_eq!(rows_as_text(runner.connection(), OTHERS).await, [""; 0], "{area} {engine}");
        }
    }
}

/// What `down` keeps too, and where stock SeaORM runs the revisions.
#[tokio::test]
async fn without_the_engine_as_well() {
    let database = TestDatabase::create(Backend::Mariadb).await;
    let db = database.connect().await;
    execute(&db, "SET SESSION default_storage_engine = Aria").await;
    migration::Migrator::up(&db, None).await.unwrap();
    execute(&db, &model_alarms(Backend::Mariadb)).await;
    migration::Migrator::down(&db, Some(3)).await.unwrap();
    let others = rows_as_text(&db, OTHERS).await;
    assert!(others.iter().all(|table| table.starts_with("seaql_migrations ")), "{others:?}");
}

#[tokio::test]
async fn the_engines_session_makes_innodb_for_every_revision() {
    let database = TestDatabase::create(Backend::Mariadb).await;
    let runner = database.runner().await;
    let row = rows_as_text(runner.connection(), "SELECT @@default_storage_engine").await;
    assert_eq!(row, ["InnoDB"]);
}

#[tokio::test]
async fn doctor_names_tables_without_transactions() {
    let database = TestDatabase::create(Backend::Mariadb).await.up(None).await;
    let runner = database.runner().await;
    runner.connection().execute_unprepared("CREATE TABLE rooms (floor integer) ENGINE=Aria").await.unwrap();
    let found = examine(&runner).await.unwrap();
    let tables = found.iter().find(|one| one.about == "tables").expect("about tables");
    assert_eq!(tables.health, Health::Problem);
    assert!(tables.finding.contains("rooms (Aria)") && tables.finding.contains("ENGINE=InnoDB"), "{}", tables.finding);
    assert!(!tables.finding.contains("alarms"), "{}", tables.finding);
}
