//! The entities are what the migrated schema gives.

use tests::{Backend, TestDatabase};

#[tokio::test]
async fn equals_the_checked_in_entities() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let differences = entity_codegen::differences(database.url()).await.unwrap();
    assert!(differences.is_empty(), "run `make entities` and review:\n{differences}");
}
