//! The registry of plugins, the values they measure, their status, the alerts on these values, and when an alert triggered.
//!
//! Health and severity are closed sets. The category of a plugin and the names of metrics are open text: plugins bring
//! their own.
//!
//! The status of a plugin and an alert on it belong to a plugin of the registry, and the database says so. Two tables do
//! without:
//!
//! - `plugin_metrics` is written all the time. Each insert would look its plugin up and lock its row against changes, and a
//!   plugin could not be removed before its metrics are, most of which are compressed.
//! - `alert_history` is a record: what triggered stays when the alert is deleted, until it is 90 days old.
//!
//! Tags are asked for by what they contain. PostgreSQL has an index for that (GIN); the others filter what the index by name
//! and time has found.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::{HISTORY, METRICS, rows};
use crate::{
    baseline::Baseline,
    portable::table::{EnumType, PortableTable, Type, newest_first},
};

const HEALTH: EnumType = ("plugin_health", &["unknown", "healthy", "degraded", "unhealthy"]);
const SEVERITY: EnumType = ("plugin_alert_severity", &["info", "warning", "error", "critical"]);

const BASELINE: Baseline = Baseline {
    enums: &[HEALTH, SEVERITY],
    tables: &[
        ("plugins", plugins),
        (METRICS, plugin_metrics),
        ("plugin_status", plugin_status),
        ("alerts", alerts),
        (HISTORY, alert_history),
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

    /// Plugins and alerts in every state, with nulls and quotes, and four weeks of metrics and triggers.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::seed_all(manager).await
    }
}

fn plugins(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "plugins")
        .uuid_key()
        .required("plugin_id", Type::Name(100))
        .required("name", Type::Name(200))
        .required("version", Type::Name(50))
        .optional("description", Type::Text)
        .optional("category", Type::Name(50))
        .defaulting("enabled", Type::Boolean, true)
        .optional("config", Type::Json)
        .created_and_updated_at()
        .unique(&["plugin_id"])
        .create()
}

fn plugin_metrics(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, METRICS)
        .required("time", Type::Moment)
        .required("plugin_id", Type::Name(100))
        .required("metric_name", Type::Name(200))
        .required("value", Type::Json)
        .optional("tags", Type::Json)
        .key(&["time", "plugin_id", "metric_name"])
        .create()
}

fn plugin_status(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "plugin_status")
        .required("plugin_id", Type::Name(100))
        .optional("last_run", Type::Moment)
        .optional("last_success", Type::Moment)
        .optional("last_error", Type::Text)
        .defaulting("error_count", Type::Count, 0)
        .defaulting("consecutive_errors", Type::Count, 0)
        .defaulting("health_status", Type::Enum(HEALTH), "unknown")
        .updated_at()
        .check("errors", "consecutive_errors <= error_count")
        .key(&["plugin_id"])
        .references("plugin_id", "plugins")
        .create()
}

fn alerts(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "alerts")
        .uuid_key()
        .required("plugin_id", Type::Name(100))
        .required("name", Type::Name(200))
        .optional("description", Type::Text)
        .required("condition", Type::Json)
        .required("severity", Type::Enum(SEVERITY))
        .defaulting("enabled", Type::Boolean, true)
        .created_and_updated_at()
        .references("plugin_id", "plugins")
        .create()
}

fn alert_history(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, HISTORY)
        .required("time", Type::Moment)
        .required("alert_id", Type::Uuid)
        .required("triggered", Type::Boolean)
        .optional("value", Type::Json)
        .optional("message", Type::Text)
        .key(&["time", "alert_id"])
        .create()
}

fn indexes(backend: DbBackend) -> Vec<IndexCreateStatement> {
    let newest = |name: &'static str, table: &'static str, of: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in of {
            index.col(*column);
        }
        index.col(("time", IndexOrder::Desc)).take()
    };
    let mut indexes = vec![
        newest("plugin_metrics_plugin_id_time_idx", METRICS, &["plugin_id"]),
        // A window of one metric of one plugin, and all plugins that have a metric.
        newest("plugin_metrics_metric_name_plugin_id_time_idx", METRICS, &["metric_name", "plugin_id"]),
        newest_first("alerts", &["plugin_id"], "created_at"),
        newest("alert_history_alert_id_time_idx", HISTORY, &["alert_id"]),
    ];
    if backend == DbBackend::Postgres {
        let mut tags = Index::create();
        tags.name("plugin_metrics_tags_idx").table(METRICS).col("tags").index_type(IndexType::Custom("gin".into()));
        indexes.push(tags.take());
    }
    indexes
}
