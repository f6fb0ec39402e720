//! Columnstore settings, sparse indexes and chunks.

use migration_timescale::{
    Chunks, Columnstore, ColumnstorePolicy, Interval, RefreshPolicy, SparseIndex, Step, TimescaleManager, Window,
};
use sea_orm_migration::SchemaManager;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    on_every_backend,
};

use super::{catalog, compress, insert, monday, readings, sqlstate, summaries};

on_every_backend!(
    settings_are_changed_and_taken_back,
    chunks_are_converted_there_and_back,
    what_an_aggregate_stores_is_converted_there_and_back,
);

fn columnstore() -> Columnstore {
    Columnstore::on("readings").segment_by("sensor_id").order_by("taken_at DESC")
}

async fn settings_are_changed_and_taken_back(database: TestDatabase) {
    let db = readings(&database).await;
    insert(&db, monday(), 300).await;
    let manager = SchemaManager::new(&db);
    let has_columnstore = manager.capability().await.unwrap().has_columnstore();
    let before = catalog(&db).await;
    let mut made = None;
    for _ in 0..2 {
        let step = manager.enable_columnstore(&columnstore()).await.unwrap();
        assert_eq!(step == Step::Applied, has_columnstore);
        assert_eq!(*made.get_or_insert(catalog(&db).await), catalog(&db).await);
    }
    compress(&db).await;
    // Others, and back to those from before.
    let by_value = Columnstore::on("readings").segment_by("").order_by("taken_at, value");
    let indexed = columnstore().sparse_index(SparseIndex::bloom(&["value"]));
    for changed in [&by_value, &indexed] {
        manager.enable_columnstore(changed).await.unwrap();
        assert_eq!(Some(catalog(&db).await) != made, has_columnstore, "{changed:?}");
        let again = catalog(&db).await;
        manager.enable_columnstore(changed).await.unwrap();
        assert_eq!(catalog(&db).await, again);
        manager.reset_sparse_indexes(changed).await.unwrap();
        manager.enable_columnstore(&columnstore()).await.unwrap();
        assert_eq!(Some(catalog(&db).await), made);
    }
    if has_columnstore {
        let error = manager.disable_columnstore(&columnstore()).await.unwrap_err();
        assert!(error.to_string().contains("decompress_chunks(&Chunks::of(\"readings\"))"), "{error}");
    }
    manager.add_columnstore_policy(&ColumnstorePolicy::after("readings", "7 days")).await.unwrap();
    manager.decompress_chunks(&Chunks::of("readings")).await.unwrap();
    for _ in 0..2 {
        manager.disable_columnstore(&columnstore()).await.unwrap();
        assert_eq!(catalog(&db).await, before, "its policy goes with it");
    }
}

async fn what_an_aggregate_stores_is_converted_there_and_back(database: TestDatabase) {
    let db = readings(&database).await;
    insert(&db, monday(), 300).await;
    let manager = SchemaManager::new(&db);
    let [hourly, ..] = summaries();
    manager.create_continuous_aggregate(&hourly).await.unwrap();
    manager.refresh_continuous_aggregate(&hourly, Window::ALL).await.unwrap();
    let columnstore = Columnstore::on_aggregate(&hourly);
    let chunks = Chunks::of(hourly.name());
    let has_columnstore = manager.capability().await.unwrap().has_columnstore();
    // Before 2.28 TimescaleDB wants it first.
    let refresh = RefreshPolicy::of(&hourly).start_offset(Interval::hours(3));
    manager.add_refresh_policy(&refresh).await.unwrap();
    let before = catalog(&db).await;
    for _ in 0..2 {
        for _ in 0..2 {
            let step = manager.enable_columnstore(&columnstore).await.unwrap();
            assert_eq!(step == Step::Applied, has_columnstore);
            manager.add_columnstore_policy(&ColumnstorePolicy::after(hourly.name(), "30 days")).await.unwrap();
            manager.compress_chunks(&chunks).await.unwrap();
        }
        assert_eq!(catalog(&db).await != before, has_columnstore);
        // A refresh writes into what is converted.
        execute(&db, "UPDATE readings SET value = value + 1").await;
        manager.refresh_continuous_aggregate(&hourly, Window::ALL).await.unwrap();
        if has_columnstore {
            assert_ne!(count(&db, "timescaledb_information.chunks WHERE is_compressed").await, 0);
            let error = manager.disable_columnstore(&columnstore).await.unwrap_err();
            assert!(error.to_string().contains("decompress_chunks(&Chunks::of(\"readings_hourly\"))"), "{error}");
        }
        manager.decompress_chunks(&chunks).await.unwrap();
        for _ in 0..2 {
            manager.disable_columnstore(&columnstore).await.unwrap();
            assert_eq!(catalog(&db).await, before);
            // As a run does that begins again.
            manager.decompress_chunks(&chunks).await.unwrap();
        }
    }
    assert_eq!(count(&db, "readings_hourly WHERE max_value = 301.5").await, 2, "of both sensors");
}

/// TimescaleDB takes both, and packs the same chunks at every refresh.
#[tokio::test]
async fn what_is_refreshed_again_and_again_is_not_converted() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = readings(&database).await;
    let manager = SchemaManager::new(&db);
    let [hourly, ..] = summaries();
    manager.create_continuous_aggregate(&hourly).await.unwrap();
    manager.enable_columnstore(&Columnstore::on_aggregate(&hourly)).await.unwrap();
    let refresh = RefreshPolicy::of(&hourly).start_offset(Interval::hours(3));
    let policy = |age| ColumnstorePolicy::after(hourly.name(), age);
    if let Err(error) = manager.add_columnstore_policy(&policy("4 hours")).await {
        assert!(error.to_string().contains("add the RefreshPolicy first"), "{error}");
    }
    manager.remove_columnstore_policy(&policy("4 hours")).await.unwrap();
    manager.add_refresh_policy(&refresh).await.unwrap();
    let error = manager.add_columnstore_policy(&policy("3 hours")).await.unwrap_err();
    assert!(error.to_string().contains("converts chunks after 3 hours"), "{error}");
    manager.add_columnstore_policy(&policy("4 hours")).await.unwrap();
    for refused in [RefreshPolicy::of(&hourly), refresh.clone().start_offset(Interval::hours(4))] {
        let error = manager.add_refresh_policy(&refused).await.unwrap_err();
        assert!(error.to_string().contains("Let the columnstore begin where the refresh no longer looks"), "{error}");
    }
    manager.add_refresh_policy(&refresh).await.unwrap();
}

async fn chunks_are_converted_there_and_back(database: TestDatabase) {
    let db = readings(&database).await;
    insert(&db, monday(), 300).await;
    let manager = SchemaManager::new(&db);
    manager.enable_columnstore(&columnstore()).await.unwrap();
    let has_columnstore = manager.capability().await.unwrap().has_columnstore();
    let converted = async |expected: u32| {
        if has_columnstore {
            assert_eq!(count(&db, "timescaledb_information.chunks WHERE is_compressed").await, expected);
        }
        assert_eq!(count(&db, "readings").await, 600);
    };
    // Three days; the last one may still be written to.
    let old = Chunks::of("readings").before(monday() + chrono::TimeDelta::days(2));
    for _ in 0..2 {
        manager.compress_chunks(&old).await.unwrap();
        converted(2).await;
    }
    manager.compress_chunks(&Chunks::of("readings").newer_than(Interval::days(1))).await.unwrap();
    manager.recompress_chunks(&Chunks::of("readings")).await.unwrap();
    converted(2).await;
    if has_columnstore {
        let name = "SELECT min(format('%s.%s', chunk_schema, chunk_name)) FROM timescaledb_information.chunks WHERE is_compressed";
        let one = Chunks::one(&tests::scalar(&db, name).await.unwrap());
        manager.recompress_chunks(&one).await.unwrap();
        manager.decompress_chunks(&one).await.unwrap();
        converted(1).await;
        manager.compress_chunks(&one).await.unwrap();
        converted(2).await;
    }
    for _ in 0..2 {
        manager.decompress_chunks(&Chunks::of("readings").older_than(Interval::days(1))).await.unwrap();
        converted(0).await;
    }
}

#[tokio::test]
async fn sparse_indexes_that_are_refused_or_useless_are_refused_before() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = readings(&database).await;
    execute(&db, "CREATE TYPE unit AS ENUM ('C', 'F')").await;
    execute(&db, "ALTER TABLE readings ADD COLUMN unit unit").await;
    let manager = SchemaManager::new(&db);
    let cases = [
        (Columnstore::on("readings").sparse_index(SparseIndex::bloom(&["value"])), "say order_by as well"),
        (columnstore().sparse_index(SparseIndex::bloom(&["sensor_id"])), "takes no sparse index"),
        (columnstore().sparse_index(SparseIndex::bloom(&["taken_at"])), "takes no sparse index"),
        (columnstore().sparse_index(SparseIndex::minmax("unit")), "never used"),
    ];
    for (columnstore, words) in cases {
        let error = manager.enable_columnstore(&columnstore).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    for (setting, expected) in [
        ("timescaledb.sparse_index = 'bloom(value)'", "0A000"),
        ("timescaledb.orderby = 'taken_at', timescaledb.sparse_index = 'bloom(taken_at)'", "42601"),
        (
            "timescaledb.segmentby = 'sensor_id', timescaledb.orderby = 'taken_at', timescaledb.sparse_index = 'bloom(sensor_id)'",
            "42601",
        ),
    ] {
        // A table of its own, whose settings were never named.
        execute(&db, "DROP TABLE IF EXISTS other").await;
        execute(&db, "CREATE TABLE other (LIKE readings)").await;
        execute(&db, "SELECT create_hypertable('other', by_range('taken_at'))").await;
        let sql = format!("ALTER TABLE other SET (timescaledb.enable_columnstore = true, {setting})");
        let error = sea_orm::ConnectionTrait::execute_unprepared(&db, &sql).await.unwrap_err();
        assert_eq!(sqlstate(&error), expected, "{error}");
    }
}
