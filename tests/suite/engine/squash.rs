//! One revision in place of several: databases that have them all, none and some of them, and one whose run was cut.

use migration_engine::{
    EngineError, Project, Runner,
    revision::consent::with_consent,
    schema::{
        drift::drift,
        verify::{Outcome, Step, verify},
    },
    squash::{Squash, squash},
};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use tests::{
    TestDatabase,
    fixtures::{applied, count, execute},
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(
    all_applied_counts_and_an_empty_database_runs_only_it,
    a_part_has_to_be_finished_first,
    both_ways_are_proved_equal,
    a_run_that_was_cut_goes_on,
    areas_can_be_squashed,
);

/// Branches that are joined, rows, and a step outside of transactions.
fn others(outside: bool) -> Vec<Inline> {
    let kind = Inline::new(
        "m4_kind",
        "ALTER TABLE sensors ADD COLUMN kind varchar(20)",
        "ALTER TABLE sensors DROP COLUMN kind",
    );
    let sensors = "CREATE TABLE sensors (id integer NOT NULL PRIMARY KEY, site integer)";
    vec![
        Inline::table("m1_sites", "sites"),
        Inline::new("m2_sensors", sensors, "DROP TABLE sensors")
            .then("INSERT INTO sensors (id, site) VALUES (1, 1), (2, 1)"),
        Inline::table("m3_lines", "halls").after(&["m1_sites"]),
        if outside { kind.outside_transaction() } else { kind }.after(&["m2_sensors"]),
        Inline::new("m5_join", "UPDATE sensors SET kind = 'it''s' WHERE id = 1", "UPDATE sensors SET kind = NULL")
            .after(&["m3_lines", "m4_kind"]),
    ]
}

fn last() -> Inline {
    Inline::table("m6_plants", "plants").after(&["m5_join"])
}

fn before(outside: bool) -> Project {
    project(&[others(outside), vec![last()]].concat())
}

async fn squashed(outside: bool) -> Squash {
    squash(&before(outside), ":m5_join", "squashed", &[]).await.unwrap()
}

fn after(squash: &Squash, outside: bool) -> Project {
    project(&[Inline::squashed(squash, move || project(&others(outside))), last()])
}

async fn applied_in(runner: &Runner) -> Vec<String> {
    applied(runner.connection()).await
}

async fn all_applied_counts_and_an_empty_database_runs_only_it(database: TestDatabase) {
    let runner = database.runner_of(before(true)).await;
    runner.up(None).await.unwrap();
    let made = runner.schema_sql().await.unwrap();
    runner.close().await;

    let squash = squashed(true).await;
    assert_eq!((squash.revision.as_str(), squash.outside), ("m5_squashed", true));
    assert_eq!(squash.replaces, ["m1_sites", "m2_sensors", "m3_lines", "m4_kind", "m5_join"]);
    let runner = database.runner_of(after(&squash, true)).await;
    let status = runner.status().await.unwrap();
    assert_eq!(
        status.iter().map(migration_engine::runner::RevisionStatus::is_pending).collect::<Vec<_>>(),
        [false, false]
    );
    assert_eq!(applied_in(&runner).await.len(), 6, "asking writes nothing");
    assert!(runner.up(None).await.unwrap().is_empty());
    assert_eq!(applied_in(&runner).await, ["m5_squashed", "m6_plants"]);
    assert_eq!(drift(&runner).await.unwrap(), []);
    assert_eq!(runner.changed(&runner.records().await.unwrap()).await.unwrap(), []);
    let refused = runner.down(None).await.unwrap_err().on_one_line();
    assert!(refused.contains("holds rows"), "{refused}");
    assert_eq!(with_consent(true, runner.down(None)).await.unwrap(), ["m5_squashed"]);
    assert!(runner.tables().await.unwrap().is_empty());
    assert_eq!(runner.up(None).await.unwrap(), ["m5_squashed", "m6_plants"]);
    assert_eq!(applied_in(&runner).await, ["m5_squashed", "m6_plants"]);
    assert_eq!(runner.schema_sql().await.unwrap(), made);
    assert_eq!(count(runner.connection(), "sensors WHERE kind = 'it''s'").await, 1);
    assert_eq!(drift(&runner).await.unwrap(), []);
}

/// A database that counts it as applied and never wrote that down is reverted all the same.
async fn a_part_has_to_be_finished_first(database: TestDatabase) {
    let runner = database.runner_of(before(false)).await;
    runner.up(Some(3)).await.unwrap();
    runner.close().await;

    let squash = squashed(false).await;
    assert!(!squash.outside);
    let runner = database.runner_of(after(&squash, false)).await;
    let expected = "m5_squashed stands in place of 5 revisions, and this database has 3 of them: m4_kind, m5_join are \
                    missing; finish them first with `migration --unsquashed up m5_join`, then run this again";
    for error in [
        runner.up(None).await.map(drop).unwrap_err(),
        runner.down(None).await.map(drop).unwrap_err(),
        runner.status().await.map(drop).unwrap_err(),
    ] {
        assert_eq!(error.on_one_line(), expected);
    }
    runner.close().await;

    let runner = database.runner_of(after(&squash, false).unsquashed()).await;
    let target = runner.graph().target("m5_join").unwrap();
    assert_eq!(runner.up_to(&target).await.unwrap(), ["m4_kind", "m5_join"]);
    runner.close().await;
    let runner = database.runner_of(after(&squash, false)).await;
    assert_eq!(with_consent(true, runner.down(None)).await.unwrap(), ["m5_squashed"]);
    assert!(applied_in(&runner).await.is_empty() && runner.tables().await.unwrap().is_empty());
}

async fn both_ways_are_proved_equal(database: TestDatabase) {
    let squash = squashed(false).await;
    let runner = database.runner_of(after(&squash, false)).await;
    let verified = verify(&runner, |_| ()).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
    runner.close().await;

    for (old, new, words) in
        [("varchar(20)", "varchar(21)", "sensors.kind"), ("(1, 1), (2, 1)", "(1, 1)", "row of table sensors")]
    {
        let mut other = squash.clone();
        for script in &mut other.scripts {
            script.up = script.up.replace(old, new);
        }
        let runner = database.runner_of(after(&other, false)).await;
        let verified = verify(&runner, |_| ()).await.unwrap();
        let found = &verified[0].findings;
        let is_it = found.iter().any(|one| one.after() == Step::Squashed && one.to_string().contains(words));
        assert!(verified[0].outcome == Outcome::Failed && is_it, "{found:#?}");
        runner.close().await;
    }
}

/// As after a kill: what is done stays done, on every backend where not all of it is one transaction.
async fn a_run_that_was_cut_goes_on(database: TestDatabase) {
    let squash = squashed(true).await;
    let runner = database.runner_of(after(&squash, true)).await;
    execute(runner.connection(), "CREATE TABLE halls (id integer)").await;
    let error = runner.up(None).await.unwrap_err();
    assert!(matches!(error, EngineError::Revision { .. }), "{error}");
    assert_eq!(count(runner.connection(), "sensors").await, 2);
    execute(runner.connection(), "DROP TABLE halls").await;
    assert_eq!(runner.up(None).await.unwrap(), ["m5_squashed", "m6_plants"]);
    assert_eq!(count(runner.connection(), "sensors").await, 2);
    assert_eq!(drift(&runner).await.unwrap(), []);
    // Verified with a second run while it is applied.
    let verified = verify(&runner, |_| ()).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
}

/// Hypertables, aggregates and policies, steps outside of transactions, and columns that a `down` keeps.
async fn areas_can_be_squashed(database: TestDatabase) {
    for name in ["alarms", "telemetry"] {
        let squash = squash(&tests::area(name), ":", "squashed", &[]).await.unwrap();
        let runner = database.runner_of(project(&[Inline::squashed(&squash, move || tests::area(name))])).await;
        let verified = verify(&runner, |_| ()).await.unwrap();
        assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{name}: {verified:#?}");
        runner.close().await;
    }
}

async fn refused(revisions: &[Inline], range: &str) -> String {
    squash(&project(revisions), range, "squashed", &[]).await.unwrap_err().on_one_line()
}

#[tokio::test]
async fn what_one_revision_cannot_stand_for_is_refused_by_name() {
    let asks = |name: &'static str| {
        Inline::new(name, "", "").up_by(|manager| {
            Box::pin(async {
                let db = manager.get_connection();
                let asked = Statement::from_string(db.get_database_backend(), "SELECT id FROM sites");
                db.query_all_raw(asked).await.map(drop)
            })
        })
    };
    let unwritten =
        Inline::new("m2_unwritten", "", "").up_by(|_| Box::pin(async { Err(DbErr::Custom("no".to_owned())) }));
    let sites = || Inline::table("m1_sites", "sites");
    let error = refused(&[sites(), asks("m2_asks")], ":").await;
    assert!(error.starts_with("m2_asks cannot be squashed for timescaledb: it asks the database"), "{error}");
    assert!(error.contains("`SELECT id FROM sites`") && error.contains("--backend"), "{error}");
    assert!(error.contains("the range has too few others"), "{error}");
    let around = [
        sites(),
        Inline::table("m1_towns", "towns"),
        asks("m2_asks"),
        Inline::table("m3_halls", "halls"),
        Inline::table("m4_rooms", "rooms"),
    ];
    let error = refused(&around, ":").await;
    assert!(error.contains("without it: `squash :m1_towns` and `squash m2_asks:m4_rooms`"), "{error}");
    for range in [":m1_towns", "m2_asks:m4_rooms"] {
        squash(&project(&around), range, "squashed", &[]).await.unwrap();
    }
    let error = refused(&[sites(), unwritten], ":").await;
    assert!(error.starts_with("m2_unwritten cannot be squashed"), "{error}");
    let fork = [others(false), vec![Inline::table("m7_rooms", "rooms").after(&["m2_sensors"])]].concat();
    let error = refused(&fork, ":m5_join").await;
    assert!(error.starts_with("m7_rooms follows m2_sensors, which is in the middle of the range :m5_join"), "{error}");
    // By its place in the list m3 would follow the squashed one, and follows m1.
    let placed = [
        sites(),
        Inline::table("m2_a", "a").after(&["m1_sites"]),
        Inline::table("m3_b", "b"),
        Inline::table("m4_c", "c").after(&["m2_a"]),
    ];
    let error = refused(&placed, "m1:m4_c").await;
    assert!(
        error.contains("m3_b follows m2_a, which is in the middle") || error.contains("m3_b follows m2_a by"),
        "{error}"
    );
    let squash_of_others = squashed(false).await;
    let error = refused(&[Inline::squashed(&squash_of_others, || project(&others(false))), last()], ":").await;
    assert!(error.starts_with("m5_squashed stands in place of others itself"), "{error}");
    let both =
        project(&[others(false), vec![Inline::squashed(&squash_of_others, || project(&others(false)))]].concat());
    let error = both.graph().unwrap_err().on_one_line();
    assert!(error.contains("is in the list, and m5_squashed stands in its place"), "{error}");
}
