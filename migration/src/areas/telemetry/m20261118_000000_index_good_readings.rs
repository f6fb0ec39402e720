//! The good readings of one sensor, newest first: what models learn from. Good is a quality of 0.8 or more.
//!
//! Why 0.8: it is where a reading counts as evidence. Readings without a quality are not known to be good and are left
//! out, so a sensor that reports none costs this index nothing. A lower bound would hold nearly every row and be a second
//! copy of the index by sensor; bad stretches, which are what a model has to skip, are then read row by row to be thrown
//! away. The adapter's query has the bound as a literal, or no server could prove that the index covers it.
//!
//! Built while others read and write, chunk by chunk on a hypertable. In the columnstore the condition is a filter on one
//! sensor's batches, which need no index. MySQL has no partial indexes: there the quality comes after the sensor, before
//! the time, so that the good readings lie together and their times come with them.

use migration_engine::{Describe, revision::index};
use migration_timescale::{Dialect, TimescaleManager};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::READINGS;

const INDEX: &str = "sensor_readings_good_idx";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// An index that is built beside writers needs transactions of its own.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        index::create_index(manager, READINGS, INDEX, index(backend)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.index_exists(READINGS, INDEX).await? {
            manager.drop_index(Index::drop().name(INDEX).table(READINGS).to_owned()).await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}

fn index(backend: DbBackend) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(INDEX).table(READINGS).col("sensor_id");
    match Dialect::of(backend) {
        Dialect::MySql => index.col("quality"),
        Dialect::Postgres | Dialect::Sqlite => index.and_where(Expr::cust("quality >= 0.8")),
    };
    index.col(("timestamp", IndexOrder::Desc)).take()
}
