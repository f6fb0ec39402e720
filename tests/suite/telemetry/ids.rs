//! The number of a reading: repaired where its sequence, its default or their bond is broken, left alone where not.

use tests::{
    Backend, TestDatabase, catalog,
    fixtures::{count, execute, has_table},
    scalar,
};

use super::{insert_readings, revision, seed, up_to};

const SIDE_TABLE: &str = "_kept_sensor_readings_id";

/// Ways in which databases are broken.
const BROKEN: [&str; 6] = [
    "ALTER TABLE sensor_readings ALTER COLUMN id DROP DEFAULT",
    "DROP SEQUENCE sensor_readings_id_seq CASCADE",
    "ALTER SEQUENCE sensor_readings_id_seq OWNED BY NONE",
    "ALTER TABLE sensor_readings ALTER COLUMN id DROP DEFAULT; ALTER SEQUENCE sensor_readings_id_seq OWNED BY NONE",
    "SELECT setval('sensor_readings_id_seq', 1, false)",
    "ALTER TABLE sensor_readings ALTER COLUMN id DROP DEFAULT; SELECT setval('sensor_readings_id_seq', 7)",
];

async fn broken_databases_are_repaired(backend: Backend) {
    let database = TestDatabase::create(backend).await;
    let runner = up_to(&database, revision::INDEX).await;
    let db = runner.connection();
    seed(&runner, 1..=2).await;
    let right = catalog(&runner).await;
    for broken in BROKEN {
        execute(db, broken).await;
        let before = catalog(&runner).await;
        let highest = count(db, "sensor_readings").await;
        runner.up(Some(1)).await.unwrap();
        assert_eq!(catalog(&runner).await.diff(&right), [], "{broken}");
        assert_eq!(has_table(db, SIDE_TABLE).await, !before.diff(&right).is_empty(), "{broken}");
        insert_readings(db, backend, &[("31 12:00:00", "new", 1.0)]).await;
        let new = scalar(db, "SELECT id::text FROM sensor_readings WHERE sensor_id = 'new'").await;
        assert_eq!(new, Some((highest + 1).to_string()), "{broken}");
        execute(db, "DELETE FROM sensor_readings WHERE sensor_id = 'new'").await;

        runner.down(Some(1)).await.unwrap();
        assert_eq!(catalog(&runner).await.diff(&before), [], "reverted is what was done, no more: {broken}");
        assert!(!has_table(db, SIDE_TABLE).await, "{broken}");
        runner.up(Some(1)).await.unwrap();
        execute(db, &format!("DROP TABLE IF EXISTS {SIDE_TABLE}")).await;
        runner.down(Some(1)).await.unwrap();
        assert_eq!(catalog(&runner).await.diff(&right), [], "{broken}");
        execute(db, &format!("SELECT setval('sensor_readings_id_seq', {highest})")).await;
    }
}

#[tokio::test]
async fn broken_databases_are_repaired_on_postgres() {
    broken_databases_are_repaired(Backend::Postgres).await;
}

#[tokio::test]
async fn broken_databases_are_repaired_on_timescaledb() {
    broken_databases_are_repaired(Backend::Timescale).await;
}

/// Right ones, some of them in a way of their own.
const RIGHT: [&str; 4] = [
    "SELECT 1",
    "SELECT setval('sensor_readings_id_seq', 5000000)",
    "CREATE SEQUENCE own OWNED BY sensor_readings.id; SELECT setval('own', 9000000); \
     ALTER TABLE sensor_readings ALTER COLUMN id SET DEFAULT nextval('own')",
    "ALTER TABLE sensor_readings ALTER COLUMN id SET DEFAULT 0",
];

#[tokio::test]
async fn what_is_right_is_not_touched() {
    const POSITIONS: &str = "SELECT string_agg(format('%s %s', sequencename, last_value), ', ' ORDER BY sequencename) \
         FROM pg_sequences WHERE schemaname = current_schema()";
    for right in RIGHT {
        let database = TestDatabase::create(Backend::Timescale).await;
        let runner = up_to(&database, revision::INDEX).await;
        let db = runner.connection();
        seed(&runner, 1..=2).await;
        execute(db, right).await;
        let (before, positions) = (catalog(&runner).await, scalar(db, POSITIONS).await);
        runner.up(Some(1)).await.unwrap();
        assert_eq!(catalog(&runner).await.diff(&before), [], "{right}");
        assert_eq!(scalar(db, POSITIONS).await, positions, "{right}");
        assert!(!has_table(db, SIDE_TABLE).await, "{right}");
        runner.down(Some(1)).await.unwrap();
        assert_eq!(catalog(&runner).await.diff(&before), [], "{right}");
    }
}

#[tokio::test]
async fn who_may_insert_may_use_a_new_sequence() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let runner = up_to(&database, revision::INDEX).await;
    let db = runner.connection();
    execute(db, "DROP SEQUENCE sensor_readings_id_seq CASCADE; GRANT INSERT ON sensor_readings TO PUBLIC").await;
    runner.up(Some(1)).await.unwrap();
    let may = "SELECT has_sequence_privilege('public', 'sensor_readings_id_seq', 'USAGE')::text";
    assert_eq!(scalar(db, may).await.as_deref(), Some("true"));
}
