//! The lists of detections go; the rows have them.
//!
//! `down` makes them again from the rows, in order. A list that cannot be made again to the letter, because a detection
//! in it is gone or was there twice, is set aside, and comes back while the rows of its event are as they were.

use migration_engine::{Describe, project::describe::Allowed};
use migration_timescale::{Dialect, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::{
    aside,
    column::run,
    index::{create_all, drop_all},
    m20251220_000000_initial_schema::{DETECTION_IDS, detection_ids},
    m20260118_000000_add_gin_brin_specialized_indexes::DETECTION_IDS as INDEX,
};

/// Lists that the rows cannot make again.
const LISTS: &str = "_kept_events_detection_ids";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !manager.column_exists("events", DETECTION_IDS).await? {
            return Ok(());
        }
        let dialect = Dialect::of(manager.get_database_backend());
        unlimited(manager, dialect).await?;
        let made = made_again(dialect);
        let others =
            format!("SELECT e.id, e.detection_ids, {made} AS made FROM events e WHERE {made} <> e.detection_ids");
        aside::set(manager, LISTS, &others).await?;
        drop_all(manager, &[INDEX]).await?;
        manager.alter_table(Table::alter().table("events").drop_column(DETECTION_IDS).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let dialect = Dialect::of(backend);
        if !manager.column_exists("events", DETECTION_IDS).await? {
            manager.alter_table(Table::alter().table("events").add_column(detection_ids(backend)).take()).await?;
        }
        unlimited(manager, dialect).await?;
        let made = made_again(dialect).replace("e.id", "events.id");
        run(manager, &format!("UPDATE events SET detection_ids = {made}")).await?;
        if manager.table_exists(LISTS).await? {
            let list = format!("(SELECT k.detection_ids FROM {LISTS} k WHERE k.id = events.id)");
            let same =
                format!("EXISTS (SELECT 1 FROM {LISTS} k WHERE k.id = events.id AND k.made = events.detection_ids)");
            run(manager, &format!("UPDATE events SET detection_ids = {list} WHERE {same}")).await?;
            aside::forget(manager, LISTS).await?;
        }
        create_all(manager, &[INDEX]).await
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    fn allows(&self) -> &'static [Allowed] {
        &[
            Allowed {
                rule: "implicit-commit",
                reason: "the lists follow from the rows, and what is set aside is never changed again",
            },
            Allowed { rule: "blocking-index", reason: "only on the way back" },
            Allowed {
                rule: "ban-drop-column",
                reason: "the rows have been there since the revision before; programs read those first",
            },
            Allowed {
                rule: "adding-field-with-default",
                reason: "only on the way back, and the default is a constant",
            },
            Allowed { rule: "lossy-rollback", reason: "the lists are made again from the rows" },
        ]
    }
}

/// The list of the event `e`, from the rows.
fn made_again(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => {
            "coalesce((SELECT array_agg(j.detection_id ORDER BY j.place) FROM event_detections j WHERE j.event_id = e.id), '{}')"
        }
        Dialect::MySql => {
            "concat('[', coalesce((SELECT group_concat(j.detection_id ORDER BY j.place SEPARATOR ', ') \
             FROM event_detections j WHERE j.event_id = e.id), ''), ']')"
        }
        Dialect::Sqlite => {
            "'[' || coalesce((SELECT group_concat(o.detection_id, ', ') FROM (SELECT j.detection_id FROM event_detections j \
             WHERE j.event_id = e.id ORDER BY j.place) o), '') || ']'"
        }
    }
}

/// MySQL cuts a list after a kilobyte. The setting is put back behind the revision.
async fn unlimited(manager: &SchemaManager<'_>, dialect: Dialect) -> Result<(), DbErr> {
    match dialect {
        Dialect::MySql => run(manager, "SET SESSION group_concat_max_len = 1073741824").await,
        Dialect::Postgres | Dialect::Sqlite => Ok(()),
    }
}
