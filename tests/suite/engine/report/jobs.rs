//! Background jobs and how they do.

use std::time::Duration;

use migration_timescale::inspect::{self, Attention, JobHealth};
use sea_orm::DatabaseConnection;
use tests::{Backend, TestDatabase, fixtures::execute};

use super::{found, inspect, readings};

#[tokio::test]
async fn jobs_tell_how_they_do() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = database.connect().await;
    readings(&db).await;
    let asked = inspect(&db).await;
    let jobs = found(&asked.jobs);
    assert!(!jobs.scheduler_runs, "the harness stops it");
    let [refresh, divide, paused] = jobs.jobs.as_slice() else { panic!("{jobs:#?}") };
    assert_eq!((refresh.relation.as_deref(), refresh.schedule_s), (Some("hourly"), 1800.0));
    assert_eq!(divide.procedure, "public.divide");
    assert_eq!(divide.config.as_ref().unwrap()["by"], 0);
    assert_eq!(
        [refresh.health, divide.health, paused.health],
        [JobHealth::NeverRun, JobHealth::NeverRun, JobHealth::Paused]
    );
    let attention = inspect::attention(&asked);
    let jobs_stand = attention.iter().find(|one| one.about == "jobs").expect("no scheduler runs");
    assert!(jobs_stand.finding.contains("its scheduled jobs (2) do not start"), "{jobs_stand:?}");
}

#[tokio::test]
#[ignore = "needs background jobs, and TimescaleDB in WebAssembly runs none"]
async fn a_job_that_fails_is_named() {
    // Jobs are started and stopped by a superuser.
    let database = TestDatabase::native(Backend::Timescale).await.as_administrator();
    let db = database.connect().await;
    readings(&db).await;
    let failed = until_failed(&db).await;
    assert!(failed.finding.contains(": division by zero") && failed.remedy.contains("CALL run_job("), "{failed:?}");
}

/// Has the scheduler run the jobs until one has failed.
async fn until_failed(db: &DatabaseConnection) -> Attention {
    execute(db, "SELECT _timescaledb_functions.start_background_workers()").await;
    for attempt in 0..100 {
        let asked = inspect(db).await;
        let failed = inspect::attention(&asked).into_iter().find(|one| one.about.contains("(divide)"));
        if let Some(failed) = failed.filter(|one| one.finding.contains("failed")) {
            let job = found(&asked.jobs).jobs.iter().find(|job| job.health == JobHealth::Failing).unwrap();
            assert!(job.failures > 0 && job.last_started_at.is_some() && job.last_succeeded_at.is_none(), "{job:?}");
            execute(db, "SELECT _timescaledb_functions.stop_background_workers()").await;
            return failed;
        }
        if attempt == 40 && !found(&asked.jobs).scheduler_runs {
            // No worker of the server is free for this database: what the scheduler would write is written for it.
            execute(db, SCHEDULER_WRITES).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the job never failed: {:#?}", inspect(db).await.jobs);
}

const SCHEDULER_WRITES: &str = "UPDATE _timescaledb_internal.bgw_job_stat SET last_start = now(), last_finish = now(), \
     next_start = now() + INTERVAL '1 hour', last_run_success = false, total_runs = 1, total_failures = 1 \
     WHERE job_id = (SELECT min(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'divide'); \
     INSERT INTO _timescaledb_internal.bgw_job_stat_history (job_id, pid, execution_start, execution_finish, succeeded, data) \
     SELECT min(job_id), 1, now(), now(), false, '{\"error_data\": {\"message\": \"division by zero\"}}' FROM timescaledb_information.jobs WHERE proc_name = 'divide'";
