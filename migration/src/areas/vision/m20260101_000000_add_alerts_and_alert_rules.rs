//! Alerts, and the rules by which events become alerts.
//!
//! A rule that is deleted leaves its alerts; an event takes them along.
//!
//! Known as `add_alerts_rules` in the system that it comes from.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::table::{EnumType, PortableTable, Type, newest_first},
};

const SEVERITY: EnumType = ("alert_severity", &["low", "medium", "high", "critical"]);
const STATUS: EnumType = ("alert_status", &["pending", "delivered", "acknowledged", "dismissed"]);

const TABLES: Baseline = Baseline {
    enums: &[SEVERITY, STATUS],
    tables: &[("alert_rules", alert_rules), ("alerts", alerts)],
    indexes: |_| {
        vec![newest_first("alerts", &["event_id"], "created_at"), newest_first("alerts", &["rule_id"], "created_at")]
    },
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
        TABLES.create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLES.drop(manager).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Rules, and alerts in every state.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::alerts(manager).await
    }
}

fn alert_rules(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "alert_rules")
        .number_key(&[])
        .required("name", Type::Name(255))
        .optional("description", Type::Text)
        .defaulting("enabled", Type::Boolean, true)
        .defaulting("severity", Type::Enum(SEVERITY), "medium")
        .optional("risk_threshold", Type::Count)
        .optional("min_confidence", Type::Number)
        .optional("object_types", Type::Json)
        .optional("conditions", Type::Json)
        .defaulting("cooldown_seconds", Type::Count, 300)
        .created_and_updated_at()
        .create()
}

fn alerts(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "alerts")
        .number_key(&[])
        .required("event_id", Type::Id)
        .optional("rule_id", Type::Id)
        .defaulting("severity", Type::Enum(SEVERITY), "medium")
        .defaulting("status", Type::Enum(STATUS), "pending")
        .optional("channels", Type::Json)
        .optional("details", Type::Json)
        .optional("delivered_at", Type::Moment)
        .created_and_updated_at()
        .belongs_to("event_id", "events", ForeignKeyAction::Cascade)
        .belongs_to("rule_id", "alert_rules", ForeignKeyAction::SetNull)
        .create()
}
