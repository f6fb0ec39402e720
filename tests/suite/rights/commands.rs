//! The rights that docs/operations.md lists: with them a command works, without one it says which is missing.

use tests::{
    Backend,
    fixtures::{execute, model_alarms},
    process::{Finished, command, example, run},
};

use super::{Ordinary, User};
use crate::migration;

/// A command of the command line, as a user of the database.
fn as_user(user: &User, ordinary: &Ordinary, arguments: &[&str]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    run(migration(folder.path()).args(["-u", &user.url(ordinary.database.url())]).args(arguments))
}

#[track_caller]
fn works(finished: &Finished, what: &[&str]) {
    assert_eq!(finished.code, 0, "{what:?}: {finished:#?}");
}

#[track_caller]
fn is_refused(finished: &Finished, what: &[&str], says: &[&str]) {
    assert_ne!(finished.code, 0, "{what:?}: {finished:#?}");
    let all = format!("{}{}", finished.stdout, finished.stderr);
    assert!(says.iter().all(|text| all.contains(text)), "{what:?} does not say {says:?}: {finished:#?}");
}

/// A user who owns nothing, with these rights.
async fn with_rights(ordinary: &Ordinary, backend: Backend, rights: &[&str]) -> User {
    let user = User::create(backend, &ordinary.user.admin).await;
    let database = ordinary.database.url().rsplit('/').next().unwrap().to_owned();
    let db = ordinary.superuser().await;
    for right in rights {
        execute(&db, &format!("GRANT {} TO {}", right.replace("DATABASE_NAME", &database), user.name)).await;
    }
    db.close().await.unwrap();
    user
}

const LISTS: &str = "docs/operations.md lists the rights";

#[tokio::test]
async fn looking_takes_select_on_the_bookkeeping_tables() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.up().await;
    let reader =
        with_rights(&ordinary, Backend::Postgres, &["SELECT ON seaql_migrations, seaql_migrations_engine"]).await;
    let none = with_rights(&ordinary, Backend::Postgres, &[]).await;
    for look in [&["status"][..], &["history"], &["current"], &["doctor"], &["report"]] {
        works(&as_user(&reader, &ordinary, look), look);
        is_refused(&as_user(&none, &ordinary, look), look, &["permission denied for table seaql_migrations", LISTS]);
    }
    // Without the schema nothing can be seen; that is not the same as nothing being there.
    ordinary.as_superuser("REVOKE USAGE ON SCHEMA public FROM PUBLIC").await;
    is_refused(&as_user(&reader, &ordinary, &["status"]), &["status"], &["GRANT USAGE ON SCHEMA"]);
    drop(ordinary);
}

#[tokio::test]
async fn applying_takes_create_on_the_schema_and_ownership() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    let (with, without) = (
        with_rights(&ordinary, Backend::Postgres, &["CREATE ON SCHEMA public"]).await,
        with_rights(&ordinary, Backend::Postgres, &[]).await,
    );
    is_refused(&as_user(&without, &ordinary, &["up"]), &["up"], &["permission denied for schema public", LISTS]);
    works(&as_user(&with, &ordinary, &["up"]), &["up"]);
    let down = ["down", "m20250601"];
    works(&as_user(&with, &ordinary, &down), &down);
    // Of another owner, although everything else is granted.
    for table in ["seaql_migrations", "seaql_migrations_engine", "alarms"] {
        ordinary.as_superuser(&format!("GRANT ALL ON {table} TO {}", without.name)).await;
    }
    ordinary.as_superuser(&format!("GRANT CREATE ON SCHEMA public TO {}", without.name)).await;
    is_refused(&as_user(&without, &ordinary, &["up"]), &["up"], &["must be owner of table alarms", LISTS]);
    // An area of its own takes a schema of its own.
    let area = ["up", "--area", "telemetry"];
    is_refused(&as_user(&with, &ordinary, &area), &area, &["CREATE SCHEMA", "telemetry"]);
    ordinary.as_superuser(&format!("CREATE SCHEMA telemetry AUTHORIZATION {}", with.name)).await;
    works(&as_user(&with, &ordinary, &area), &area);
    drop(ordinary);
}

#[tokio::test]
async fn beginning_anew_takes_what_applying_takes() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    let (with, without) = (
        with_rights(&ordinary, Backend::Postgres, &["CREATE ON SCHEMA public"]).await,
        with_rights(&ordinary, Backend::Postgres, &["CREATE ON SCHEMA public"]).await,
    );
    for anew in [&["fresh", "--yes"][..], &["refresh", "--yes"], &["reset", "--yes"]] {
        works(&as_user(&with, &ordinary, &["up"]), &["up"]);
        for table in ["seaql_migrations", "seaql_migrations_engine", "alarms", "alarm_actions"] {
            ordinary.as_superuser(&format!("GRANT ALL ON {table} TO {}", without.name)).await;
        }
        // `fresh` asks before it drops anything; the others learn it from the server.
        let says = if anew[0] == "fresh" {
            ["fresh cannot drop table", "as their owner"]
        } else {
            ["must be owner of", LISTS]
        };
        is_refused(&as_user(&without, &ordinary, anew), anew, &says);
        works(&as_user(&with, &ordinary, anew), anew);
    }
    // To compare, `stamp` tries revisions.
    works(&as_user(&with, &ordinary, &["up"]), &["up"]);
    let stamp = ["stamp", "head"];
    is_refused(&as_user(&with, &ordinary, &stamp), &stamp, &["GRANT CREATE ON DATABASE", "CREATEDB"]);
    let database = ordinary.database.url().rsplit('/').next().unwrap().to_owned();
    ordinary.as_superuser(&format!("GRANT CREATE ON DATABASE {database} TO {}", with.name)).await;
    works(&as_user(&with, &ordinary, &stamp), &stamp);
    drop(ordinary);
}

#[tokio::test]
async fn trying_takes_a_place() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.up().await;
    let look = "SELECT ON seaql_migrations, seaql_migrations_engine";
    let without = with_rights(&ordinary, Backend::Postgres, &[look]).await;
    let schema = with_rights(&ordinary, Backend::Postgres, &[look, "CREATE ON DATABASE DATABASE_NAME"]).await;
    let database = with_rights(&ordinary, Backend::Postgres, &[look]).await;
    ordinary.as_superuser(&format!("ALTER ROLE {} CREATEDB", database.name)).await;
    for trial in [&["check"][..], &["verify"]] {
        let says = ["GRANT CREATE ON DATABASE", "CREATEDB", "no other command needs one"];
        is_refused(&as_user(&without, &ordinary, trial), trial, &says);
        works(&as_user(&schema, &ordinary, trial), trial);
        works(&as_user(&database, &ordinary, trial), trial);
    }
    drop(ordinary);
}

#[tokio::test]
async fn maintain_takes_rights_on_rows() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    let area = ["maintain", "--area", "telemetry"];
    works(&as_user(&ordinary.user, &ordinary, &["up", "--area", "telemetry"]), &["up"]);
    let readings = "INSERT INTO telemetry.sensor_readings (timestamp, sensor_id, value) \
         SELECT now() - n * INTERVAL '1 hour', 'pump', n FROM generate_series(1, 100) n";
    ordinary.as_superuser(readings).await;
    let rights = [
        "USAGE ON SCHEMA telemetry",
        "SELECT ON ALL TABLES IN SCHEMA telemetry",
        "INSERT, DELETE ON telemetry.sensor_readings_summary_hourly_materialized, \
         telemetry.sensor_readings_summary_daily_materialized, telemetry.sensor_readings_summary_weekly_materialized",
    ];
    let without = with_rights(&ordinary, Backend::Postgres, &rights[..2]).await;
    let with = with_rights(&ordinary, Backend::Postgres, &rights).await;
    let says = ["permission denied for table sensor_readings_summary_hourly_materialized", LISTS];
    is_refused(&as_user(&without, &ordinary, &area), &area, &says);
    ordinary.as_superuser(&format!("GRANT DELETE ON telemetry.sensor_readings TO {}", with.name)).await;
    works(&as_user(&with, &ordinary, &area), &area);
    drop(ordinary);
}

#[tokio::test]
async fn core_server_takes_rights_on_rows() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.up().await;
    ordinary.as_superuser(&model_alarms(Backend::Postgres)).await;
    let rights = ["SELECT ON seaql_migrations", "SELECT, INSERT, UPDATE, DELETE ON alarms"];
    let with = with_rights(&ordinary, Backend::Postgres, &rights).await;
    let without = with_rights(&ordinary, Backend::Postgres, &rights[..1]).await;
    let list = |user: &User| {
        let folder = tempfile::tempdir().unwrap();
        run(command(&example("list_alarms"), folder.path()).args(["-u", &user.url(ordinary.database.url())]))
    };
    works(&list(&with), &["list_alarms"]);
    is_refused(&list(&without), &["list_alarms"], &["permission denied for table alarms"]);
    drop(ordinary);
}

#[tokio::test]
async fn on_mariadb() {
    let ordinary = Ordinary::owner(Backend::Mariadb).await;
    let select = "SELECT ON DATABASE_NAME.*";
    let reader = with_rights(&ordinary, Backend::Mariadb, &[select]).await;
    is_refused(&as_user(&reader, &ordinary, &["up"]), &["up"], &["CREATE command denied", LISTS]);
    works(&as_user(&ordinary.user, &ordinary, &["up"]), &["up"]);
    for look in [&["status"][..], &["history"], &["current"], &["doctor"]] {
        works(&as_user(&reader, &ordinary, look), look);
    }
    // What is not told is named, with the right, and the rest is shown.
    let report = as_user(&reader, &ordinary, &["report"]);
    works(&report, &["report"]);
    assert!(report.stdout.contains("GRANT PROCESS") && report.stdout.contains("alarms"), "{report:#?}");

    let trials = [&["check"][..], &["verify"]];
    for trial in trials {
        is_refused(&as_user(&ordinary.user, &ordinary, trial), trial, &["GRANT ALL ON `migration\\_scratch\\_%`.*"]);
    }
    ordinary.as_superuser(&format!("GRANT ALL ON `migration\\_scratch\\_%`.* TO {}", ordinary.user.name)).await;
    for trial in trials {
        works(&as_user(&ordinary.user, &ordinary, trial), trial);
    }
    for command in
        [&["down"][..], &["up"], &["stamp", "head"], &["refresh", "--yes"], &["fresh", "--yes"], &["reset", "--yes"]]
    {
        works(&as_user(&ordinary.user, &ordinary, command), command);
    }
}
