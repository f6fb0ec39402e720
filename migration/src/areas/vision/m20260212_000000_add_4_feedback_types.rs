//! Four more things that people say about an event.
//!
//! A `down` gives feedback of these types the nearest of the older ones, and keeps which it was for the next `up`.

use migration_engine::revision::labels::{EnumColumn, EnumLabels};
use migration_engine::{
    Describe,
    project::describe::{Allowed, Parents},
};
use sea_orm_migration::prelude::*;

use super::{m20260129_000000_add_user_feedback_and_calibration::FEEDBACK, rows};

/// Each new type, and what older programs see instead.
const NEW: [(&str, &str); 4] = [
    ("wrong_object", "false_positive"),
    ("wrong_person", "false_positive"),
    ("duplicate_event", "false_positive"),
    ("wrong_zone", "severity_wrong"),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for labels in changes() {
            labels.up(manager).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for labels in changes().into_iter().rev() {
            labels.down(manager).await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260210_000000_merge_migration_branches"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Feedback of the new types.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::more_feedback(manager).await
    }

    fn allows(&self) -> &'static [Allowed] {
        &[
            Allowed {
                rule: "implicit-commit",
                reason: "what was kept of rows is kept, and `down` goes on with those that still have the label",
            },
            Allowed {
                rule: "table-copy",
                reason: "only on the way back; there are as many rows as events that people spoke of",
            },
        ]
    }
}

fn changes() -> Vec<EnumLabels> {
    let mut before = FEEDBACK.1.to_vec();
    let changes = NEW.map(|(label, instead)| {
        let column = EnumColumn::of("user_feedback", "feedback_type").key(&["id"]);
        let labels = EnumLabels::of(FEEDBACK.0, &before).used_by(column).adding(label).instead(instead);
        before.push(label);
        labels
    });
    changes.into()
}
