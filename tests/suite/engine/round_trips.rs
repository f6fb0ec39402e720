//! How many round trips a run takes.

use migration_engine::{
    Runner, Target,
    session::{Patience, connect},
};
use tests::{
    TestDatabase,
    inline::{Inline, project},
    on_every_backend,
    wire::Proxy,
};

on_every_backend!(
    only: [postgres, mariadb], "SQLite is in the program";
    a_revision_takes_few_round_trips,
);

/// Of MariaDB: the note that it begins, its statement, the note that it is done. PostgreSQL needs no note before.
async fn a_revision_takes_few_round_trips(database: TestDatabase) {
    const FIRST: [(&str, &str); 2] = [("m1", "a"), ("m2", "b")];
    const MORE: [(&str, &str); 4] = [("m3", "c"), ("m4", "d"), ("m5", "e"), ("m6", "f")];
    let made = |tables: &[(&'static str, &str)]| -> Vec<Inline> {
        tables.iter().map(|(name, table)| Inline::table(name, table)).collect()
    };
    let few = round_trips(&database, &made(&FIRST)).await;
    let many = round_trips(&database, &made(&[&FIRST[..], &MORE[..]].concat())).await;
    assert!(
        many - few <= 3 * MORE.len(),
        "{few} round trips for {} revisions, {many} with {} more",
        FIRST.len(),
        MORE.len()
    );
}

/// Of `up` from the beginning, and takes it back.
async fn round_trips(database: &TestDatabase, revisions: &[Inline]) -> usize {
    let proxy = Proxy::start(database.url(), None).await;
    let target = Target::parse(proxy.url(), "the test").unwrap();
    let settings = connect::Settings::default();
    let runner = Runner::connect(project(revisions), target, &settings, Patience::default()).await.unwrap();
    let before = proxy.statements().len();
    runner.up(None).await.unwrap();
    let after = proxy.statements().len();
    runner.reset().await.unwrap();
    after - before
}
