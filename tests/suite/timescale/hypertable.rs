//! Hypertables with their table, dimensions, columns and indexes.

use migration_timescale::{
    ChunkInterval, HashDimension, Hypertable, HypertableColumn, Interval, PerChunkIndex, Refused, Step,
    TimescaleManager,
};
use sea_orm::{DatabaseConnection, DbErr, TransactionTrait};
use sea_orm_migration::{SchemaManager, prelude::*};
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    on_every_backend, scalar,
};

use super::{catalog, compress, insert, monday, readings};

on_every_backend!(
    a_table_is_created_as_a_hypertable,
    dimensions_are_set_twice_and_back,
    an_index_is_built_chunk_by_chunk,
    a_column_comes_and_goes,
);

fn events() -> (Hypertable, TableCreateStatement) {
    let mut table = Table::create();
    table.table("events").if_not_exists().col(ColumnDef::new("happened_at").timestamp_with_time_zone().not_null());
    table.col(ColumnDef::new("machine_id").string_len(50).not_null());
    table.primary_key(Index::create().name("events_pkey").col("machine_id").col("happened_at"));
    (Hypertable::by_range("events", "happened_at").chunk_interval("3 days"), table)
}

async fn a_table_is_created_as_a_hypertable(database: TestDatabase) {
    let db = database.connect().await;
    let manager = SchemaManager::new(&db);
    let (before, server) = (catalog(&db).await, manager.capability().await.unwrap());
    let (hypertable, table) = events();
    let mut made = None;
    for _ in 0..2 {
        let step = manager.create_hypertable_table(&hypertable, &table).await.unwrap();
        assert_eq!(step == Step::Applied, server.has_hypertables());
        assert_eq!(manager.is_hypertable("events").await.unwrap(), server.has_hypertables());
        assert_eq!(*made.get_or_insert(catalog(&db).await), catalog(&db).await);
    }
    for _ in 0..2 {
        manager.drop_hypertable(&hypertable).await.unwrap();
        assert_eq!(catalog(&db).await, before);
    }
    // As two steps, as before 2.20: the same but for the column's order of options.
    manager.create_table(table).await.unwrap();
    manager.create_hypertable(&hypertable).await.unwrap();
    assert_eq!(Some(catalog(&db).await), made);
}

async fn dimensions_are_set_twice_and_back(database: TestDatabase) {
    let db = readings(&database).await;
    let manager = SchemaManager::new(&db);
    let server = manager.capability().await.unwrap();
    let before = catalog(&db).await;
    for _ in 0..2 {
        manager.set_chunk_interval(&ChunkInterval::of("readings", Interval::days(2))).await.unwrap();
        assert_eq!(catalog(&db).await != before, server.has_hypertables());
    }
    manager.set_chunk_interval(&ChunkInterval::of("readings", Interval::days(1))).await.unwrap();
    assert_eq!(catalog(&db).await, before);
    for partitions in [4, 4, 8] {
        manager.add_hash_dimension(&HashDimension::of("readings", "sensor_id", partitions)).await.unwrap();
        if server.has_hypertables() {
            let sql =
                "SELECT num_partitions::text FROM timescaledb_information.dimensions WHERE column_name = 'sensor_id'";
            assert_eq!(scalar(&db, sql).await, Some(partitions.to_string()));
        }
    }
    insert(&db, monday(), 10).await;
}

fn by_value() -> PerChunkIndex {
    let index = Index::create().name("readings_value_idx").table("readings").col("value").take();
    PerChunkIndex::new("readings", "readings_value_idx", index)
}

async fn an_index_is_built_chunk_by_chunk(database: TestDatabase) {
    // An index is made invalid in the catalogue, by a superuser.
    let database = database.as_administrator();
    let db = readings(&database).await;
    insert(&db, monday(), 300).await;
    let manager = SchemaManager::new(&db);
    let before = catalog(&db).await;
    for _ in 0..2 {
        manager.create_index_per_chunk(&by_value()).await.unwrap();
        assert!(manager.has_index("readings", "readings_value_idx").await.unwrap());
    }
    let made = catalog(&db).await;
    // As a killed build leaves it. Nobody else can kill one in WebAssembly, and its catalogue does not bear the change.
    if database.backend() == Backend::Timescale && !database.has_one_session() {
        execute(&db, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'readings_value_idx'::regclass").await;
        assert_ne!(catalog(&db).await, made);
        manager.create_index_per_chunk(&by_value()).await.unwrap();
        assert_eq!(catalog(&db).await, made, "built again");
    }
    for _ in 0..2 {
        manager.drop_index_per_chunk(&by_value()).await.unwrap();
        assert_eq!(catalog(&db).await, before);
    }
    // Inside a transaction the ordinary way.
    let work = db.begin().await.unwrap();
    SchemaManager::new(&work).create_index_per_chunk(&by_value()).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(catalog(&db).await, made);
}

async fn a_column_comes_and_goes(database: TestDatabase) {
    let db = readings(&database).await;
    insert(&db, monday(), 300).await;
    compress(&db).await;
    let manager = SchemaManager::new(&db);
    let before = catalog(&db).await;
    let mut quality = ColumnDef::new("quality");
    quality.double().not_null().default(1.0);
    for _ in 0..2 {
        manager.change_hypertable_column(&HypertableColumn::add("readings", quality.clone())).await.unwrap();
        assert_eq!(count(&db, "readings WHERE quality = 1.0").await, 600);
    }
    for _ in 0..2 {
        manager.change_hypertable_column(&HypertableColumn::drop("readings", "quality")).await.unwrap();
        assert_eq!(catalog(&db).await, before);
    }
}

/// What the manager refuses, and what the server says to the same.
async fn refused(db: &DatabaseConnection, change: HypertableColumn, refusal: &str, sqlstate: &str) {
    let manager = SchemaManager::new(db);
    let error = manager.change_hypertable_column(&change).await.unwrap_err();
    assert!(error.to_string().contains(refusal), "{error}");
    let unchecked = manager.alter_table(change.statement()).await.unwrap_err();
    assert_eq!(super::sqlstate(&unchecked), sqlstate, "{unchecked}");
}

#[tokio::test]
async fn changes_that_a_columnstore_refuses_are_refused_before() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = readings(&database).await;
    insert(&db, monday(), 300).await;
    execute(&db, "CREATE TABLE sensors (id integer PRIMARY KEY)").await;
    compress(&db).await;
    let add = |column: &mut ColumnDef| HypertableColumn::add("readings", column.take());
    let now = add(ColumnDef::new("c").timestamp_with_time_zone().default(Expr::current_timestamp()));
    refused(&db, now, "default has to be computed", "0A000").await;
    refused(&db, add(ColumnDef::new("c").integer().not_null()), "NOT NULL without a default", "0A000").await;
    refused(&db, add(ColumnDef::new("c").integer().extra("REFERENCES sensors (id)")), "references", "0A000").await;
    let generated = ColumnDef::new("c").double().generated(Expr::cust("value * 2"), true).take();
    refused(&db, HypertableColumn::add("readings", generated), "generated", "0A000").await;
    let text = ColumnDef::new("value").text().take();
    refused(&db, HypertableColumn::change_type("readings", text), "cannot change while", "0A000").await;
    refused(&db, HypertableColumn::drop("readings", "taken_at"), "partitioned by it", "42P16").await;
    refused(&db, HypertableColumn::drop("readings", "sensor_id"), "segmented or ordered", "0A000").await;
    // Chunks keep to what they were packed by.
    execute(&db, "ALTER TABLE readings SET (timescaledb.segmentby = '')").await;
    refused(&db, HypertableColumn::drop("readings", "sensor_id"), "segmented or ordered", "0A000").await;
    let [hourly, ..] = super::summaries();
    SchemaManager::new(&db).create_continuous_aggregate(&hourly).await.unwrap();
    refused(&db, HypertableColumn::drop("readings", "value"), "continuous aggregate reads it", "2BP01").await;
}

#[tokio::test]
async fn tables_that_chunks_cannot_keep_are_refused_before() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = database.connect().await;
    let manager = SchemaManager::new(&db);
    let refused = async |table: &str, words: &str| -> DbErr {
        let error = manager.create_hypertable(&Hypertable::by_range(table, "at")).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        error
    };
    let key = |table: &str, key: &str| {
        DbErr::from(Refused::UniqueWithoutTime { table: table.into(), key: key.into(), column: "at".into() })
    };
    execute(&db, "CREATE TABLE keyed (id integer PRIMARY KEY, at timestamptz NOT NULL)").await;
    assert_eq!(refused("keyed", "Add the time column to the key").await, key("keyed", "id"));
    // TimescaleDB takes it, and keeps it within each chunk.
    execute(&db, "CREATE TABLE including (\"Id\" integer, at timestamptz NOT NULL, UNIQUE (\"Id\") INCLUDE (at))")
        .await;
    assert_eq!(refused("including", "").await, key("including", "\"Id\""));
    execute(
        &db,
        "CREATE TABLE excluding (id integer, at timestamptz NOT NULL, EXCLUDE USING gist (point(id, id) WITH ~=))",
    )
    .await;
    let expression = "point(id::double precision, id::double precision)";
    assert_eq!(refused("excluding", "").await, key("excluding", expression));
    execute(&db, "CREATE TABLE events (id integer, at timestamptz, PRIMARY KEY (id, at))").await;
    execute(&db, "CREATE TABLE notes (id integer, at timestamptz, FOREIGN KEY (id, at) REFERENCES events (id, at))")
        .await;
    refused("events", "referenced by a foreign key").await;
    let mut table = Table::create();
    table.table("made").col(ColumnDef::new("at").timestamp_with_time_zone().not_null());
    table.col(ColumnDef::new("id").integer().not_null()).primary_key(Index::create().col("id"));
    let error = manager.create_hypertable_table(&Hypertable::by_range("made", "at"), &table).await.unwrap_err();
    let key = Refused::UniqueWithoutTime { table: "made".into(), key: "\"id\"".into(), column: "at".into() };
    assert_eq!(error, DbErr::from(key));
}
