//! How long readings stay can be set in the environment: `maintain` keeps to it, `report` shows it, `check` accepts it.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _, time::Duration};

use tests::{
    TestDatabase,
    fixtures::{count, execute},
    on_every_backend,
    process::{Finished, run},
};

use super::{revision, up_to};
use crate::migration;

on_every_backend!(
    readings_go_at_the_age_of_the_environment,
    report_shows_the_age_and_who_says_so,
    what_is_no_age_is_refused
);
on_every_backend!(needs: background_jobs; a_job_gets_the_age_and_is_no_drift);

const VARIABLE: &str = "RETENTION_TELEMETRY_SENSOR_READINGS";

fn told(database: &TestDatabase, age: Option<impl AsRef<OsStr>>, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    let mut command = migration(folder.path());
    command.args(["--area", "telemetry", "-u", database.url()]).args(arguments).env("DATABASE_SCHEMA", "public");
    if let Some(age) = age {
        command.env(VARIABLE, age);
    }
    run(&mut command)
}

/// The area without the newest revisions, which are about the columnstore of the summary.
async fn prepared(database: &TestDatabase) {
    up_to(database, revision::RETENTION).await.close().await;
}

/// An hour of 50 days ago.
async fn insert_old(database: &TestDatabase) {
    let db = database.connect().await;
    let at =
        migration_timescale::moment_sql(db.get_database_backend(), chrono::Utc::now() - chrono::TimeDelta::days(50));
    execute(&db, &format!("INSERT INTO sensor_readings (timestamp, sensor_id, value) VALUES ({at}, 'a', 1.5)")).await;
    db.close().await.unwrap();
}

async fn readings_go_at_the_age_of_the_environment(database: TestDatabase) {
    prepared(&database).await;
    insert_old(&database).await;
    let finished = told(&database, None::<&str>, &["maintain"]);
    assert_eq!(finished.code, 0, "{finished:#?}");
    let db = database.connect().await;
    assert_eq!(count(&db, "sensor_readings").await, 1, "180 days are not over");
    db.close().await.unwrap();
    let finished = told(&database, Some("30 days"), &["maintain", "--dry-run"]);
    let planned =
        finished.stdout.contains("would delete what is before") || finished.stdout.contains("nothing is deleted");
    assert!(finished.code == 0 && planned, "{finished:#?}");
    let finished = told(&database, Some("30 days"), &["maintain"]);
    assert_eq!(finished.code, 0, "{finished:#?}");
    let db = database.connect().await;
    // A chunk goes as a whole, and the newest bucket stays; rows go one by one.
    let left = count(&db, "sensor_readings").await;
    db.close().await.unwrap();
    if database.backend() != tests::Backend::Timescale {
        assert_eq!(left, 0, "{finished:#?}");
    }
}

async fn report_shows_the_age_and_who_says_so(database: TestDatabase) {
    prepared(&database).await;
    let declared = told(&database, None::<&str>, &["report"]).stdout;
    let line = |text: &str| {
        text.lines()
            .find(|line| line.trim_start().starts_with("sensor_readings ") && line.contains("deleted"))
            .map(str::to_owned)
    };
    let shown = line(&declared).unwrap_or_else(|| panic!("{declared}"));
    assert!(shown.contains("180 days") && shown.contains("m20260216_000000_retain_readings"), "{shown}");
    let set = told(&database, Some("2 weeks"), &["report"]).stdout;
    let shown = line(&set).unwrap_or_else(|| panic!("{set}"));
    assert!(shown.contains("14 days") && shown.contains(VARIABLE), "{shown}");
}

async fn what_is_no_age_is_refused(database: TestDatabase) {
    prepared(&database).await;
    insert_old(&database).await;
    for wrong in ["3 months", "0", "-1 days", "never"] {
        let finished = told(&database, Some(wrong), &["maintain"]);
        let expected =
            format!("{VARIABLE}: `{wrong}` is not an interval; write a number and a unit, such as `90 days`");
        assert!(finished.code == 1 && finished.stderr.contains(&expected), "{finished:#?}");
    }
    let finished = told(&database, Some(OsStr::from_bytes(b"30 days\xa0")), &["maintain"]);
    assert!(finished.code == 1 && finished.stderr.contains("is not an interval"), "{finished:#?}");
    let finished = told(&database, Some("0 days"), &["maintain"]);
    assert!(finished.code == 1 && finished.stderr.contains("would drop rows as they come in"), "{finished:#?}");
    let db = database.connect().await;
    assert_eq!(count(&db, "sensor_readings").await, 1);
    db.close().await.unwrap();
}

async fn a_job_gets_the_age_and_is_no_drift(database: TestDatabase) {
    prepared(&database).await;
    let age = async || {
        let db = database.connect().await;
        let sql =
            "SELECT config ->> 'drop_after' FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'";
        let found = if database.backend() == tests::Backend::Timescale { tests::scalar(&db, sql).await } else { None };
        db.close().await.unwrap();
        found
    };
    let mut finished = told(&database, Some("60 days"), &["maintain"]);
    assert_eq!(finished.code, 0, "{finished:#?}");
    // While the scheduler of a new database has not started, the job is left as it is.
    for _ in 0..60 {
        if age().await.is_none_or(|age| age == "60 days") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        finished = told(&database, Some("60 days"), &["maintain"]);
    }
    if let Some(age) = age().await {
        assert_eq!(age, "60 days");
        assert!(finished.stdout.contains(&format!("has the age 60 days of {VARIABLE} from now on")), "{finished:#?}");
        let again = told(&database, Some("60 days"), &["maintain"]);
        assert!(again.stdout.contains("does it") && !again.stdout.contains("from now on"), "{again:#?}");
        let finished = told(&database, None::<&str>, &["check"]);
        assert!(finished.stdout.contains("policy_retention on sensor_readings"), "{finished:#?}");
    }
    let finished = told(&database, Some("60 days"), &["check"]);
    // The last revision is pending, and nothing else is wrong.
    assert_eq!(finished.code, 3, "{finished:#?}");
}
