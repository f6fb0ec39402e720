//! The table of alarms as it was before the project, rows of it, and questions about both, in the words of each backend.

use chrono::{DateTime, TimeDelta, Utc};
use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use crate::{Backend, TestDatabase, rows_as_text, scalar};

/// The revision with the table as core-server has always had it.
pub const BASELINE: &str = "m20250601_000000_create_alarms";
/// The revision that adds origin and score.
pub const PREDICTIVE: &str = "m20261101_000000_add_alarm_origin";
/// The revision that adds the model, and how often an alarm's condition was seen again.
pub const REPEATS: &str = "m20261125_000000_add_alarm_model_and_repeats";
/// The revision with the table of what people did.
pub const ACTIONS: &str = "m20261126_000000_create_alarm_actions";
/// All of them.
pub const REVISIONS: [&str; 4] = [BASELINE, PREDICTIVE, REPEATS, ACTIONS];
/// Where `down` keeps what the old schema cannot hold.
pub const SIDE_TABLE: &str = "_kept_alarms_origin";

/// Columns of the baseline, in order.
pub const OLD_COLUMNS: [&str; 12] = [
    "id",
    "raised_at",
    "sensor_id",
    "severity",
    "status",
    "value",
    "threshold",
    "message",
    "context",
    "acknowledged_at",
    "acknowledged_by",
    "resolved_at",
];

/// All columns, in order.
pub fn columns() -> Vec<&'static str> {
    OLD_COLUMNS.into_iter().chain(["origin", "anomaly_score"]).collect()
}

/// How many alarms of a [`history`] lie in chunks that [`compress`] converts, and how many there are.
pub const COMPRESSED: u32 = 150;
/// Size of a whole [`history`]: five weeks.
pub const HISTORY: u32 = 240;

/// When the alarm of that number was raised: Thursday 1 January 2026, where a chunk begins, and then every 191 minutes.
pub fn raised_at(number: u32) -> DateTime<Utc> {
    let first = DateTime::from_timestamp(1_767_225_600, 0).expect("a time");
    first + TimeDelta::minutes(191 * i64::from(number)) + TimeDelta::microseconds(i64::from(number))
}

/// A point in time as a literal.
pub fn moment(backend: Backend, at: DateTime<Utc>) -> String {
    let format = match backend {
        Backend::Sqlite => "'%Y-%m-%dT%H:%M:%S%.6f+00:00'",
        Backend::Mariadb => "'%Y-%m-%d %H:%M:%S%.6f'",
        Backend::Postgres | Backend::Timescale => "'%Y-%m-%d %H:%M:%S%.6f+00'",
    };
    at.format(format).to_string()
}

/// The id of the alarm of that number as a literal.
pub fn id(backend: Backend, number: u32) -> String {
    let uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number));
    match backend {
        Backend::Sqlite | Backend::Mariadb => format!("x'{}'", uuid.simple()),
        Backend::Postgres | Backend::Timescale => format!("'{uuid}'"),
    }
}

/// An alarm to insert: columns and their values in SQL.
#[derive(Clone, Debug)]
pub struct Alarm {
    values: Vec<(&'static str, String)>,
}

impl Alarm {
    /// An alarm with nothing but what has to be given.
    pub fn minimal(backend: Backend, number: u32) -> Self {
        let values = vec![
            ("raised_at", moment(backend, raised_at(number))),
            ("sensor_id", "'pump-1'".to_owned()),
            ("severity", "'critical'".to_owned()),
        ];
        Self { values }
    }

    /// A threshold alarm with every column of the old schema, each value following from the number.
    pub fn numbered(backend: Backend, number: u32) -> Self {
        let later = moment(backend, raised_at(number) + TimeDelta::microseconds(123_456));
        let (status, acknowledged, resolved) =
            [("active", false, false), ("acknowledged", true, false), ("resolved", true, true)][number as usize % 3];
        let or_null = |given: bool, sql: &str| if given { sql.to_owned() } else { "NULL".to_owned() };
        Self::minimal(backend, number)
            .with("id", id(backend, number))
            .with("sensor_id", format!("'pump-{}'", number % 4))
            .with("severity", format!("'{}'", ["info", "warning", "critical"][number as usize / 3 % 3]))
            .with("status", format!("'{status}'"))
            .with("value", or_null(!number.is_multiple_of(5), &format!("{}", 20.1 + f64::from(number) / 7.0)))
            .with("threshold", or_null(!number.is_multiple_of(7), "20.05"))
            .with("message", format!("'no. {number}: it''s 20 °C, 漏れ'"))
            .with("context", or_null(number.is_multiple_of(2), &format!("'{{\"line\": {number}}}'")))
            .with("acknowledged_at", or_null(acknowledged, &later))
            .with("acknowledged_by", or_null(acknowledged, "'anna'"))
            .with("resolved_at", or_null(resolved, &later))
    }

    /// Sets a column to a value in SQL.
    #[must_use]
    pub fn with(mut self, column: &'static str, sql: impl Into<String>) -> Self {
        self = self.without(column);
        self.values.push((column, sql.into()));
        self
    }

    /// Leaves a column out.
    #[must_use]
    pub fn without(mut self, column: &str) -> Self {
        self.values.retain(|(name, _)| *name != column);
        self
    }

    /// Makes it one of a model.
    #[must_use]
    pub fn of_model(self, score: f64) -> Self {
        self.with("origin", "'anomaly_model'").with("anomaly_score", format!("{score:?}"))
    }

    /// The statement that inserts it.
    pub fn insert(self) -> String {
        insert([self])
    }
}

/// One statement that inserts alarms with the same columns.
pub fn insert(alarms: impl IntoIterator<Item = Alarm>) -> String {
    let mut columns = String::new();
    let rows: Vec<String> = alarms
        .into_iter()
        .map(|alarm| {
            columns = alarm.values.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            let values: Vec<String> = alarm.values.into_iter().map(|(_, sql)| sql).collect();
            format!("({})", values.join(", "))
        })
        .collect();
    format!("INSERT INTO alarms ({columns}) VALUES {}", rows.join(", "))
}

/// Threshold alarms over five weeks, all that the old schema can hold.
pub fn history(backend: Backend) -> String {
    insert((0..HISTORY).map(|number| Alarm::numbered(backend, number)))
}

/// Alarms of a model between those of [`history`], one in ten, with ids of their own.
pub fn model_alarms(backend: Backend) -> String {
    insert((0..HISTORY).step_by(10).map(|number| {
        Alarm::numbered(backend, number)
            .with("id", id(backend, 1000 + number))
            .of_model(f64::from(number) / f64::from(HISTORY))
    }))
}

/// Every alarm as one text, by id.
pub async fn alarms<C: ConnectionTrait>(db: &C, backend: Backend, columns: &[&str]) -> Vec<String> {
    let text = match backend {
        Backend::Sqlite => columns.iter().map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || ' ' || "),
        Backend::Mariadb => {
            let quoted = |name: &&str| if *name == "id" { "HEX(id)".to_owned() } else { format!("QUOTE({name})") };
            format!("CONCAT_WS(' ', {})", columns.iter().map(quoted).collect::<Vec<_>>().join(", "))
        }
        Backend::Postgres | Backend::Timescale => format!("ROW({})::text", columns.join(", ")),
    };
    rows_as_text(db, &format!("SELECT {text} FROM alarms ORDER BY id")).await
}

/// Asserts that rows are the same, and shows those that are not.
pub fn assert_same(found: &[String], expected: &[String], when: &str) {
    let only = |of: &[String], beside: &[String]| -> Vec<String> {
        of.iter().filter(|row| !beside.contains(row)).take(5).cloned().collect()
    };
    assert!(
        found == expected,
        "{when}: {} rows, expected {}; not expected {:#?}, missing {:#?}",
        found.len(),
        expected.len(),
        only(found, expected),
        only(expected, found)
    );
}

/// A count.
pub async fn count<C: ConnectionTrait>(db: &C, of: &str) -> u32 {
    let text = if db.get_database_backend() == DbBackend::MySql { "CHAR" } else { "TEXT" };
    let found = scalar(db, &format!("SELECT CAST(count(*) AS {text}) FROM {of}")).await;
    found.expect("a count").parse().expect("a number")
}

/// Names of the applied revisions, from SeaORM's table.
pub async fn applied<C: ConnectionTrait>(db: &C) -> Vec<String> {
    rows_as_text(db, "SELECT version FROM seaql_migrations ORDER BY version").await
}

/// Whether a table or view is there.
pub async fn has_table<C: ConnectionTrait>(db: &C, name: &str) -> bool {
    let found = match Dialect::of(db.get_database_backend()) {
        Dialect::MySql => {
            format!("information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{name}'")
        }
        Dialect::Postgres => {
            format!("pg_class WHERE relname = '{name}' AND relnamespace = quote_ident(current_schema())::regnamespace")
        }
        Dialect::Sqlite => format!("sqlite_master WHERE name = '{name}'"),
    };
    count(db, &found).await > 0
}

/// Runs statements.
pub async fn execute<C: ConnectionTrait>(db: &C, sql: &str) {
    if let Err(error) = db.execute_unprepared(sql).await {
        panic!("{error}\nin {}", sql.chars().take(600).collect::<String>());
    }
}

/// Converts the chunks of the first three weeks, or what was inserted into them since.
pub async fn compress<C: ConnectionTrait>(db: &C) {
    let end = moment(Backend::Timescale, raised_at(COMPRESSED + 9));
    execute(
        db,
        &format!("SELECT compress_chunk(c, true) FROM show_chunks('alarms', older_than => {end}::timestamptz) c"),
    )
    .await;
    let left = "timescaledb_information.chunks WHERE hypertable_name = 'alarms' AND is_compressed";
    assert_eq!(count(db, left).await, 3, "compressed chunks");
}

/// The old table made by hand, as core-server has it, with all that the baseline has beside TimescaleDB's objects.
pub fn old_table(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => include_str!("old_table/sqlite.sql"),
        Backend::Mariadb => include_str!("old_table/mariadb.sql"),
        Backend::Postgres | Backend::Timescale => include_str!("old_table/postgres.sql"),
    }
}

/// Makes the old table a hypertable as the baseline has it.
pub const OLD_HYPERTABLE: &str = "SELECT create_hypertable('alarms', by_range('raised_at', INTERVAL '7 days'), migrate_data => true); \
     ALTER TABLE alarms SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'sensor_id', timescaledb.orderby = 'raised_at DESC'); \
     CALL add_columnstore_policy('alarms', after => INTERVAL '7 days');";

/// The database with the old table, made by hand and full of alarms.
pub async fn with_old_table(database: &TestDatabase) {
    let db = database.connect().await;
    execute(&db, old_table(database.backend())).await;
    execute(&db, &history(database.backend())).await;
    db.close().await.expect("closed");
}

/// A statement of PostgreSQL about the database that the session is in, `%I`.
pub fn with_current_database(sql: &str) -> String {
    format!("DO $$ BEGIN EXECUTE format('{}', current_database()); END $$", sql.replace('\'', "''"))
}
