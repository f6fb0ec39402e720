//! Alarms learn where they come from: a threshold that was crossed, or an anomaly model, which also gives a score.
//!
//! Every alarm there is was raised by a threshold, so the default says it all: the columns are added to the catalogue and
//! no row is touched, in the columnstore neither. A database at work hardly notices:
//!
//! 1. Types, columns and checks in one short transaction. The exclusive lock is held for milliseconds; it does not read
//!    the history ([`ChecksOnNewColumns`] says how).
//! 2. The checks are validated and the index built while others read and write.
//! 3. What an earlier `down` kept is put back.
//!
//! Each step first looks whether it is done, so that a run that was killed can be started again.

use migration_engine::{
    Describe,
    revision::{index, kept::KeptColumns},
};
use migration_timescale::{ChecksOnNewColumns, Dialect, TimescaleManager};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    portable::{create_enum, drop_enum, enum_check, enum_column, has_enum, takes_check_with_column},
    seed,
};

const TABLE: &str = "alarms";
const ORIGIN: (&str, &[&str]) = ("alarm_origin", &["threshold", "anomaly_model"]);
const INDEX: &str = "alarms_anomaly_model_idx";

/// In [0, 1]; NaN, which PostgreSQL sorts above all numbers, is refused by the upper bound.
const SCORE_IN_RANGE: &str = "anomaly_score IS NULL OR (anomaly_score >= 0 AND anomaly_score <= 1)";
/// A score comes with a model alarm and with nothing else.
const SCORE_OF_MODEL: &str = "(origin = 'anomaly_model') = (anomaly_score IS NOT NULL)";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its own transactions: validation and index build must not hold the lock of the first step.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        if !manager.column_exists(TABLE, "origin").await? {
            let change = manager.begin().await?;
            if has_enum(&change, ORIGIN.0).await? {
                // Left by a run that was killed, when the table was dropped afterwards.
                drop_enum(&change, ORIGIN.0).await?;
            }
            create_enum(&change, ORIGIN.0, ORIGIN.1).await?;
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
        index::create_index(manager, TABLE, INDEX, index(backend)).await?;
        kept().restore(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !manager.column_exists(TABLE, "origin").await? {
            return Ok(());
        }
        kept().keep_ahead(manager).await?;
        let change = manager.begin().await?;
        kept().keep(&change).await?;
        if change.index_exists(TABLE, INDEX).await? {
            change.drop_index(Index::drop().name(INDEX).table(TABLE).to_owned()).await?;
        }
        // The score first: its check names the origin.
        if change.get_database_backend() == DbBackend::MySql {
            // MySQL commits after every statement; a run that is killed leaves both or none.
            change
                .alter_table(Table::alter().table(TABLE).drop_column("anomaly_score").drop_column("origin").take())
                .await?;
        } else {
            for column in ["anomaly_score", "origin"] {
                change.alter_table(Table::alter().table(TABLE).drop_column(column).take()).await?;
            }
        }
        drop_enum(&change, ORIGIN.0).await?;
        kept().release(&change).await?;
        change.commit().await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some("alarms")
    }

    /// Model alarms of four weeks, with scores from one end to the other, among threshold alarms; the first two weeks are
    /// in the columnstore.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const COLUMNS: &str = "id, raised_at, sensor_id, severity, value, message, origin, anomaly_score";
        let backend = manager.get_database_backend();
        let alarms = (0..57).map(|number| {
            let model = number % 3 != 1;
            [
                seed::id(backend, 1000 + number),
                seed::moment(backend, 1 + number / 2 % 28, number % 24, number),
                format!("'pump-{}'", number % 4),
                "'warning'".to_owned(),
                seed::or_null(!number.is_multiple_of(5), format!("{}", 0.1 + f64::from(number))),
                format!("'model no. {number} isn''t \"sure\"'"),
                format!("'{}'", ORIGIN.1[usize::from(model)]),
                seed::or_null(model, format!("{}", f64::from(number) / 56.0)),
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

/// Rows with a score, which are the model alarms: the others are nearly all rows, and the time index serves them. The
/// condition is one that a query with a bound origin implies; docs/adr/0001 has the measurements. MySQL has no partial
/// indexes.
fn index(backend: DbBackend) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(INDEX).table(TABLE);
    if backend == DbBackend::MySql {
        index.col("origin");
    } else {
        index.and_where(Expr::cust("anomaly_score IS NOT NULL"));
    }
    index.col(("raised_at", IndexOrder::Desc)).col(("id", IndexOrder::Desc)).take()
}

fn checks() -> ChecksOnNewColumns {
    ChecksOnNewColumns::on(TABLE)
        .check("alarms_anomaly_score_check", SCORE_IN_RANGE)
        .check("alarms_origin_score_check", SCORE_OF_MODEL)
}

/// What `down` would lose: origin and score of the model alarms.
fn kept() -> KeptColumns {
    KeptColumns::of(TABLE, "origin")
        .key(&["id", "raised_at"])
        .batched_by("sensor_id", "raised_at")
        .enum_column("origin", ORIGIN.0)
        .column("anomaly_score")
        .rows_where("anomaly_score IS NOT NULL")
}

/// The two columns. PostgreSQL gets the checks afterwards; SQLite and MariaDB with the columns, and then read no row.
fn add_columns(backend: DbBackend, check_with_column: bool) -> Vec<TableAlterStatement> {
    let mut origin = enum_column(backend, "origin", ORIGIN.0, ORIGIN.1);
    origin.not_null().default("threshold");
    let mut score = ColumnDef::new("anomaly_score");
    score.double();
    if check_with_column {
        score.check(Expr::cust(format!("({SCORE_IN_RANGE}) AND {SCORE_OF_MODEL}")));
    }
    match Dialect::of(backend) {
        // One column a statement.
        Dialect::Sqlite => {
            origin.check(Expr::cust(enum_check("origin", ORIGIN.1)));
            [origin, score].map(|column| Table::alter().table(TABLE).add_column(column).take()).into()
        }
        // MySQL takes no check over two columns with a column, and copies the table for one at the table.
        Dialect::MySql if !check_with_column => {
            score.extra(format!(
                ", ADD CONSTRAINT alarms_anomaly_score_check CHECK (({SCORE_IN_RANGE}) AND {SCORE_OF_MODEL})"
            ));
            vec![Table::alter().table(TABLE).add_column(origin).add_column(score).take()]
        }
        Dialect::Postgres | Dialect::MySql => {
            vec![Table::alter().table(TABLE).add_column(origin).add_column(score).take()]
        }
    }
}
