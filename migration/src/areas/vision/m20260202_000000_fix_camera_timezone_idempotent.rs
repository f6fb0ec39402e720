//! The time zone of a camera, which somewhere was added by hand already.
//!
//! A column that is there stays, with its values; it only gets what it lacks: a value in every row, the default, and
//! that it is never null.

use migration_engine::revision::constraints;
use migration_engine::{Describe, project::describe::Parents};
use migration_timescale::{Dialect, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::{
    column::{Default, NewColumn, run},
    rows,
};
use crate::portable::table::Type;

const COLUMN: NewColumn = NewColumn::defaulting("cameras", "timezone", Type::Name(50), Default::Text("UTC"));

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.column_exists("cameras", "timezone").await? {
            complete(manager).await?;
        }
        COLUMN.add(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        COLUMN.drop(manager).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260130_000000_merge_user_feedback_and_notification"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Cameras far away.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::set(manager, "cameras", "timezone = 'Europe/Vienna'", 2).await
    }
}

async fn complete(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(manager, "UPDATE cameras SET timezone = 'UTC' WHERE timezone IS NULL OR timezone = ''").await?;
    match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => {
            run(manager, "ALTER TABLE cameras ALTER COLUMN timezone SET DEFAULT 'UTC'").await?;
            constraints::set_not_null(manager, "cameras", "timezone").await?;
            constraints::add_check(manager, "cameras", "cameras_timezone_check", "timezone <> ''").await
        }
        Dialect::MySql => {
            run(
                manager,
                "ALTER TABLE cameras MODIFY COLUMN timezone varchar(50) NOT NULL DEFAULT 'UTC' CHECK (timezone <> '')",
            )
            .await
        }
        // It changes no column.
        Dialect::Sqlite => Ok(()),
    }
}
