//! A model has each version once. Of those that were there twice the first keeps its number, the others get the next
//! ones.
//!
//! `down` gives them their old numbers back.

use migration_engine::{Describe, project::describe::Allowed};
use sea_orm_migration::prelude::*;

use super::{
    aside,
    column::run,
    index::{NewIndex, create_all, drop_all},
};

const INDEX: NewIndex =
    NewIndex::of("prompt_versions_model_version_key", "prompt_versions", &["model", "version"]).unique();

/// The numbers that were there before, of those that get others.
const NUMBERS: &str = "_kept_prompt_versions_version";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let twice = "SELECT n.id, n.version FROM (SELECT id, version, \
                     row_number() OVER (PARTITION BY model, version ORDER BY id) AS nth FROM prompt_versions) n WHERE n.nth > 1";
        aside::set(manager, NUMBERS, twice).await?;
        run(manager, &renumber()).await?;
        create_all(manager, &[INDEX]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &[INDEX]).await?;
        aside::put_back(manager, NUMBERS, "prompt_versions", "version").await
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
                reason: "the old numbers are set aside first, and are never changed again",
            },
            Allowed { rule: "blocking-index", reason: "there are as many rows as versions of prompts" },
            Allowed { rule: "lossy-rollback", reason: "rows get their old numbers back" },
        ]
    }
}

/// Behind the highest number of the model. Only those that still have their old one: a run that was killed goes on.
fn renumber() -> String {
    format!(
        "UPDATE prompt_versions SET version = (SELECT n.version FROM (\
         SELECT p.id, h.highest + row_number() OVER (PARTITION BY p.model ORDER BY p.id) AS version \
         FROM prompt_versions p JOIN {NUMBERS} k ON k.id = p.id AND k.version = p.version \
         JOIN (SELECT model, max(version) AS highest FROM prompt_versions GROUP BY model) h ON h.model = p.model) n \
         WHERE n.id = prompt_versions.id) \
         WHERE id IN (SELECT k.id FROM {NUMBERS} k WHERE k.version = prompt_versions.version)"
    )
}
