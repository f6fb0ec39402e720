//! On PostgreSQL every row has a tenant, and a session sees the rows of its own: of the one that its setting `app.tenant`
//! names, else of none. Existing rows are no tenant's, so nothing changes where nobody sets it.
//!
//! A type of machine then has one configuration per tenant. Its key keeps its name: the adapter goes by that.
//!
//! Not with TimescaleDB, which refuses row security on a table with a columnstore, and not on MySQL and SQLite, which have
//! none: a database per tenant does it there. Half an area is not separated, so its plain table is left alone as well.
//!
//! `down` keeps whose rows are whose, but shows all of them to everybody until the next `up`. It fails where two tenants
//! configured one type of machine, which the schema before cannot hold.

use migration_engine::{Describe, project::describe::Allowed, revision::kept::KeptColumns};
use migration_timescale::{Maintenance, Step, TenantPolicy, TimescaleManager};
use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use super::m20261116_000000_archive_snapshots_and_anomalies::ARCHIVES;

const CONFIGURATIONS: &str = "machine_configurations";
/// The tables and what identifies a row.
const TABLES: [(&str, &[&str]); 5] = [
    (super::SNAPSHOTS, &["id", "snapshot_time", "machine_id"]),
    (super::ANOMALIES, &["id", "timestamp"]),
    (CONFIGURATIONS, &["id"]),
    ("state_snapshots_archive", &["id", "snapshot_time"]),
    ("anomaly_history_archive", &["id", "timestamp"]),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// A table without the policy would show everything.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _) in TABLES {
            if let Step::Skipped(_) = manager.add_tenant_policy(&TenantPolicy::on(table)).await? {
                return Ok(());
            }
        }
        one_configuration_per(manager, "machine_type, tenant").await?;
        for kept in kept() {
            kept.restore(manager).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !manager.column_exists(CONFIGURATIONS, TenantPolicy::COLUMN).await? {
            return Ok(());
        }
        for kept in kept() {
            kept.keep(manager).await?;
        }
        one_configuration_per(manager, "machine_type").await?;
        for (table, _) in TABLES {
            manager.remove_tenant_policy(&TenantPolicy::on(table)).await?;
        }
        Ok(())
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    fn allows(&self) -> &'static [Allowed] {
        &[Allowed {
            rule: "disallowed-unique-constraint",
            reason: "a type of machine is a row of this table, which has some dozens, and the key keeps its name",
        }]
    }

    /// As before, and rows take their tenant along.
    fn maintenance(&self) -> Vec<Maintenance> {
        let policies = ARCHIVES.iter().map(|archive| archive.policy().optional_columns(&[TenantPolicy::COLUMN]));
        policies.map(Maintenance::from).collect()
    }
}

/// Whose rows are whose comes back with the next `up`.
fn kept() -> impl Iterator<Item = KeptColumns> {
    TABLES.into_iter().map(|(table, key)| {
        KeptColumns::of(table, TenantPolicy::COLUMN).key(key).column(TenantPolicy::COLUMN).rows_where("tenant <> ''")
    })
}

async fn one_configuration_per(manager: &SchemaManager<'_>, columns: &str) -> Result<(), DbErr> {
    for change in [
        "DROP CONSTRAINT machine_configurations_machine_type_key",
        &format!("ADD CONSTRAINT machine_configurations_machine_type_key UNIQUE ({columns})"),
    ] {
        manager.get_connection().execute_unprepared(&format!("ALTER TABLE {CONFIGURATIONS} {change}")).await?;
    }
    Ok(())
}
