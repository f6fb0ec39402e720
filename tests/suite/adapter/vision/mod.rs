//! core-server-adapter's area vision, on every backend.

use core_server_adapter::{
    AdapterError, DatabaseConfig, gate,
    vision::{NewCamera, Vision},
};
use tests::TestDatabase;

mod alerts;
mod audit;
mod baselines;
mod cameras;
mod detections;
mod events;
mod prompts;
mod refused;

/// Applies all revisions and connects, with several sessions where there are.
async fn migrated(database: TestDatabase) -> (TestDatabase, Vision) {
    database.up_of("vision", || tests::area("vision"), None).await;
    let sessions = if database.has_one_session() { 1 } else { 4 };
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(sessions);
    let vision = Vision::connect(&config).await.unwrap();
    (database, vision)
}

/// A camera of this name.
async fn camera(vision: &Vision, name: &str) -> i64 {
    vision.cameras().register(&NewCamera::new(name, format!("/{name}"))).await.unwrap().id
}

#[test]
fn the_adapter_is_for_the_newest_revision() {
    assert_eq!(tests::area("vision").revision_names().last().map(String::as_str), Some(gate::VISION.revision));
}
