//! A service has a user of its own, of whose sessions an ordinary owner sees little. Who is in the way is named anyhow.

use std::time::Duration;

use migration_engine::{
    Runner, Target,
    operate::doctor::{Health, examine},
    session::{Patience, connect},
};
use sea_orm::DatabaseConnection;
use tests::{
    Backend, connect_to,
    fixtures::execute,
    inline::{Inline, project},
    scalar,
};

use super::{Ordinary, User};

/// What `up` says of a revision that wants a table which somebody else reads.
async fn locked_out(ordinary: &Ordinary) -> String {
    let target = Target::parse(&ordinary.url(), "the test").unwrap();
    let patience = Patience { lock_timeout: Duration::from_secs(1), lock_retries: 0, ..Patience::default() };
    let revision = Inline::new("m1_site", "ALTER TABLE rooms ADD COLUMN site integer", "");
    let runner = Runner::connect(project(&[revision]), target, &connect::Settings::default(), patience).await.unwrap();
    let error = runner.up(None).await.unwrap_err().to_string();
    runner.close().await;
    error
}

/// A session of a user who may do one thing with `rooms`, in a transaction that has read it.
async fn reads_rooms(ordinary: &Ordinary, backend: Backend, service: &User, named: &str) -> DatabaseConnection {
    let database = ordinary.database.url().rsplit('/').next().unwrap();
    let table = if backend == Backend::Mariadb { format!("{database}.rooms") } else { "rooms".to_owned() };
    ordinary.as_superuser(&format!("GRANT SELECT ON {table} TO {}", service.name)).await;
    let db = connect_to(&service.url(ordinary.database.url())).await;
    execute(&db, &format!("{named}BEGIN; SELECT count(*) FROM rooms")).await;
    db
}

#[tokio::test]
async fn of_another_user_on_postgres() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    execute(&ordinary.connect().await, "CREATE TABLE rooms (id integer); INSERT INTO rooms VALUES (1)").await;
    let service = User::create(Backend::Postgres, &ordinary.user.admin).await;
    let reading = reads_rooms(&ordinary, Backend::Postgres, &service, "SET application_name = 'plant'; ").await;
    let pid = scalar(&reading, "SELECT pg_backend_pid()::text").await.unwrap();
    let error = locked_out(&ordinary).await;
    let blocker = format!("blocked by pid {pid} (plant, a session of {}, holds rooms): ", service.name);
    assert!(error.contains(&blocker) && error.contains("pg_read_all_stats"), "{error}");

    let about_locks = async || {
        let runner = ordinary.runner().await;
        let found = examine(&runner).await.unwrap();
        runner.close().await;
        let locks = found.into_iter().find(|one| one.about == "locks").unwrap();
        (locks.health, locks.finding)
    };
    let (health, finding) = about_locks().await;
    assert_eq!(health, Health::Note, "{finding}");
    assert!(finding.contains(&format!("pid {pid} (plant, user {})", service.name)), "{finding}");
    execute(&reading, "COMMIT").await;
    assert_eq!(about_locks().await.0, Health::Ok);
    reading.close().await.unwrap();
    // Its rights go with the database.
    drop(ordinary);
}

#[tokio::test]
async fn of_another_user_on_mariadb() {
    let ordinary = Ordinary::owner(Backend::Mariadb).await;
    execute(&ordinary.connect().await, "CREATE TABLE rooms (id integer); INSERT INTO rooms VALUES (1)").await;
    // Transactions that are older, in other databases of the server.
    let mut elsewhere = Vec::new();
    for _ in 0..3 {
        let other = Ordinary::owner(Backend::Mariadb).await;
        let db = other.connect().await;
        execute(
            &db,
            "CREATE TABLE rooms (id integer); INSERT INTO rooms VALUES (1); BEGIN; SELECT * FROM rooms FOR UPDATE",
        )
        .await;
        elsewhere.push((db, other));
    }
    let service = User::create(Backend::Mariadb, &ordinary.user.admin).await;
    let reading = reads_rooms(&ordinary, Backend::Mariadb, &service, "").await;
    let id = scalar(&reading, "SELECT CAST(CONNECTION_ID() AS CHAR)").await.unwrap();
    let error = locked_out(&ordinary).await;
    assert!(error.contains("blocked by a session that cannot be looked for: ") && error.contains("PROCESS"), "{error}");
    ordinary.as_superuser(&format!("GRANT PROCESS ON *.* TO {}", ordinary.user.name)).await;
    let error = locked_out(&ordinary).await;
    let blocker = format!("blocked by connection {id} ({}, in a transaction for ", service.name);
    assert!(error.contains(&blocker), "{blocker} in {error}");
    for (db, other) in elsewhere {
        db.close().await.unwrap();
        drop(other);
    }
    reading.close().await.unwrap();
    // Its rights go with the database.
    drop(ordinary);
}
