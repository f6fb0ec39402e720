//! Jobs of one's own.

use migration_timescale::{Interval, Job, Step, TimescaleManager};
use sea_orm_migration::SchemaManager;
use tests::{
    TestDatabase,
    fixtures::{count, execute},
    on_every_backend,
};

use super::{catalog, readings};

on_every_backend!(a_job_is_known_by_its_procedure_and_configuration);

async fn a_job_is_known_by_its_procedure_and_configuration(database: TestDatabase) {
    let db = readings(&database).await;
    let manager = SchemaManager::new(&db);
    let has_jobs = manager.capability().await.unwrap().has_jobs();
    if has_jobs {
        execute(&db, "CREATE PROCEDURE archive(job_id integer, config jsonb) LANGUAGE plpgsql AS $$ BEGIN END $$")
            .await;
    }
    let before = catalog(&db).await;
    let hourly = Job::of("archive", Interval::hours(1)).config(r#"{"older_than": "90 days"}"#);
    let other = Job::of("archive", Interval::hours(1)).config(r#"{"older_than": "30 days"}"#).after_the_last_run();
    let bare = Job::of("archive", Interval::days(1));
    for _ in 0..2 {
        for job in [&hourly, &other, &bare] {
            assert_eq!(manager.add_job(job).await.unwrap() == Step::Applied, has_jobs);
        }
        if has_jobs {
            assert_eq!(count(&db, "timescaledb_information.jobs WHERE proc_name = 'archive'").await, 3);
        }
    }
    let daily = Job::of("archive", Interval::days(1)).config(r#"{"older_than":   "90 days"}"#);
    manager.add_job(&daily).await.unwrap();
    if has_jobs {
        let found = "timescaledb_information.jobs WHERE proc_name = 'archive' AND schedule_interval = INTERVAL '1 day'";
        assert_eq!(count(&db, found).await, 2, "another schedule of the same job");
    }
    for job in [&daily, &other, &bare, &bare] {
        manager.delete_job(job).await.unwrap();
    }
    assert_eq!(catalog(&db).await, before);
}
