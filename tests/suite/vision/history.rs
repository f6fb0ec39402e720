//! The graph of 52 revisions: two heads that were made by hand, and branches that were applied in another order.

use migration_engine::{
    Project,
    schema::catalog::Catalog,
    sea_orm_migration::{MigrationTrait, MigratorTrait},
};
use tests::{Backend, TestDatabase, catalog, inline::Inline, on_every_backend, process::run};

use super::project;
use crate::migration;

on_every_backend!(developers_of_two_branches_end_with_the_same_schema);

const HEAD: &str = "m20260219_000000_add_time_series_partitioning";
/// The last of each branch that meets in the largest merge.
const BRANCHES: [&str; 3] = [
    "m20260126_000000_add_detection_search_vector",
    "m20260203_000000_merge_heads_add_notification",
    "m20260209_000000_merge_deleted_at_indexes",
];

/// One is at the end of a branch, a colleague at the end of another, and both go on to the head.
async fn developers_of_two_branches_end_with_the_same_schema(database: TestDatabase) {
    let backend = database.backend();
    drop(database);
    let mut ends = Vec::new();
    for branch in BRANCHES {
        ends.push(end_of(backend, branch).await);
    }
    let [search, notifications, deletion] = &ends[..] else { panic!("a schema for each branch") };
    assert_eq!(search.diff(notifications), []);
    assert_eq!(search.fingerprint(), notifications.fingerprint());
    // Both of these add a column to the cameras, and the one that comes first stands first.
    let moved: Vec<_> = deletion.diff(search).iter().map(|one| (one.name.clone(), one.is_position())).collect();
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert!(moved[0].0.starts_with("cameras.") && moved[0].1, "{moved:?}");
}

async fn end_of(backend: Backend, branch: &str) -> Catalog {
    let database = TestDatabase::create(backend).await;
    let runner = database.runner_of(project()).await;
    let target = runner.graph().target(branch).unwrap();
    let first = runner.up_to(&target).await.unwrap();
    let rest = runner.up(None).await.unwrap();
    assert!(!rest.is_empty() && first.len() + rest.len() == 52, "{branch}: {} and {}", first.len(), rest.len());
    let found = catalog(&runner).await;
    runner.close().await;
    found
}

/// The revisions of the area with some more behind them.
fn vision_and(more: &[Inline]) -> Project {
    let graph = project().graph().unwrap();
    let named = |position: usize| {
        let parents: Vec<&'static str> =
            graph.parents(position).iter().map(|&parent| &*graph.name(parent).to_owned().leak()).collect();
        Inline::new(graph.name(position).to_owned().leak(), "", "").after(parents.leak())
    };
    let mut revisions = migration::areas::vision::Migrator::migrations();
    revisions.extend(more.iter().map(|one| Box::new(one.clone()) as Box<dyn MigrationTrait>));
    let described = (0..graph.len()).map(named).chain(more.iter().cloned());
    described.fold(Project::of(revisions), Project::describe)
}

#[tokio::test]
async fn two_heads_made_by_hand_are_refused_until_they_are_merged() {
    const BESIDE: &str = "m20260220_000000_add_camera_models";
    const MERGE: &str = "m20260221_000000_merge_heads";
    let beside =
        Inline::table(BESIDE, "camera_models").after(&["m20260218_000000_add_prompt_version_unique_constraint"]);
    let database = TestDatabase::create(Backend::Sqlite).await;
    let runner = database.runner_of(vision_and(std::slice::from_ref(&beside))).await;
    assert_eq!(runner.graph().names(&runner.graph().heads()), [HEAD, BESIDE]);
    let refused = runner.up(None).await.unwrap_err().to_string();
    assert!(refused.contains(&format!("2 heads: {HEAD}, {BESIDE}")) && refused.contains("`merge`"), "{refused}");
    assert_eq!(runner.graph().names(&runner.graph().merge_parents(&[]).unwrap()), [HEAD, BESIDE], "what `merge` joins");
    runner.close().await;

    let merged = [beside, Inline::new(MERGE, "", "").after(&[HEAD, BESIDE])];
    let runner = database.runner_of(vision_and(&merged)).await;
    assert_eq!(runner.graph().names(&runner.graph().heads()), [MERGE]);
    assert_eq!(runner.up(None).await.unwrap().len(), 54);
}

#[test]
fn the_history_is_drawn_on_a_hundred_columns() {
    let folder = tests::temporary_folder();
    let printed = |verb: &str| {
        let finished = run(migration(folder.path()).args([verb, "--area", "vision"]));
        assert_eq!(finished.code, 0, "{finished:#?}");
        finished.stdout
    };
    assert_eq!(printed("heads"), format!("{HEAD}\n"));
    let drawn = printed("history");
    assert_eq!(drawn.matches("* ").count(), 52, "{drawn}");
    assert_eq!(drawn.matches("(merge)").count(), 7, "{drawn}");
    let widest = drawn.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?}:\n{drawn}");
}
