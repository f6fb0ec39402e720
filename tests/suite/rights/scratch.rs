//! Scratch databases go, whatever happens; and what an ordinary user can do without them is done without.

use std::time::{Duration, SystemTime};

use migration_engine::schema::{
    drift::drift,
    scratch::Form,
    verify::{Outcome, verify},
};
use tests::{
    Backend, connect_to,
    fixtures::execute,
    inline::{Inline, project},
    rows_as_text,
};

use super::{Ordinary, User};

/// A server with several sessions and background workers, where there is one.
fn server() -> Backend {
    if std::env::var_os("TEST_TIMESCALEDB_URL").is_some() { Backend::Timescale } else { Backend::Postgres }
}

fn name(session: i32) -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    format!("migration_scratch_{now}_{session}_{:08x}", std::process::id())
}

async fn scratch_databases(ordinary: &Ordinary) -> Vec<String> {
    let db = ordinary.superuser().await;
    let owned = format!(
        "SELECT datname::text FROM pg_database WHERE datname LIKE 'migration\\_scratch\\_%' AND pg_get_userbyid(datdba) = '{}'",
        ordinary.user.name
    );
    rows_as_text(&db, &owned).await
}

#[tokio::test]
async fn what_a_run_of_ours_left_is_dropped_by_the_next() {
    let ordinary = Ordinary::owner(server()).await;
    ordinary.as_superuser(&format!("ALTER ROLE {} CREATEDB", ordinary.user.name)).await;
    let other = User::create(Backend::Postgres, &ordinary.user.admin).await;
    let db = ordinary.connect().await;
    let alive: i32 = rows_as_text(&db, "SELECT pg_backend_pid()::text").await[0].parse().unwrap();
    let (left, in_use, of_another) = (name(999_999_991), name(alive), name(999_999_992));
    execute(&db, &format!("CREATE DATABASE {left}")).await;
    execute(&db, &format!("CREATE DATABASE {in_use}")).await;
    let admin = connect_to(&ordinary.user.admin).await;
    execute(&admin, &format!("CREATE DATABASE {of_another} OWNER {}", other.name)).await;

    let runner = ordinary.runner_of(project(&[Inline::table("m1_sites", "sites")])).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert_eq!((verified[0].outcome, verified[0].form), (Outcome::Proved, Form::Database));
    let now = scratch_databases(&ordinary).await;
    assert_eq!(now, std::slice::from_ref(&in_use), "the left one is dropped, that of a session that lives is not");
    let others =
        rows_as_text(&admin, &format!("SELECT datname::text FROM pg_database WHERE datname = '{of_another}'")).await;
    assert_eq!(others, std::slice::from_ref(&of_another));
    for database in [in_use, of_another] {
        execute(&admin, &format!("DROP DATABASE {database}")).await;
    }
}

#[tokio::test]
async fn on_mariadb_too() {
    let ordinary = Ordinary::owner(Backend::Mariadb).await;
    let all = format!("GRANT ALL ON `migration\\_scratch\\_%`.* TO {}", ordinary.user.name);
    ordinary.as_superuser(&all).await;
    let db = ordinary.connect().await;
    let (left, in_use) = (name(999_999_993), name(999_999_994));
    for database in [&left, &in_use] {
        execute(&db, &format!("CREATE DATABASE {database}")).await;
    }
    execute(&db, &format!("DO GET_LOCK('{in_use}', 0)")).await;
    let runner = ordinary.runner_of(project(&[Inline::table("m1_sites", "sites")])).await;
    verify(&runner, |_| {}).await.unwrap();
    let left =
        format!("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN ('{left}', '{in_use}')");
    assert_eq!(rows_as_text(&db, &left).await, std::slice::from_ref(&in_use));
    execute(&db, &format!("DROP DATABASE {in_use}")).await;
}

/// The server ends the runner's session while a revision is tried.
#[tokio::test]
async fn it_is_dropped_although_the_connection_broke() {
    let ordinary = Ordinary::owner(server()).await;
    ordinary.as_superuser(&format!("ALTER ROLE {} CREATEDB", ordinary.user.name)).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE usename = current_user AND application_name = 'migration-engine' AND datname NOT LIKE 'migration_scratch%'";
    let revision = Inline::table("m1_sites", "sites").then(cut);
    let runner = ordinary.runner_of(project(&[revision])).await;
    let _ = verify(&runner, |_| {}).await;
    assert_eq!(scratch_databases(&ordinary).await, [""; 0]);
}

#[tokio::test]
async fn without_the_right_to_create_a_database_a_transaction_serves() {
    let ordinary = Ordinary::owner(server()).await;
    let runner = ordinary.runner_of(project(&[Inline::table("m1_sites", "sites")])).await;
    runner.up(None).await.unwrap();
    assert_eq!(drift(&runner).await.unwrap(), []);
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert_eq!((verified[0].outcome, verified[0].form), (Outcome::Proved, Form::Transaction));
}

#[tokio::test]
async fn what_a_transaction_cannot_serve_names_the_right() {
    let ordinary = Ordinary::owner(server()).await;
    let outside = Inline::table("m1_sites", "sites").outside_transaction().then("VACUUM sites");
    let runner = ordinary.runner_of(project(&[outside])).await;
    runner.up(None).await.unwrap();
    let error = drift(&runner).await.unwrap_err().on_one_line();
    assert!(error.contains("m1_sites") && error.contains("CREATEDB") && error.contains("check"), "{error}");
    ordinary.as_superuser(&format!("ALTER ROLE {} CREATEDB", ordinary.user.name)).await;
    assert_eq!(drift(&runner).await.unwrap(), []);
    assert_eq!(scratch_databases(&ordinary).await, [""; 0]);
}

/// A user who may connect once is given a transaction, at once and not after a minute and a half.
#[tokio::test]
async fn with_one_session_a_transaction_serves() {
    let ordinary = Ordinary::owner(server()).await;
    ordinary.as_superuser(&format!("ALTER ROLE {} CREATEDB CONNECTION LIMIT 1", ordinary.user.name)).await;
    let runner = ordinary.runner_of(project(&[Inline::table("m1_sites", "sites")])).await;
    runner.up(None).await.unwrap();
    let verified = tokio::time::timeout(Duration::from_mins(1), verify(&runner, |_| {})).await.unwrap().unwrap();
    assert_eq!((verified[0].outcome, verified[0].form), (Outcome::Proved, Form::Transaction));
}

/// Who may not create the extension gets plain tables, and a trial makes no others.
#[tokio::test]
async fn plain_tables_are_no_drift() {
    let ordinary = Ordinary::owner(server()).await;
    // Of the tests' own databases the extension is in already.
    ordinary.as_superuser("DROP EXTENSION IF EXISTS timescaledb").await;
    let database = ordinary.database.url().rsplit('/').next().unwrap().to_owned();
    let schema = format!("CREATE SCHEMA plant AUTHORIZATION {}", ordinary.user.name);
    ordinary.as_superuser(&format!("ALTER DATABASE {database} OWNER TO CURRENT_USER")).await;
    ordinary.as_superuser(&schema).await;
    ordinary
        .as_superuser(&format!("ALTER ROLE {} CREATEDB; ALTER ROLE {0} SET search_path = plant", ordinary.user.name))
        .await;
    let runner = ordinary.runner().await;
    runner.up(None).await.unwrap();
    assert!(!runner.server().has_hypertables());
    assert_eq!(drift(&runner).await.unwrap(), []);
    // With the right it would be possible now; what was made is no drift all the same.
    ordinary.as_superuser(&format!("GRANT CREATE ON DATABASE {database} TO {}", ordinary.user.name)).await;
    assert_eq!(drift(&runner).await.unwrap(), []);
}

/// A revision may make an object theirs who may have one in the schema.
#[tokio::test]
async fn an_object_of_another_role_is_tried_as_it_is_made() {
    let ordinary = Ordinary::owner(server()).await;
    let group = User::create(server(), &ordinary.user.admin).await;
    ordinary
        .as_superuser(&format!(
            "GRANT {} TO {}; GRANT CREATE, USAGE ON SCHEMA public TO {0}",
            group.name, ordinary.user.name
        ))
        .await;
    for given in [
        format!("CREATE TABLE t (id int); ALTER TABLE t OWNER TO {}", group.name),
        format!("SET ROLE {}; CREATE TABLE t (id int)", group.name),
    ] {
        let runner = ordinary.runner_of(project(&[Inline::new("m1", &given, "DROP TABLE t")])).await;
        runner.up(None).await.unwrap();
        assert_eq!(drift(&runner).await.unwrap(), [], "{given}");
        for right in ["NOCREATEDB", "CREATEDB"] {
            ordinary.as_superuser(&format!("ALTER ROLE {} {right}", ordinary.user.name)).await;
            let verified = verify(&runner, |_| {}).await.unwrap();
            assert_eq!(verified[0].outcome, Outcome::Proved, "{right} {given}: {verified:#?}");
        }
        runner.reset().await.unwrap();
        runner.close().await;
    }
    drop(ordinary);
}

/// Without a database of its own such a revision is not tried: a sequence that was set stays set.
#[tokio::test]
async fn what_names_the_live_schema_is_not_tried_in_it() {
    let ordinary = Ordinary::owner(server()).await;
    let sets = Inline::new("m2", "SELECT setval('public.t_id_seq', 5000)", "");
    let table = Inline::new("m1", "CREATE TABLE t (id serial)", "DROP TABLE t");
    let runner = ordinary.runner_of(project(&[table, sets])).await;
    runner.up(None).await.unwrap();
    ordinary.as_superuser("SELECT setval('t_id_seq', 8)").await;
    let error = drift(&runner).await.unwrap_err().on_one_line();
    assert!(error.contains("m2") && error.contains("which is the live one") && error.contains("CREATEDB"), "{error}");
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert_eq!(verified[1].outcome, Outcome::Failed, "{verified:#?}");
    let last = rows_as_text(runner.connection(), "SELECT last_value::text FROM t_id_seq").await;
    assert_eq!(last, ["8"]);
    runner.close().await;
}
