//! Alarms learn which model found them, and how often their condition was seen again.
//!
//! A condition that is reported once more while its alarm is open is no second alarm: `repeats` counts it and
//! `last_seen_at` says when. What was measured and the limit that it crossed are in `value` and `threshold` since the
//! first revision.
//!
//! Every column is null or 0 in the rows there are, so none is touched, in the columnstore neither, and the steps are those
//! of the revision before: columns and checks in one short transaction, their validation, what an earlier `down` kept.

use migration_engine::{Describe, revision::kept::KeptColumns};
use migration_timescale::{ChecksOnNewColumns, Dialect, TimescaleManager};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    portable::{moment_check, moment_column, takes_check_with_column},
    seed,
};

const TABLE: &str = "alarms";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its own transactions: the validation must not hold the lock of the first step.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        if !manager.column_exists(TABLE, "repeats").await? {
            let change = manager.begin().await?;
            for alteration in add_columns(backend, takes_check_with_column(&change).await?) {
                change.alter_table(alteration).await?;
            }
            if backend == DbBackend::Postgres {
                change.add_checks(&checks()).await?;
            }
            change.commit().await?;
        }
        if backend == DbBackend::Postgres {
            manager.validate_checks(&checks()).await?;
        }
        kept().restore(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !manager.column_exists(TABLE, "repeats").await? {
            return Ok(());
        }
        kept().keep_ahead(manager).await?;
        let change = manager.begin().await?;
        kept().keep(&change).await?;
        // The last first: the check of the version names the model.
        let columns = ["repeats", "last_seen_at", "model_version", "model_name"];
        if change.get_database_backend() == DbBackend::MySql {
            // MySQL commits after every statement; a run that is killed leaves all or none.
            let mut alteration = Table::alter();
            alteration.table(TABLE);
            for column in columns {
                alteration.drop_column(column);
            }
            change.alter_table(alteration.take()).await?;
        } else {
            for column in columns {
                change.alter_table(Table::alter().table(TABLE).drop_column(column).take()).await?;
            }
        }
        kept().release(&change).await?;
        change.commit().await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some("alarms")
    }

    /// Alarms of two models and of none, seen again and not; the first two weeks are in the columnstore.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const COLUMNS: &str = "id, raised_at, sensor_id, severity, origin, anomaly_score, model_name, model_version, \
                               last_seen_at, repeats";
        let backend = manager.get_database_backend();
        let alarms = (0..40).map(|number| {
            let (model, again) = (number % 4 != 0, number % 3 == 0);
            let day = 1 + number / 2 % 27;
            [
                seed::id(backend, 2000 + number),
                seed::moment(backend, day, number % 24, number),
                format!("'pump-{}'", number % 4),
                "'critical'".to_owned(),
                if model { "'anomaly_model'" } else { "'threshold'" }.to_owned(),
                seed::or_null(model, format!("{}", f64::from(number) / 40.0)),
                seed::or_null(model && number % 4 > 1, format!("'it''s model {}'", number % 2)),
                seed::or_null(model && number % 4 > 2, "'2.0-rc \"1\"'"),
                seed::or_null(again, seed::moment(backend, day + 1, 3, number)),
                if again { number + 1 } else { 0 }.to_string(),
            ]
            .join(", ")
        });
        seed::insert(manager, TABLE, COLUMNS, alarms).await?;
        if manager.capability().await?.has_columnstore() {
            seed::compress_older(manager, TABLE).await?;
        }
        Ok(())
    }
}

/// Column, and the rule for what is in it: a model belongs to alarms of models, a version to a model.
fn rules(backend: DbBackend) -> [(&'static str, String); 4] {
    let range = moment_check(backend, "last_seen_at");
    let whole = if backend == DbBackend::Sqlite { "typeof(repeats) = 'integer' AND " } else { "" };
    [
        ("model_name", "model_name IS NULL OR (model_name <> '' AND anomaly_score IS NOT NULL)".to_owned()),
        ("model_version", "model_version IS NULL OR (model_version <> '' AND model_name IS NOT NULL)".to_owned()),
        ("last_seen_at", format!("last_seen_at IS NULL OR ({range} AND last_seen_at >= raised_at)")),
        ("repeats", format!("{whole}repeats >= 0")),
    ]
}

fn checks() -> ChecksOnNewColumns {
    rules(DbBackend::Postgres).iter().fold(ChecksOnNewColumns::on(TABLE), |checks, (column, rule)| {
        checks.check(&format!("alarms_{column}_check"), rule)
    })
}

/// What `down` would lose.
fn kept() -> KeptColumns {
    KeptColumns::of(TABLE, "repeats")
        .key(&["id", "raised_at"])
        .batched_by("sensor_id", "raised_at")
        .column("model_name")
        .column("model_version")
        .column("last_seen_at")
        .column("repeats")
        .rows_where("model_name IS NOT NULL OR last_seen_at IS NOT NULL OR repeats <> 0")
}

/// The columns. PostgreSQL gets the checks afterwards; SQLite and MariaDB with the columns, and then read no row.
fn add_columns(backend: DbBackend, check_with_column: bool) -> Vec<TableAlterStatement> {
    let mut columns = [
        ColumnDef::new("model_name").string_len(255).take(),
        ColumnDef::new("model_version").string_len(100).take(),
        moment_column(backend, "last_seen_at"),
        ColumnDef::new("repeats").integer().not_null().default(0).take(),
    ];
    let rules = rules(backend);
    if check_with_column {
        for (column, (_, rule)) in columns.iter_mut().zip(rules) {
            column.check(Expr::cust(rule));
        }
    } else if backend == DbBackend::MySql {
        // MySQL takes no check over two columns with a column, and copies the table for one at the table.
        let rules = rules.map(|(column, rule)| format!(", ADD CONSTRAINT alarms_{column}_check CHECK ({rule})"));
        columns[3].extra(rules.concat());
    }
    match Dialect::of(backend) {
        // One column a statement.
        Dialect::Sqlite => columns.map(|column| Table::alter().table(TABLE).add_column(column).take()).into(),
        Dialect::Postgres | Dialect::MySql => {
            let mut alteration = Table::alter();
            alteration.table(TABLE);
            for column in columns {
                alteration.add_column(column);
            }
            vec![alteration.take()]
        }
    }
}
