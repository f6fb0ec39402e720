//! `fresh`, `refresh` and `reset` delete rows only when told to, and get by with whatever else is in the schema.

use sea_orm::DbBackend;
use tests::{
    Backend, TestDatabase, catalog,
    fixtures::{self, alarms, applied, assert_same, columns, compress, count, execute, has_table},
    on_every_backend,
    process::{Finished, run},
};

use crate::migration;

on_every_backend!(
    rows_are_deleted_only_with_yes,
    without_rows_nothing_is_asked,
    fresh_drops_what_others_made,
    refresh_and_reset_take_back_every_revision,
    views_in_the_way_of_refresh_and_reset_go,
);

fn on(database: &TestDatabase, arguments: &[&str]) -> Finished {
    run(migration(&std::env::temp_dir()).args(["-u", database.url()]).args(arguments))
}

fn done(database: &TestDatabase, arguments: &[&str], says: &str) {
    let finished = on(database, arguments);
    assert_eq!(finished.code, 0, "{arguments:?}: {finished:#?}");
    assert!(finished.stdout.ends_with(says), "{finished:#?}");
}

/// All revisions, alarms of both origins, compressed where that can be.
async fn filled(database: TestDatabase) -> TestDatabase {
    let database = database.up(None).await;
    let db = database.connect().await;
    execute(&db, &fixtures::history(database.backend())).await;
    execute(&db, &fixtures::model_alarms(database.backend())).await;
    if database.backend() == Backend::Timescale {
        compress(&db).await;
    }
    db.close().await.unwrap();
    database
}

async fn equals_a_normal_schema(database: &TestDatabase) {
    let runner = database.runner().await;
    assert_eq!(applied(runner.connection()).await, fixtures::REVISIONS);
    assert_eq!(count(runner.connection(), "alarms").await, 0);
    let live = catalog(&runner).await;
    runner.close().await;
    let normal = TestDatabase::migrated(database.backend()).await;
    assert_eq!(live.diff(&catalog(&normal.runner().await).await), []);
}

async fn rows_are_deleted_only_with_yes(database: TestDatabase) {
    let backend = database.backend();
    let database = filled(database).await;
    let db = database.connect().await;
    let before = alarms(&db, backend, &columns()).await;
    db.close().await.unwrap();
    for verb in ["fresh", "refresh", "reset"] {
        let finished = on(&database, &[verb]);
        assert_eq!((finished.code, finished.stdout.as_str()), (1, ""), "{finished:#?}");
        let error = finished.stderr.lines().last().unwrap();
        assert!(error.starts_with(&format!("error: {verb} ")), "{error}");
        for words in ["these hold rows: alarms", "nothing was changed", "--yes"] {
            assert!(error.contains(words), "{words} in {error}");
        }
    }
    let db = database.connect().await;
    assert_same(&alarms(&db, backend, &columns()).await, &before, "rows");
    assert_eq!(applied(&db).await, fixtures::REVISIONS);
}

async fn without_rows_nothing_is_asked(database: TestDatabase) {
    let database = database.up(None).await;
    done(&database, &["refresh"], "all revisions were reverted and applied again\n");
    equals_a_normal_schema(&database).await;
    done(&database, &["fresh"], "the schema was dropped and created again\n");
    equals_a_normal_schema(&database).await;
    done(&database, &["reset"], "all revisions were reverted\n");
    done(&database, &["fresh"], "the schema was dropped and created again\n");
    equals_a_normal_schema(&database).await;
}

/// Views of alarms, a table with a key to another, and what else the backend has.
async fn objects_made_by_hand(database: &TestDatabase) {
    let db = database.connect().await;
    execute(&db, "CREATE VIEW open_alarms AS SELECT * FROM alarms WHERE status <> 'resolved'").await;
    execute(
        &db,
        "CREATE VIEW open_of_models AS SELECT sensor_id, anomaly_score FROM open_alarms WHERE origin = 'anomaly_model'",
    )
    .await;
    execute(&db, "CREATE TABLE a_sites (id int PRIMARY KEY)").await;
    execute(&db, "CREATE TABLE b_floors (id int PRIMARY KEY, site int, FOREIGN KEY (site) REFERENCES a_sites (id))")
        .await;
    execute(&db, "INSERT INTO a_sites VALUES (1); INSERT INTO b_floors VALUES (1, 1)").await;
    if db.get_database_backend() == DbBackend::Postgres {
        execute(&db, "CREATE MATERIALIZED VIEW by_sensor AS SELECT sensor_id, count(*) FROM alarms GROUP BY 1").await;
        execute(
            &db,
            "CREATE FUNCTION severity_of(a alarms) RETURNS alarm_severity LANGUAGE sql AS 'SELECT a.severity'",
        )
        .await;
        execute(&db, "CREATE SEQUENCE numbers; CREATE DOMAIN score AS double precision CHECK (value <= 1)").await;
    }
    db.close().await.unwrap();
    if database.backend() == Backend::Timescale {
        continuous_aggregates(database).await;
    }
}

/// Three, each made from the one before, with a policy, and a view of the last.
async fn continuous_aggregates(database: &TestDatabase) {
    let db = database.connect().await;
    let mut source = ("alarms", "raised_at", "count(*) AS alarms");
    for (name, bucket) in [("hourly", "1 hour"), ("daily", "1 day"), ("weekly", "1 week")] {
        let (from, time, value) = source;
        execute(
            &db,
            &format!(
                "CREATE MATERIALIZED VIEW {name} WITH (timescaledb.continuous) AS \
                 SELECT time_bucket(INTERVAL '{bucket}', {time}) AS bucket, sensor_id, {value} FROM {from} GROUP BY 1, 2 WITH NO DATA"
            ),
        )
        .await;
        source = (name, "bucket", "sum(alarms) AS alarms");
    }
    let policy = "SELECT add_continuous_aggregate_policy('hourly', start_offset => INTERVAL '3 days', \
                  end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour')";
    execute(&db, policy).await;
    execute(&db, "CREATE VIEW busiest AS SELECT * FROM weekly ORDER BY alarms DESC").await;
    db.close().await.unwrap();
}

async fn fresh_drops_what_others_made(database: TestDatabase) {
    let database = filled(database).await;
    objects_made_by_hand(&database).await;
    done(&database, &["fresh", "--yes"], "the schema was dropped and created again\n");
    equals_a_normal_schema(&database).await;
    // Again, on a schema that was never migrated.
    done(&database, &["reset", "-y"], "all revisions were reverted\n");
    let db = database.connect().await;
    execute(&db, "CREATE TABLE alarms (id int PRIMARY KEY); INSERT INTO alarms VALUES (1)").await;
    db.close().await.unwrap();
    // Rows of others count too.
    on(&database, &["fresh"]).ended_with(1);
    done(&database, &["fresh", "--yes"], "the schema was dropped and created again\n");
    equals_a_normal_schema(&database).await;
}

async fn refresh_and_reset_take_back_every_revision(database: TestDatabase) {
    let database = filled(database).await;
    let db = database.connect().await;
    execute(&db, "CREATE TABLE of_someone_else (id int PRIMARY KEY)").await;
    db.close().await.unwrap();
    done(&database, &["refresh", "--yes"], "all revisions were reverted and applied again\n");
    let db = database.connect().await;
    assert_eq!(applied(&db).await, fixtures::REVISIONS);
    assert_eq!(count(&db, "alarms").await, 0);
    assert!(has_table(&db, "of_someone_else").await, "what no revision made stays");
    assert!(!has_table(&db, fixtures::SIDE_TABLE).await, "rows that were deleted on purpose do not come back");
    execute(&db, &fixtures::model_alarms(database.backend())).await;
    db.close().await.unwrap();
    done(&database, &["reset", "--yes"], "all revisions were reverted\n");
    let db = database.connect().await;
    for gone in ["alarms", "seaql_migrations", fixtures::SIDE_TABLE] {
        assert!(!has_table(&db, gone).await, "{gone}");
    }
    assert!(has_table(&db, "of_someone_else").await);
}

/// What depends on the tables and cannot outlive them: views, and on TimescaleDB a stack of continuous aggregates.
async fn views_in_the_way_of_refresh_and_reset_go(database: TestDatabase) {
    let mut database = filled(database).await;
    for (verb, says) in
        [("refresh", "all revisions were reverted and applied again\n"), ("reset", "all revisions were reverted\n")]
    {
        let db = database.connect().await;
        execute(&db, "CREATE VIEW open_alarms AS SELECT * FROM alarms WHERE status <> 'resolved'").await;
        execute(&db, "CREATE VIEW open_of_models AS SELECT sensor_id, anomaly_score FROM open_alarms").await;
        db.close().await.unwrap();
        if database.backend() == Backend::Timescale {
            continuous_aggregates(&database).await;
        }
        done(&database, &[verb, "--yes"], says);
        let db = database.connect().await;
        assert!(!has_table(&db, "open_alarms").await && !has_table(&db, "open_of_models").await);
        db.close().await.unwrap();
        database = database.up(None).await;
        equals_a_normal_schema(&database).await;
    }
}
