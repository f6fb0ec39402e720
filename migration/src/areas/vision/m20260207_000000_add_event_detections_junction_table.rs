//! The detections of an event as rows of their own, in the place that each had in the list.
//!
//! Filled from the lists; a number in a list that is no detection any more has no row.

use migration_engine::{Describe, project::describe::Parents};
use migration_timescale::Dialect;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::{aside::insert_missing, column::run, index::index_of_detection};
use crate::{
    baseline::Baseline,
    portable::table::{PortableTable, Type},
};

const TABLES: Baseline = Baseline {
    enums: &[],
    tables: &[("event_detections", event_detections)],
    indexes: |_| vec![index_of_detection("idx_event_detections_detection", "event_detections")],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLES.create(manager).await?;
        run(manager, &fill(Dialect::of(manager.get_database_backend()))).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLES.drop(manager).await
    }
}

impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260204_000000_add_check_constraints"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}

fn event_detections(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "event_detections")
        .required("event_id", Type::Id)
        .required("detection_id", Type::Id)
        .required("place", Type::Count)
        .key(&["event_id", "detection_id"])
        .belongs_to("event_id", "events", ForeignKeyAction::Cascade)
        .belongs_to("detection_id", "detections", ForeignKeyAction::Cascade)
        .create()
}

/// Rows of every list.
fn fill(dialect: Dialect) -> String {
    let (id, place, list) = match dialect {
        Dialect::Postgres => ("l.id", "l.place", "unnest(e.detection_ids) WITH ORDINALITY AS l (id, place)"),
        Dialect::MySql => (
            "l.id",
            "l.place",
            "json_table(e.detection_ids, '$[*]' COLUMNS (place FOR ORDINALITY, id bigint PATH '$')) AS l",
        ),
        Dialect::Sqlite => ("l.value", "l.key + 1", "json_each(e.detection_ids) AS l"),
    };
    let (insert, end) = insert_missing(dialect);
    format!(
        "{insert} INTO event_detections (event_id, detection_id, place) SELECT e.id, d.id, {place} \
         FROM events e CROSS JOIN {list} JOIN detections d ON d.id = {id} WHERE true{end}"
    )
}
