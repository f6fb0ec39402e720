//! What people did about an alarm, who and when: acknowledged, resolved, judged, made a task of it.
//!
//! Rows are only ever added. The verdict on an alarm is its latest row with one; whoever changes their mind adds a row, and
//! the history shows both. So neither the verdict nor the task has columns at the alarm, whose row may be in the
//! columnstore: judging an old alarm unpacks nothing.
//!
//! No reference to `alarms`: under a foreign key to a hypertable the columnstore and retention fail. A row has the alarm's
//! time beside its id, which is the key of `alarms` and leads to one chunk. `task_id` is a row of `maintenance_tasks` in the
//! area telemetry, which may be in another database.
//!
//! `down` keeps the rows for the next `up`.

use migration_engine::{
    Describe,
    revision::{index, kept::KeptColumns},
};
use migration_timescale::TimescaleManager;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::{
    portable::{
        create_enum, drop_enum, has_enum,
        table::{EnumType, PortableTable, Type, newest_first},
    },
    seed,
};

const TABLE: &str = "alarm_actions";
const ACTION: EnumType = ("alarm_action_kind", &["acknowledged", "resolved", "verdict", "task"]);
const VERDICT: EnumType = ("alarm_verdict", &["real", "false_alarm", "known"]);
const COLUMNS: &str = "id, alarm_id, raised_at, action, acted_at, actor, verdict, task_id, note";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its own transactions: what an earlier `down` kept is put back after the first.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        if !manager.table_exists(TABLE).await? {
            let change = manager.begin().await?;
            for (name, labels) in [ACTION, VERDICT] {
                if has_enum(&change, name).await? {
                    // Left by a run that was killed, when the table was dropped afterwards.
                    drop_enum(&change, name).await?;
                }
                create_enum(&change, name, labels).await?;
            }
            change.create_table(table(backend)).await?;
            change.commit().await?;
        }
        for (name, index) in indexes() {
            index::create_index(manager, TABLE, name, index).await?;
        }
        restore(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !manager.table_exists(TABLE).await? {
            return Ok(());
        }
        kept().keep_ahead(manager).await?;
        let change = manager.begin().await?;
        kept().keep(&change).await?;
        change.drop_table(Table::drop().table(TABLE).take()).await?;
        drop_enum(&change, VERDICT.0).await?;
        drop_enum(&change, ACTION.0).await?;
        kept().release(&change).await?;
        change.commit().await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some("alarms")
    }

    /// Every action and verdict, with and without an actor and a note.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let actions = (0..24).map(|number| {
            let action = ACTION.1[number as usize % 4];
            let verdict = VERDICT.1[number as usize / 4 % 3];
            [
                seed::id(backend, 3000 + number),
                seed::id(backend, number / 4),
                seed::moment(backend, 1 + number / 16, number / 4, number / 4),
                format!("'{action}'"),
                seed::moment(backend, 3 + number / 4, 7, number),
                seed::or_null(action != "resolved", "'o''hara'"),
                seed::or_null(action == "verdict", format!("'{verdict}'")),
                seed::or_null(action == "task" && number > 10, seed::id(backend, 4000 + number)),
                seed::or_null(number.is_multiple_of(3), "'the \"seal\" isn''t tight'"),
            ]
            .join(", ")
        });
        seed::insert(manager, TABLE, COLUMNS, actions).await
    }
}

fn table(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, TABLE)
        .uuid_key()
        .required("alarm_id", Type::Uuid)
        .required("raised_at", Type::Moment)
        .required("action", Type::Enum(ACTION))
        .required("acted_at", Type::Moment)
        .optional("actor", Type::Name(255))
        .optional("verdict", Type::Enum(VERDICT))
        .optional("task_id", Type::Uuid)
        .optional("note", Type::Text)
        .check("verdict_of_action", "(action = 'verdict') = (verdict IS NOT NULL)")
        .check("task_of_action", "task_id IS NULL OR action = 'task'")
        .create()
}

/// The history of an alarm, and the verdicts on the alarms of a period.
fn indexes() -> [(&'static str, IndexCreateStatement); 2] {
    [
        ("alarm_actions_alarm_id_acted_at_idx", newest_first(TABLE, &["alarm_id"], "acted_at")),
        ("alarm_actions_action_raised_at_idx", newest_first(TABLE, &["action"], "raised_at")),
    ]
}

/// All that `down` would lose: every row.
fn kept() -> KeptColumns {
    KeptColumns::of(TABLE, "rows")
        .key(&["id"])
        .column("alarm_id")
        .column("raised_at")
        .enum_column("action", ACTION.0)
        .column("acted_at")
        .column("actor")
        .enum_column("verdict", VERDICT.0)
        .column("task_id")
        .column("note")
        .rows_where("id IS NOT NULL")
}

/// Inserts what `down` kept; a run that was killed may have inserted it before.
async fn restore(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let kept = kept();
    let side = kept.side_table();
    if !manager.table_exists(side).await? {
        return Ok(());
    }
    let values = if manager.get_database_backend() == DbBackend::Postgres {
        COLUMNS
            .replace("action,", &format!("action::{},", ACTION.0))
            .replace("verdict,", &format!("verdict::{},", VERDICT.0))
    } else {
        COLUMNS.to_owned()
    };
    let change = manager.begin().await?;
    let insert =
        format!("INSERT INTO {TABLE} ({COLUMNS}) SELECT {values} FROM {side} WHERE id NOT IN (SELECT id FROM {TABLE})");
    change.get_connection().execute_unprepared(&insert).await?;
    change.drop_table(Table::drop().table(Alias::new(side)).take()).await?;
    change.commit().await
}
