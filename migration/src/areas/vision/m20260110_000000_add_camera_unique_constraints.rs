//! A camera is known by its name and by its folder, and is there once.
//!
//! Cameras that were there twice, by folder or by name, are merged into the first of them: what the others saw becomes
//! that one's, and what they learned where it had not learned the same. Nothing is lost: the others, and whose rows
//! were whose, are set aside, and `down` brings them back.

use migration_engine::{Describe, project::describe::Allowed};
use sea_orm_migration::prelude::*;

use super::{
    aside,
    column::run,
    index::{NewIndex, create_all, drop_all},
};

const INDEXES: [NewIndex; 2] = [
    NewIndex::of("cameras_name_key", "cameras", &["name"]).unique(),
    NewIndex::of("cameras_folder_path_key", "cameras", &["folder_path"]).unique(),
];

/// Tables with rows of cameras.
const CHILDREN: [&str; 6] = ["detections", "events", "logs", "zones", "activity_baselines", "class_baselines"];
/// Those of them where a camera has one row for each of these.
const LEARNED: [(&str, &[&str]); 2] =
    [("activity_baselines", &["hour", "day_of_week"]), ("class_baselines", &["detection_class", "hour"])];

/// The cameras that go, and which stays instead.
const KEEPERS: &str = "_kept_cameras_keeper";
/// The cameras that went.
const MERGED: &str = "_kept_cameras_merged";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["folder_path", "name"] {
            merge(manager, column).await?;
        }
        create_all(manager, &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &INDEXES).await?;
        aside::bring_back(manager, MERGED, "cameras").await?;
        for table in CHILDREN {
            aside::put_back(manager, &owners(table), table, "camera_id").await?;
        }
        for (table, _) in LEARNED {
            aside::bring_back(manager, &learned_twice(table), table).await?;
        }
        aside::forget(manager, KEEPERS).await
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
                reason: "what is set aside is never changed again, so `up` and `down` go on where they were killed",
            },
            Allowed { rule: "blocking-index", reason: "there are as many rows as cameras" },
            Allowed { rule: "lossy-rollback", reason: "rows are set aside by `up`, and `down` puts them back" },
        ]
    }
}

async fn merge(manager: &SchemaManager<'_>, column: &str) -> Result<(), DbErr> {
    let twice = format!(
        "SELECT c.id, k.keeper FROM cameras c \
         JOIN (SELECT {column}, min(id) AS keeper FROM cameras GROUP BY {column}) k ON k.{column} = c.{column} \
         WHERE c.id <> k.keeper"
    );
    aside::set(manager, KEEPERS, &twice).await?;
    let leaving = format!("SELECT c.* FROM cameras c JOIN {KEEPERS} g ON g.id = c.id");
    aside::set(manager, MERGED, &leaving).await?;
    for (table, key) in LEARNED {
        let same = key.iter().map(|column| format!(" AND o.{column} = b.{column}")).collect::<Vec<_>>().concat();
        // Of those that become rows of one camera for the same hour, the first stays.
        let others = format!(
            "SELECT b.* FROM {table} b LEFT JOIN {KEEPERS} g ON g.id = b.camera_id WHERE EXISTS (\
             SELECT 1 FROM {table} o LEFT JOIN {KEEPERS} h ON h.id = o.camera_id \
             WHERE coalesce(h.keeper, o.camera_id) = coalesce(g.keeper, b.camera_id){same} AND o.id < b.id)"
        );
        let name = learned_twice(table);
        aside::set(manager, &name, &others).await?;
        run(manager, &format!("DELETE FROM {table} WHERE id IN (SELECT id FROM {name})")).await?;
    }
    for table in CHILDREN {
        let theirs = format!("SELECT t.id, t.camera_id FROM {table} t JOIN {KEEPERS} g ON g.id = t.camera_id");
        aside::set(manager, &owners(table), &theirs).await?;
        let keeper = format!("(SELECT g.keeper FROM {KEEPERS} g WHERE g.id = {table}.camera_id)");
        let change = format!("UPDATE {table} SET camera_id = {keeper} WHERE camera_id IN (SELECT id FROM {KEEPERS})");
        run(manager, &change).await?;
    }
    run(manager, &format!("DELETE FROM cameras WHERE id IN (SELECT id FROM {KEEPERS})")).await
}

/// Whose row each was.
fn owners(table: &str) -> String {
    format!("_kept_{table}_camera_id")
}

/// Rows that were there for both.
fn learned_twice(table: &str) -> String {
    format!("_kept_{table}_twice")
}
