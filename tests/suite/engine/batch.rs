//! Updates in steps: all rows, a step at a time, in sight, and never without end.

use std::sync::{Arc, Mutex};

use migration_engine::{
    Runner,
    revision::{Event, batch::BatchedUpdate},
};
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(every_row_is_changed_in_steps, an_update_that_does_not_end_is_ended, a_script_has_all_of_it);

/// Fills a column in steps of 100 rows.
fn fill(set: &'static str) -> Inline {
    Inline::new("m2_fill", "", "").outside_transaction().up_by(move |manager| {
        let update = BatchedUpdate::of("rooms", &["id"]).set(set).rows_where("site IS NULL").rows_at_a_time(100);
        Box::pin(async move { update.run(manager).await })
    })
}

fn rooms() -> Inline {
    Inline::new("m1_rooms", "CREATE TABLE rooms (id integer PRIMARY KEY, site varchar(20))", "DROP TABLE rooms")
}

/// 450 rooms without a site, and the revision that gives them one.
async fn runner(database: &TestDatabase, set: &'static str) -> Runner {
    let runner = database.runner_of(project(&[rooms(), fill(set)])).await;
    runner.up(Some(1)).await.unwrap();
    let numbers = (1..=450).map(|number| format!("({number})")).collect::<Vec<_>>().join(", ");
    execute(runner.connection(), &format!("INSERT INTO rooms (id) VALUES {numbers}")).await;
    runner
}

async fn every_row_is_changed_in_steps(database: TestDatabase) {
    let runner = runner(&database, "site = 'north'").await;
    let seen: Arc<Mutex<Vec<(u64, u64)>>> = Arc::default();
    let log = Arc::clone(&seen);
    let runner = runner.on_event(move |event| {
        if let Event::Progress { done, total, .. } = event {
            log.lock().unwrap().push((done, total));
        }
    });
    runner.up(None).await.unwrap();
    assert_eq!(count(runner.connection(), "rooms WHERE site = 'north'").await, 450);
    let steps: Vec<(u64, u64)> = vec![(100, 450), (200, 450), (300, 450), (400, 450), (450, 450)];
    assert_eq!(*seen.lock().unwrap(), steps);
}

async fn an_update_that_does_not_end_is_ended(database: TestDatabase) {
    // On MariaDB a row that does not change is not counted as changed, so this one has to.
    let set = if database.backend() == Backend::Mariadb { "id = -id" } else { "id = id" };
    let runner = runner(&database, set).await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains("the update of rooms in steps does not end") && error.contains("site IS NULL"), "{error}");
}

async fn a_script_has_all_of_it(database: TestDatabase) {
    let runner = runner(&database, "site = 'north'").await;
    let statements = runner.statements("m2_fill", migration_engine::Direction::Up).await;
    assert_eq!(statements.len(), 1, "{statements:?}");
    assert!(statements[0].ends_with("SET site = 'north' WHERE site IS NULL"), "{statements:?}");
}
