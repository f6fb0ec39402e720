//! The table of alarms as core-server has always had it: a value crossed a threshold.
//!
//! With TimescaleDB it is a hypertable of 7-day chunks, hence the primary key with the time in it; with the full licence
//! chunks older than 7 days go to the columnstore, one batch per sensor.

use migration_engine::{Describe, revision::consent};
use migration_timescale::{Columnstore, ColumnstorePolicy, Dialect, Hypertable, MYSQL_TABLE_OPTIONS, TimescaleManager};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    portable::{
        check, create_enum, drop_enum, enum_check, enum_column, json_check, json_column, moment_check, moment_column,
        text_default_empty, uuid_column,
    },
    seed,
};

const TABLE: &str = "alarms";
const SEVERITY: (&str, &[&str]) = ("alarm_severity", &["info", "warning", "critical"]);
const STATUS: (&str, &[&str]) = ("alarm_status", &["active", "acknowledged", "resolved"]);

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// SQLite and MySQL too: a run that is killed leaves nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.enable_timescaledb().await?;
        create_enum(manager, SEVERITY.0, SEVERITY.1).await?;
        create_enum(manager, STATUS.0, STATUS.1).await?;
        if is_left_over(manager).await? {
            manager.drop_table(Table::drop().table(TABLE).take()).await?;
        }
        manager.create_table(alarms(manager.get_database_backend())).await?;

        let hypertable = Hypertable::by_range(TABLE, "raised_at").chunk_interval("7 days");
        let columnstore = Columnstore::on(TABLE).segment_by("sensor_id").order_by("raised_at DESC");
        manager.create_hypertable(&hypertable).await?;
        manager.enable_columnstore(&columnstore).await?;
        manager.add_columnstore_policy(&ColumnstorePolicy::after(TABLE, "7 days")).await?;

        // Newest first, ties broken by the id: the order of every list.
        manager.create_index(newest_first("alarms_raised_at_idx").take()).await?;
        let mut of_sensor = Index::create();
        of_sensor.name("alarms_sensor_id_idx").table(TABLE).col("sensor_id");
        of_sensor.col(("raised_at", IndexOrder::Desc)).col(("id", IndexOrder::Desc));
        manager.create_index(of_sensor.take()).await?;
        // What is still open, the first page of every dashboard. MySQL has no partial indexes.
        let open = if manager.get_database_backend() == DbBackend::MySql {
            let mut open = Index::create();
            open.name("alarms_open_idx").table(TABLE).col("status");
            open.col(("raised_at", IndexOrder::Desc)).col(("id", IndexOrder::Desc)).take()
        } else {
            newest_first("alarms_open_idx").and_where(Expr::cust("status <> 'resolved'")).take()
        };
        manager.create_index(open).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::MySql && !manager.table_exists(TABLE).await? {
            return Ok(());
        }
        consent::may_drop_rows(manager, TABLE).await?;
        manager.drop_table(Table::drop().table(TABLE).take()).await?;
        drop_enum(manager, STATUS.0).await?;
        drop_enum(manager, SEVERITY.0).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some("alarms")
    }

    /// Four weeks of four sensors, in every state, with quotes and nulls; the first two weeks are in the columnstore, and
    /// one of their chunks has rows beside it.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const COLUMNS: &str = "id, raised_at, sensor_id, severity, status, value, threshold, message, context, \
                               acknowledged_at, acknowledged_by, resolved_at";
        let backend = manager.get_database_backend();
        seed::insert(manager, TABLE, COLUMNS, (0..112).map(|number| threshold_alarm(backend, number, 1 + number / 4)))
            .await?;
        if manager.capability().await?.has_columnstore() {
            seed::compress_older(manager, TABLE).await?;
        }
        seed::insert(manager, TABLE, COLUMNS, (112..120).map(|number| threshold_alarm(backend, number, 3))).await
    }
}

fn threshold_alarm(backend: DbBackend, number: u32, day: u32) -> String {
    let (severities, states) = (SEVERITY.1, STATUS.1);
    let later = seed::moment(backend, day + 1, number % 24, number);
    let state = number as usize % states.len();
    [
        seed::id(backend, number),
        seed::moment(backend, day, number % 24, number),
        format!("'pump-{}'", number % 4),
        format!("'{}'", severities[number as usize / 3 % severities.len()]),
        format!("'{}'", states[state]),
        seed::or_null(!number.is_multiple_of(5), format!("{}", 20.1 + f64::from(number) / 7.0)),
        seed::or_null(!number.is_multiple_of(7), "20.05"),
        format!("'no. {number}: it''s \"20 °C\"'"),
        seed::or_null(number.is_multiple_of(2), format!("'{{\"line\": {number}}}'")),
        seed::or_null(state > 0, later.clone()),
        seed::or_null(state > 0, "'o''hara'"),
        seed::or_null(state > 1, later),
    ]
    .join(", ")
}

/// MySQL commits after every statement: a run that was killed leaves the table, and no row in it.
async fn is_left_over(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    Ok(manager.get_database_backend() == DbBackend::MySql
        && manager.table_exists(TABLE).await?
        && !consent::holds_rows(manager.get_connection(), TABLE).await?)
}

fn newest_first(name: &'static str) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(TABLE).col(("raised_at", IndexOrder::Desc)).col(("id", IndexOrder::Desc));
    index
}

fn alarms(backend: DbBackend) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(TABLE)
        .col(uuid_column(backend, "id"))
        .col(moment_column(backend, "raised_at").not_null())
        .col(ColumnDef::new("sensor_id").string_len(255).not_null())
        .col(enum_column(backend, "severity", SEVERITY.0, SEVERITY.1).not_null())
        .col(enum_column(backend, "status", STATUS.0, STATUS.1).not_null().default("active"))
        .col(ColumnDef::new("value").double())
        .col(ColumnDef::new("threshold").double())
        .col(text_default_empty(backend, "message"))
        .col(json_column(backend, "context"))
        .col(moment_column(backend, "acknowledged_at"))
        .col(ColumnDef::new("acknowledged_by").text())
        .col(moment_column(backend, "resolved_at"))
        .primary_key(Index::create().name("alarms_pkey").col("id").col("raised_at"));
    let raised_at = moment_check(backend, "raised_at");
    match Dialect::of(backend) {
        Dialect::Postgres => {
            check(&mut table, "alarms_sensor_id_check", "sensor_id <> ''");
            check(&mut table, "alarms_raised_at_check", raised_at);
        }
        Dialect::MySql => {
            // Any text; the server's default may be Latin-1.
            table.character_set("utf8mb4").extra(MYSQL_TABLE_OPTIONS);
            check(&mut table, "alarms_sensor_id_check", "sensor_id <> ''");
            check(&mut table, "alarms_raised_at_check", raised_at);
        }
        Dialect::Sqlite => {
            check(&mut table, "alarms_id_check", "typeof(id) = 'blob' AND length(id) = 16");
            check(&mut table, "alarms_sensor_id_check", "length(sensor_id) BETWEEN 1 AND 255");
            check(&mut table, "alarms_raised_at_check", raised_at);
            check(&mut table, "alarms_severity_check", enum_check("severity", SEVERITY.1));
            check(&mut table, "alarms_status_check", enum_check("status", STATUS.1));
            check(&mut table, "alarms_context_check", json_check("context"));
        }
    }
    table
}
