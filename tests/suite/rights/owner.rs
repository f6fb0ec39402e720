//! The owner of a database, who is nothing else, goes through everything.

use migration_engine::{
    operate::doctor::examine,
    schema::{
        drift::drift,
        verify::{Outcome, verify},
    },
};
use tests::{
    Backend,
    fixtures::{BASELINE, REVISIONS, alarms, applied, columns, execute, model_alarms},
};

use super::Ordinary;

#[tokio::test]
async fn postgres() {
    there_and_back(Backend::Postgres).await;
}

#[tokio::test]
async fn mariadb() {
    there_and_back(Backend::Mariadb).await;
}

#[tokio::test]
#[ignore = "needs several sessions, and TimescaleDB in WebAssembly has one"]
async fn timescaledb() {
    there_and_back(Backend::Timescale).await;
}

async fn there_and_back(backend: Backend) {
    let ordinary = Ordinary::owner(backend).await;
    if backend == Backend::Mariadb {
        // The right that docs/operations.md lists for `check`.
        let scratch = format!("GRANT ALL ON `migration\\_scratch\\_%`.* TO {}", ordinary.user.name);
        ordinary.as_superuser(&scratch).await;
    }
    let runner = ordinary.runner().await;
    runner.up(None).await.unwrap();
    execute(runner.connection(), &model_alarms(backend)).await;
    let before = alarms(runner.connection(), backend, &columns()).await;
    assert_eq!(drift(&runner).await.unwrap(), []);
    examine(&runner).await.unwrap();
    runner.down(Some(3)).await.unwrap();
    assert_eq!(applied(runner.connection()).await, [BASELINE]);
    runner.up(None).await.unwrap();
    assert_eq!(applied(runner.connection()).await, REVISIONS);
    assert_eq!(alarms(runner.connection(), backend, &columns()).await, before);
    // On PostgreSQL without the right to create a database: in a transaction.
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
    runner.close().await;
}
