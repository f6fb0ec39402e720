//! A table with readings becomes a hypertable and a plain table again, and nothing is lost on either way.

use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestDatabase, catalog,
    fixtures::{assert_same, count, execute},
    on_every_backend, rows_as_text, scalar,
};

use super::{insert_readings, readings, revision, seed, up_to};

on_every_backend!(readings_survive_the_way_there_and_back);

async fn readings_survive_the_way_there_and_back(database: TestDatabase) {
    let backend = database.backend();
    let runner = up_to(&database, revision::TABLES).await;
    let db = runner.connection();
    seed(&runner, 1..=1).await;
    let (plain, before) = (catalog(&runner).await, readings(db, backend).await);
    assert_eq!(before.len(), 28 * 24);

    runner.up(Some(1)).await.unwrap();
    assert_same(&readings(db, backend).await, &before, "in chunks");
    seed(&runner, 2..=2).await;
    let more = readings(db, backend).await;
    assert_eq!(more.len(), before.len() + 5 * 24);
    if backend == Backend::Timescale {
        let compressed = "timescaledb_information.chunks WHERE hypertable_name = 'sensor_readings' AND is_compressed";
        assert_eq!(count(db, compressed).await, 2, "the first fortnight");
    }
    for _ in 0..2 {
        runner.down(Some(1)).await.unwrap();
        assert_eq!(catalog(&runner).await.diff(&plain), []);
        assert_same(&readings(db, backend).await, &more, "as a plain table");
        runner.up(Some(1)).await.unwrap();
        assert_same(&readings(db, backend).await, &more, "in chunks again");
    }
    // The sequence goes on where it was.
    insert_readings(db, backend, &[("30 12:00:00", "new", 1.0)]).await;
    assert_eq!(
        count(db, "sensor_readings WHERE sensor_id = 'new' AND id = (SELECT max(id) FROM sensor_readings)").await,
        1
    );
}

/// What somebody added to the table by hand, and where it is told of.
const ADDED: &str = "COMMENT ON TABLE sensor_readings IS 'it''s all here'; \
     COMMENT ON COLUMN sensor_readings.value IS 'in the unit beside it'; \
     CREATE INDEX by_unit ON sensor_readings (unit) WHERE quality > 0.5; COMMENT ON INDEX by_unit IS 'for the report'; \
     ALTER TABLE sensor_readings ADD CONSTRAINT warm CHECK (value > -300); \
     COMMENT ON CONSTRAINT warm ON sensor_readings IS 'absolute zero'; \
     COMMENT ON CONSTRAINT sensor_readings_pkey ON sensor_readings IS 'natural'; \
     ALTER TABLE sensor_readings ADD CONSTRAINT of_sensor FOREIGN KEY (sensor_id) REFERENCES sensors (sensor_id); \
     CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
     CREATE TRIGGER noted BEFORE INSERT ON sensor_readings FOR EACH ROW EXECUTE FUNCTION note(); \
     GRANT SELECT, INSERT ON sensor_readings TO PUBLIC";

const GRANTS: &str = "SELECT coalesce(relacl::text, '') FROM pg_class WHERE relname = 'sensor_readings'";

#[tokio::test]
async fn what_was_added_by_hand_stays() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = up_to(&database, revision::TABLES).await;
    let db = runner.connection();
    execute(db, ADDED).await;
    let expected = catalog(&runner).await;
    let grants = rows_as_text(db, GRANTS).await;
    seed(&runner, 1..=1).await;
    let before = readings(db, Backend::Timescale).await;
    runner.up(Some(1)).await.unwrap();
    runner.down(Some(1)).await.unwrap();
    assert_eq!(catalog(&runner).await.diff(&expected), []);
    assert_eq!(rows_as_text(db, GRANTS).await, grants);
    assert_same(&readings(db, Backend::Timescale).await, &before, "as a plain table");
    let owned = scalar(db, "SELECT pg_get_serial_sequence('sensor_readings', 'id')").await;
    assert!(owned.is_some_and(|sequence| sequence.ends_with("sensor_readings_id_seq")));
}

#[tokio::test]
async fn a_view_over_it_is_named_and_nothing_changes() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = up_to(&database, revision::HYPERTABLE).await;
    let db = runner.connection();
    seed(&runner, 1..=2).await;
    execute(db, "CREATE VIEW warm_readings AS SELECT * FROM sensor_readings WHERE value > 20").await;
    let (expected, before) = (catalog(&runner).await, readings(db, Backend::Timescale).await);
    let refused = runner.down(Some(1)).await.unwrap_err();
    let source = std::error::Error::source(&refused).map(ToString::to_string).unwrap_or_default();
    assert!(format!("{refused} {source}").contains("view warm_readings"), "{refused} {source}");
    assert_eq!(catalog(&runner).await.diff(&expected), []);
    assert_same(&readings(db, Backend::Timescale).await, &before, "after a refusal");
    execute(db, "DROP VIEW warm_readings").await;
    runner.down(Some(1)).await.unwrap();
    assert_same(&readings(db, Backend::Timescale).await, &before, "as a plain table");
    assert!(db.execute_unprepared("SELECT 1").await.is_ok());
}
