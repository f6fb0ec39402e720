//! What `down` is about to lose is said before, and a way that nobody has written is an error of its own.

use migration_engine::{
    Project, lint,
    recording::REFERENCE_TIMESCALEDB,
    revision::kept::KeptColumns,
    schema::verify::{Outcome, verify},
    sea_orm_migration::{MigrationTrait, prelude::*},
};
use migration_timescale::Dialect;
use tests::{
    TestDatabase,
    fixtures::execute,
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(values_that_go_are_counted_unless_they_are_kept, a_way_that_is_not_written_is_said_to_be);

fn rooms() -> Inline {
    Inline::new("m1_rooms", "CREATE TABLE rooms (id integer PRIMARY KEY)", "DROP TABLE rooms")
}

fn with_site() -> Inline {
    Inline::new("m2_site", "ALTER TABLE rooms ADD COLUMN site varchar(20) DEFAULT 'home'", "")
}

async fn values_that_go_are_counted_unless_they_are_kept(database: TestDatabase) {
    let lossy = with_site().back("ALTER TABLE rooms DROP COLUMN site");
    let runner = database.runner_of(project(&[rooms(), lossy])).await;
    runner.up(None).await.unwrap();
    let rows = "INSERT INTO rooms (id, site) VALUES (1, 'north'), (2, 'home'), (3, NULL), (4, 'south')";
    execute(runner.connection(), rows).await;
    let lost = runner.values_lost(&["m2_site".to_owned(), "m1_rooms".to_owned()]).await.unwrap();
    assert_eq!(lost, [vec!["2 values of rooms.site go, and no `up` brings them back".to_owned()], vec![]]);
    let findings = lint::of_project(runner.project(), Dialect::Postgres, REFERENCE_TIMESCALEDB, None).await.unwrap();
    assert!(
        findings.iter().any(|one| one.rule == "lossy-rollback" && one.message.contains("`rooms.site`")),
        "{findings:#?}"
    );
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert_eq!(verified[1].outcome, Outcome::Failed, "without a seed: {verified:#?}");
    runner.close().await;

    let kept = || KeptColumns::of("rooms", "site").key(&["id"]).column("site").rows_where("site <> 'home'");
    let keeping = with_site().up_by(move |manager| Box::pin(async move { kept().restore(manager).await })).down_by(
        move |manager| {
            Box::pin(async move {
                kept().keep(manager).await?;
                manager.alter_table(Table::alter().table("rooms").drop_column("site").take()).await?;
                kept().release(manager).await
            })
        },
    );
    let runner = database.runner_of(project(&[rooms(), keeping])).await;
    assert_eq!(runner.values_lost(&["m2_site".to_owned()]).await.unwrap(), [Vec::<String>::new()]);
    let findings = lint::of_project(runner.project(), Dialect::Postgres, REFERENCE_TIMESCALEDB, None).await.unwrap();
    assert!(!findings.iter().any(|one| one.rule == "lossy-rollback"), "{findings:#?}");
}

/// A revision that leaves a method to SeaORM's trait, or to the template.
struct Unwritten {
    up: bool,
}

impl MigrationName for Unwritten {
    fn name(&self) -> &'static str {
        if self.up { "m2_forward" } else { "m3_nothing" }
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Unwritten {
    async fn up(&self, _: &SchemaManager) -> Result<(), DbErr> {
        if self.up { Ok(()) } else { Err(DbErr::Migration("up() is not written yet".into())) }
    }
}

async fn a_way_that_is_not_written_is_said_to_be(database: TestDatabase) {
    let project = || {
        let revisions: Vec<Box<dyn MigrationTrait>> =
            vec![Box::new(rooms()), Box::new(Unwritten { up: true }), Box::new(Unwritten { up: false })];
        Project::of(revisions)
    };
    let findings = lint::of_project(&project(), Dialect::Postgres, REFERENCE_TIMESCALEDB, None).await.unwrap();
    let told: Vec<_> = findings.iter().map(|one| (one.revision.as_str(), one.rule, one.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("m2_forward", "not-written", "there is no way back: its down() is not written"),
            ("m3_nothing", "not-written", "it does nothing yet: its up() is not written"),
        ]
    );
    let runner = database.runner_of(project()).await;
    runner.up(Some(2)).await.unwrap();
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.ends_with("m3_nothing failed on up: its up() is not written"), "{error}");
    let verified = verify(&runner, |_| {}).await.unwrap();
    let told: Vec<String> = verified.iter().flat_map(|one| &one.findings).map(ToString::to_string).collect();
    assert_eq!(told, ["down failed: its down() is not written", "up failed: its up() is not written"]);
}
