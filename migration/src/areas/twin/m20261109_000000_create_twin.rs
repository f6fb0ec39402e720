//! Snapshots of the state of machines, the history of their anomalies, and the configuration of each type of machine.
//!
//! The severity is a closed set, spelled in capitals as the twin's clients do. The type of an anomaly and the operational
//! pattern of a machine are open text: they come with new models and machines, which do not wait for a revision.
//!
//! Snapshots and anomalies will be hypertables, and every key of a hypertable holds the columns it is cut by. The primary
//! key is made so from the beginning and on every backend: `(id, snapshot_time, machine_id)` and `(id, timestamp)`. On
//! SQLite the id alone is the key, which is stricter.
//!
//! Every index ends in the time and the id: what asks for a machine or a severity wants the newest first, a page at a time.
//!
//! A type of machine has one configuration, so `machine_type` is unique; its index is the one that finds it.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::{ANOMALIES, SNAPSHOTS, rows};
use crate::{
    baseline::Baseline,
    portable::table::{EnumType, PortableTable, Type, newest_first},
};

const SEVERITY: EnumType = ("anomaly_severity", &["LOW", "MEDIUM", "HIGH", "CRITICAL"]);

const BASELINE: Baseline = Baseline {
    enums: &[SEVERITY],
    tables: &[
        (SNAPSHOTS, state_snapshots),
        (ANOMALIES, anomaly_history),
        ("machine_configurations", machine_configurations),
    ],
    indexes,
};

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

    /// Four weeks of snapshots and anomalies of each severity, with nulls and quotes, and some configurations.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::seed_all(manager).await
    }
}

fn state_snapshots(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, SNAPSHOTS)
        .number_key(&["snapshot_time", "machine_id"])
        .required("machine_id", Type::Name(50))
        .required("snapshot_time", Type::Moment)
        .required("state_data", Type::Json)
        .created_at()
        .create()
}

fn anomaly_history(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, ANOMALIES)
        .number_key(&["timestamp"])
        .required("machine_id", Type::Name(50))
        .required("anomaly_type", Type::Name(50))
        .required("severity", Type::Enum(SEVERITY))
        .required("timestamp", Type::Moment)
        .optional("sensor_data", Type::Json)
        .optional("calculated_metrics", Type::Json)
        .optional("details", Type::Json)
        .created_at()
        .create()
}

fn machine_configurations(backend: DbBackend) -> TableCreateStatement {
    const MEASURE: Type = Type::Decimal(5, 2);
    PortableTable::new(backend, "machine_configurations")
        .number_key(&[])
        .required("machine_type", Type::Name(50))
        .optional("baseline_temp", MEASURE)
        .optional("temp_variation", MEASURE)
        .optional("baseline_vibration", MEASURE)
        .optional("vibration_variation", MEASURE)
        .optional("operational_pattern", Type::Name(20))
        .optional("thresholds", Type::Json)
        .created_and_updated_at()
        .check("variation", "temp_variation >= 0 AND vibration_variation >= 0")
        .unique(&["machine_type"])
        .create()
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    vec![
        newest_first(SNAPSHOTS, &["machine_id"], "snapshot_time"),
        newest_first(ANOMALIES, &["machine_id"], "timestamp"),
        newest_first(ANOMALIES, &["severity"], "timestamp"),
    ]
}
