//! Features of a sensor's window, as a model was trained on them: made once and kept as they are.
//!
//! Readings come in late and go when they are old, so features that are computed again are not those of the training. A
//! row is known by its sensor, feature set, version and window, and no second one can be written beside it.
//!
//! No reference to `sensors`, as readings have none: a sensor's readings may come before its registration.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    baseline::Baseline,
    portable::{
        now,
        table::{PortableTable, Type, newest_first},
    },
    seed,
};

const TABLE: &str = "feature_snapshots";

const BASELINE: Baseline = Baseline { enums: &[], tables: &[(TABLE, table)], indexes };

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// SQLite and MySQL too: a run that is killed leaves nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        BASELINE.create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        BASELINE.drop(manager).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Windows of a day, one of them without readings.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const COLUMNS: &str = "id, sensor_id, feature_set, version, window_from, window_to, reading_count, features";
        let backend = manager.get_database_backend();
        let snapshots = (0..6).map(|number| {
            [
                seed::id(backend, 900 + number),
                "'it''s \"odd\"'".to_owned(),
                "'statistics'".to_owned(),
                (1 + number % 2).to_string(),
                seed::moment(backend, 1 + number, 0, 0),
                seed::moment(backend, 2 + number, 0, 0),
                number.to_string(),
                format!("'{{\"mean\": {}}}'", if number == 0 { "null" } else { "20.125" }),
            ]
            .join(", ")
        });
        seed::insert(manager, TABLE, COLUMNS, snapshots).await
    }
}

fn table(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, TABLE)
        .uuid_key()
        .required("sensor_id", Type::Name(255))
        .required("feature_set", Type::Name(100))
        .required("version", Type::Count)
        .required("window_from", Type::Moment)
        .required("window_to", Type::Moment)
        .defaulting("made_at", Type::Moment, now(backend))
        .required("reading_count", Type::Count)
        .required("features", Type::Json)
        .check("window", "window_to > window_from")
        .create()
}

/// What a row is known by, and what a training reads: a feature set of one version, over all sensors, in the order of the
/// windows.
fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let mut known_by = Index::create();
    known_by.name("feature_snapshots_window_idx").table(TABLE).unique();
    for column in ["sensor_id", "feature_set", "version", "window_from", "window_to"] {
        known_by.col(column);
    }
    vec![known_by, newest_first(TABLE, &["feature_set", "version"], "window_from")]
}
