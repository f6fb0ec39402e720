//! What no row may be: a confidence or a score out of its range, an event that ends before it begins, a 25th hour.
//!
//! PostgreSQL looks at the rows there are while others go on. SQLite adds no check to a table, so triggers stand in for
//! it, and there they also see to the moments that at first had no zone.

use migration_engine::revision::constraints;
use migration_engine::{
    Describe,
    project::describe::{Allowed, Parents},
};
use migration_timescale::{Dialect, Question};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::{column::run, m20260106_000000_fix_datetime_timezone::COLUMNS};
use crate::portable::moment_check;

/// Table, name, and the condition on the row as it is to be.
const CHECKS: [(&str, &str, &str); 10] = [
    ("detections", "detections_confidence_range_check", "NEW.confidence BETWEEN 0 AND 1"),
    ("events", "events_risk_range_check", "NEW.risk BETWEEN 0 AND 100"),
    ("events", "events_period_check", "NEW.ended_at >= NEW.started_at"),
    ("activity_baselines", "activity_baselines_hour_range_check", "NEW.hour BETWEEN 0 AND 23"),
    ("activity_baselines", "activity_baselines_day_range_check", "NEW.day_of_week BETWEEN 0 AND 6"),
    ("class_baselines", "class_baselines_hour_range_check", "NEW.hour BETWEEN 0 AND 23"),
    ("alert_rules", "alert_rules_risk_range_check", "NEW.risk_threshold BETWEEN 0 AND 100"),
    ("alert_rules", "alert_rules_confidence_range_check", "NEW.min_confidence BETWEEN 0 AND 1"),
    ("event_audits", "event_audits_quality_range_check", "NEW.overall_quality_score BETWEEN 1 AND 5"),
    ("prompt_versions", "prompt_versions_first_version_check", "NEW.version > 0"),
];

const EVENTS: [&str; 2] = ["insert", "update"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match Dialect::of(manager.get_database_backend()) {
            Dialect::Postgres => {
                for (table, name, condition) in CHECKS {
                    constraints::add_check(manager, table, name, &bare(condition)).await?;
                }
            }
            Dialect::MySql => {
                for (table, name, condition) in CHECKS {
                    if !has_check(manager, table, name).await? {
                        let check = format!("ADD CONSTRAINT {name} CHECK ({})", bare(condition));
                        run(manager, &format!("ALTER TABLE {table} {check}")).await?;
                    }
                }
            }
            Dialect::Sqlite => {
                for (table, name, condition) in on_sqlite() {
                    for event in EVENTS {
                        let trigger = format!(
                            "CREATE TRIGGER IF NOT EXISTS {name}_{event} BEFORE {event} ON {table} WHEN NOT ({condition}) \
                             BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {name}'); END"
                        );
                        run(manager, &trigger).await?;
                    }
                    // Has the trigger look at the rows there are.
                    run(manager, &format!("UPDATE {table} SET id = id WHERE NOT ({})", bare(&condition))).await?;
                }
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match Dialect::of(manager.get_database_backend()) {
            Dialect::Postgres => {
                for (table, name, _) in CHECKS {
                    run(manager, &format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")).await?;
                }
            }
            Dialect::MySql => {
                for (table, name, _) in CHECKS {
                    if has_check(manager, table, name).await? {
                        run(manager, &format!("ALTER TABLE {table} DROP CONSTRAINT {name}")).await?;
                    }
                }
            }
            Dialect::Sqlite => {
                for (_, name, _) in on_sqlite() {
                    for event in EVENTS {
                        run(manager, &format!("DROP TRIGGER IF EXISTS {name}_{event}")).await?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260123_000000_merge_database_optimization_heads"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    fn allows(&self) -> &'static [Allowed] {
        &[Allowed {
            rule: "table-copy",
            reason: "MySQL checks every row; there is no other way, and the tables are of moderate size",
        }]
    }
}

/// The condition in a check, where there is but one row.
fn bare(condition: &str) -> String {
    condition.replace("NEW.", "")
}

fn on_sqlite() -> impl Iterator<Item = (&'static str, String, String)> {
    let moments = COLUMNS.into_iter().flat_map(|(table, columns)| {
        columns.iter().map(move |column| {
            let new = format!("NEW.{column}");
            let rule = moment_check(DbBackend::Sqlite, &new);
            (table, format!("{table}_{column}_utc_check"), format!("{new} IS NULL OR ({rule})"))
        })
    });
    CHECKS.into_iter().map(|(table, name, condition)| (table, name.to_owned(), condition.to_owned())).chain(moments)
}

/// Of MySQL.
async fn has_check(manager: &SchemaManager<'_>, table: &str, name: &str) -> Result<bool, DbErr> {
    const CHECK: &str = "SELECT count(*) > 0 FROM information_schema.table_constraints \
         WHERE constraint_schema = database() AND table_name = ? AND constraint_name = ?";
    let is_up = |known: &mut dyn migration_timescale::question::Known| known.may_hold_rows();
    Question::new(CHECK, [table, name], is_up).ask(manager.get_connection()).await
}
