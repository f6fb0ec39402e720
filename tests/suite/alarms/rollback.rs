//! Reverting the predictive revision loses nothing: up, alarms of models, down, up, and every row is as it was.

use migration_engine::revision::consent;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::{MigratorTrait, SchemaManager};
use tests::{
    Backend, TestDatabase, catalog,
    fixtures::{
        self, Alarm, BASELINE, HISTORY, OLD_COLUMNS, PREDICTIVE, SIDE_TABLE, alarms, applied, assert_same, columns,
        compress, count, execute, has_table, id, model_alarms, moment, raised_at,
    },
    on_every_backend,
};

on_every_backend!(
    every_alarm_of_a_model_comes_back,
    without_alarms_of_a_model_nothing_is_kept,
    a_restore_that_was_killed_is_finished,
    what_is_kept_is_added_to,
    a_killed_run_and_a_dropped_table_leave_nothing_in_the_way,
    dropping_a_table_with_rows_needs_consent,
);
on_every_backend!(
    only: [mariadb], "elsewhere a killed rollback leaves nothing";
    a_rollback_that_was_killed_is_finished
);

const OF_MODELS: u32 = HISTORY / 10;

async fn every_alarm_of_a_model_comes_back(database: TestDatabase) {
    two_cycles(database, false).await;
}

#[tokio::test]
async fn every_alarm_of_a_model_comes_back_in_a_compressed_history() {
    two_cycles(TestDatabase::create(Backend::Timescale).await, true).await;
}

async fn two_cycles(database: TestDatabase, compressed: bool) {
    let backend = database.backend();
    let database = filled(database, compressed).await;
    for cycle in [0, 100] {
        let db = database.connect().await;
        let (before, old_before) = (alarms(&db, backend, &columns()).await, alarms(&db, backend, &OLD_COLUMNS).await);
        db.close().await.unwrap();

        let db = down(&database).await;
        assert_eq!(applied(&db).await, [BASELINE]);
        assert_same(&alarms(&db, backend, &OLD_COLUMNS).await, &old_before, "after down");
        let kept = format!("{SIDE_TABLE} WHERE origin = 'anomaly_model' AND anomaly_score >= 0");
        let of_models = before.iter().filter(|row| row.contains("anomaly_model")).count();
        assert_eq!(count(&db, &kept).await as usize, of_models);
        let refused = db.execute_unprepared(&Alarm::numbered(backend, 9000).of_model(0.5).insert()).await;
        assert!(refused.is_err(), "the old schema has no origin");
        // An old core-server at work: new alarms, one of a model and one of a threshold deleted, one acknowledged.
        let new = (0..3).map(|n| Alarm::numbered(backend, cycle + 7 * n).with("id", id(backend, 3000 + cycle + n)));
        execute(&db, &fixtures::insert(new)).await;
        for number in [cycle + 5, cycle + 1010] {
            execute(&db, &format!("DELETE FROM alarms WHERE {}", is(backend, number))).await;
        }
        let acknowledged = is(backend, cycle + 1020);
        execute(&db, &format!("UPDATE alarms SET acknowledged_by = 'old client' WHERE {acknowledged}")).await;
        let old_after = alarms(&db, backend, &OLD_COLUMNS).await;
        db.close().await.unwrap();

        let db = up(&database).await;
        assert_eq!(applied(&db).await, [BASELINE, PREDICTIVE]);
        assert!(!has_table(&db, SIDE_TABLE).await);
        let after = alarms(&db, backend, &columns()).await;
        assert_eq!(after.len(), before.len() + 3 - 2);
        let lost: Vec<&String> = before.iter().filter(|row| !after.contains(row)).collect();
        assert_eq!(lost.len(), 3, "two deleted, one acknowledged: {lost:#?}");
        assert_same(&alarms(&db, backend, &OLD_COLUMNS).await, &old_after, "after up");
        assert_eq!(count(&db, &format!("alarms WHERE {acknowledged} AND origin = 'anomaly_model'")).await, 1);
        assert_eq!(count(&db, "alarms WHERE origin = 'anomaly_model'").await as usize, of_models - 1);
        assert_eq!(count(&db, "alarms WHERE origin = 'threshold'").await as usize, after.len() + 1 - of_models);
        if compressed {
            compress(&db).await;
        }
        db.close().await.unwrap();
    }
}

async fn without_alarms_of_a_model_nothing_is_kept(database: TestDatabase) {
    let database = database.up(Some(1)).await;
    let runner = database.runner().await;
    let expected = catalog(&runner).await;
    runner.close().await;
    let database = database.up(Some(1)).await;
    let db = database.connect().await;
    execute(&db, &fixtures::history(database.backend())).await;
    db.close().await.unwrap();
    let db = down(&database).await;
    assert!(!has_table(&db, SIDE_TABLE).await);
    db.close().await.unwrap();
    assert_eq!(catalog(&database.runner().await).await.diff(&expected), []);
}

async fn a_restore_that_was_killed_is_finished(database: TestDatabase) {
    let backend = database.backend();
    let database = filled(database, backend == Backend::Timescale).await;
    let db = database.connect().await;
    let before = alarms(&db, backend, &columns()).await;
    db.close().await.unwrap();
    down(&database).await.close().await.unwrap();
    let db = up_killed_before_the_restore(&database).await;
    assert_eq!(count(&db, "alarms WHERE anomaly_score IS NOT NULL").await, 0);
    // One row was restored already.
    let first = is(backend, 1000);
    execute(&db, &format!("UPDATE alarms SET origin = 'anomaly_model', anomaly_score = 0 WHERE {first}")).await;
    execute(&db, &format!("DELETE FROM {SIDE_TABLE} WHERE {first}")).await;
    db.close().await.unwrap();
    let db = up(&database).await;
    assert_same(&alarms(&db, backend, &columns()).await, &before, "after up");
    assert_eq!(applied(&db).await, [BASELINE, PREDICTIVE]);
    assert!(!has_table(&db, SIDE_TABLE).await);
    db.close().await.unwrap();
    equals_a_normal_schema(&database).await;
}

async fn what_is_kept_is_added_to(database: TestDatabase) {
    let backend = database.backend();
    let database = filled(database, false).await;
    let db = database.connect().await;
    let before = alarms(&db, backend, &columns()).await;
    db.close().await.unwrap();
    down(&database).await.close().await.unwrap();
    let db = up_killed_before_the_restore(&database).await;
    execute(&db, &format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{PREDICTIVE}', 1)")).await;
    execute(&db, &Alarm::numbered(backend, 33).with("id", id(backend, 4000)).of_model(0.25).insert()).await;
    db.close().await.unwrap();
    let db = down(&database).await;
    assert_eq!(count(&db, SIDE_TABLE).await, OF_MODELS + 1);
    db.close().await.unwrap();
    let db = up(&database).await;
    let mut after = alarms(&db, backend, &columns()).await;
    assert!(after.pop().unwrap().contains("anomaly_model"), "the newest");
    assert_same(&after, &before, "after up");
}

/// MariaDB commits after every statement of a revision, so a killed one may have done any part of it.
async fn a_rollback_that_was_killed_is_finished(database: TestDatabase) {
    let database = filled(database, false).await;
    let db = database.connect().await;
    let before = alarms(&db, Backend::Mariadb, &columns()).await;
    db.close().await.unwrap();
    // Everything `down` does, up to the moment when the revision would be struck off the list.
    down(&database).await.close().await.unwrap();
    let db = database.connect().await;
    execute(&db, &format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{PREDICTIVE}', 1)")).await;
    db.close().await.unwrap();
    down(&database).await.close().await.unwrap();
    let db = up(&database).await;
    assert_same(&alarms(&db, Backend::Mariadb, &columns()).await, &before, "after up");
    // After copying, before the columns go.
    execute(
        &db,
        &format!("CREATE TABLE {SIDE_TABLE} (PRIMARY KEY (id, raised_at)) AS SELECT id, raised_at, sensor_id, CAST(origin AS CHAR(255)) AS origin, \
                  anomaly_score FROM alarms WHERE anomaly_score > 0.5"),
    )
    .await;
    execute(&db, "DROP INDEX alarms_anomaly_model_idx ON alarms").await;
    db.close().await.unwrap();
    down(&database).await.close().await.unwrap();
    let db = up(&database).await;
    assert_same(&alarms(&db, Backend::Mariadb, &columns()).await, &before, "after up");
}

/// The predictive revision was killed before it was recorded, and then its table was reverted.
async fn a_killed_run_and_a_dropped_table_leave_nothing_in_the_way(database: TestDatabase) {
    let database = database.up(Some(1)).await;
    let runner = database.runner().await;
    let predictive = migration::Migrator::migrations().remove(1);
    predictive.up(&SchemaManager::new(runner.connection())).await.unwrap();
    assert_eq!(runner.down(None).await.unwrap(), [BASELINE]);
    runner.up(Some(2)).await.unwrap();
    runner.close().await;
    equals_a_normal_schema(&database).await;
}

async fn dropping_a_table_with_rows_needs_consent(database: TestDatabase) {
    let backend = database.backend();
    let database = filled(database, false).await;
    let runner = database.runner().await;
    let error = runner.down(None).await.unwrap_err().on_one_line();
    assert!(error.contains("alarms holds rows") && error.contains("--yes") && error.contains(BASELINE), "{error}");
    let pending: Vec<bool> =
        runner.status().await.unwrap().iter().map(|revision| revision.applied_at.is_none()).collect();
    assert_eq!(pending, [false, true, true, true], "the predictive revision was reverted, the baseline was not");
    assert_eq!(applied(runner.connection()).await, [BASELINE]);
    assert_eq!(alarms(runner.connection(), backend, &OLD_COLUMNS).await.len(), (HISTORY + OF_MODELS) as usize);
    assert_eq!(consent::with_consent(true, runner.down(Some(1))).await.unwrap(), [BASELINE]);
    assert!(applied(runner.connection()).await.is_empty() && !has_table(runner.connection(), "alarms").await);
    assert!(runner.down(Some(1)).await.unwrap().is_empty(), "nothing is left to revert");
}

/// Up to the predictive revision, a history and alarms of models; `compressed`: those were inserted into the columnstore and compressed again.
async fn filled(database: TestDatabase, compressed: bool) -> TestDatabase {
    let database = database.up(Some(2)).await;
    let db = database.connect().await;
    execute(&db, &fixtures::history(database.backend())).await;
    if compressed {
        compress(&db).await;
    }
    execute(&db, &model_alarms(database.backend())).await;
    if compressed {
        compress(&db).await;
    }
    assert_eq!(count(&db, "alarms WHERE origin = 'anomaly_model'").await, OF_MODELS);
    db.close().await.unwrap();
    database
}

async fn down(database: &TestDatabase) -> DatabaseConnection {
    let runner = database.runner().await;
    assert_eq!(runner.down(Some(1)).await.unwrap(), [PREDICTIVE]);
    runner.close().await;
    database.connect().await
}

async fn up(database: &TestDatabase) -> DatabaseConnection {
    let runner = database.runner().await;
    assert_eq!(runner.up(Some(1)).await.unwrap(), [PREDICTIVE]);
    runner.close().await;
    database.connect().await
}

/// After a `down`: what a killed `up` leaves when the columns have come and the index and the values have not.
async fn up_killed_before_the_restore(database: &TestDatabase) -> DatabaseConnection {
    let db = database.connect().await;
    execute(&db, &format!("ALTER TABLE {SIDE_TABLE} RENAME TO put_aside")).await;
    db.close().await.unwrap();
    let db = up(database).await;
    execute(&db, &format!("ALTER TABLE put_aside RENAME TO {SIDE_TABLE}")).await;
    execute(&db, &format!("DELETE FROM seaql_migrations WHERE version = '{PREDICTIVE}'")).await;
    let on = if database.backend() == Backend::Mariadb { " ON alarms" } else { "" };
    execute(&db, &format!("DROP INDEX alarms_anomaly_model_idx{on}")).await;
    db
}

async fn equals_a_normal_schema(database: &TestDatabase) {
    let live = catalog(&database.runner().await).await;
    let normal = TestDatabase::create(database.backend()).await.up(Some(2)).await;
    assert_eq!(live.diff(&catalog(&normal.runner().await).await), []);
}

/// The condition for the alarm of that number.
fn is(backend: Backend, number: u32) -> String {
    let at = moment(backend, raised_at(number % 1000));
    format!("id = {} AND raised_at = {at}", id(backend, number))
}
