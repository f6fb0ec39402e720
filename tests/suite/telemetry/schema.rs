//! The schema of the area: as dumped, the same whichever way it is reached, and proved with rows.

use migration::areas::telemetry::{Migrator, project};
use migration_engine::{
    recording::{self, Profile},
    schema::verify::{Outcome, verify},
    sea_orm_migration::{MigrationTrait, MigratorTrait},
};
use tests::{TestDatabase, on_every_backend};

use crate::engine::schema::{goes_down_and_up_again, is_dumped};

on_every_backend!(equals_the_checked_in_dump, every_revision_goes_down_and_up_again, the_project_is_proved);

async fn equals_the_checked_in_dump(database: TestDatabase) {
    is_dumped(&database, "telemetry", project()).await;
}

async fn every_revision_goes_down_and_up_again(database: TestDatabase) {
    goes_down_and_up_again(&database, project()).await;
}

async fn the_project_is_proved(database: TestDatabase) {
    let runner = database.runner_of(project()).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    let findings: Vec<String> = verified.iter().flat_map(|one| &one.findings).map(ToString::to_string).collect();
    assert_eq!(findings, [""; 0]);
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
    assert_eq!(verified.len(), project().revision_names().len());
}

const PROFILES: [Profile; 5] =
    [Profile::Timescaledb, Profile::TimescaledbApache, Profile::Postgres, Profile::Sqlite, Profile::Mysql];

#[tokio::test]
async fn every_revision_can_be_recorded_without_a_database() {
    let revisions = Migrator::migrations();
    let revisions: Vec<&dyn MigrationTrait> = revisions.iter().map(AsRef::as_ref).collect();
    for profile in PROFILES {
        for recorded in recording::record(&revisions, profile.capability(None)).await.unwrap() {
            let down = recorded.down.expect("a way back");
            assert_eq!(recorded.up.unanswered, [""; 0], "{profile:?} {}", recorded.up.revision);
            assert_eq!(down.unanswered, [""; 0], "{profile:?} {}", down.revision);
        }
    }
}
