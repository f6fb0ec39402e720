//! The contract with core-server: columns, keys, checks and labels, asked of the live catalogue in plain SQL.

use entity::alarms::alarm;
use sea_orm::{ConnectionTrait, IdenStatic, Iterable};
use tests::{Backend, TestDatabase, on_every_backend, rows_as_text};

on_every_backend!(
    columns_are_the_contract,
    the_primary_key_is_id_and_raised_at,
    every_data_rule_is_a_validated_check,
    entities_have_every_column_and_no_other,
);
on_every_backend!(
    only: [sqlite, postgres, timescaledb], "MariaDB has the labels in the column's type, compared with the columns";
    enum_labels_come_in_the_order_of_the_contract
);

enum Type {
    Uuid,
    Moment,
    Name(u32),
    Integer,
    Enum(&'static str, &'static [&'static str]),
    Double,
    Text,
    Json,
}

const SEVERITY: Type = Type::Enum("alarm_severity", &["info", "warning", "critical"]);
const STATUS: Type = Type::Enum("alarm_status", &["active", "acknowledged", "resolved"]);
const ORIGIN: Type = Type::Enum("alarm_origin", &["threshold", "anomaly_model"]);

/// Name, type, whether it is not null, default: the table of `design.md`.
const CONTRACT: [(&str, Type, bool, Option<&str>); 18] = [
    ("id", Type::Uuid, true, Some("made by the database")),
    ("raised_at", Type::Moment, true, None),
    ("sensor_id", Type::Name(255), true, None),
    ("severity", SEVERITY, true, None),
    ("status", STATUS, true, Some("active")),
    ("value", Type::Double, false, None),
    ("threshold", Type::Double, false, None),
    ("message", Type::Text, true, Some("")),
    ("context", Type::Json, false, None),
    ("acknowledged_at", Type::Moment, false, None),
    ("acknowledged_by", Type::Text, false, None),
    ("resolved_at", Type::Moment, false, None),
    ("origin", ORIGIN, true, Some("threshold")),
    ("anomaly_score", Type::Double, false, None),
    ("model_name", Type::Name(255), false, None),
    ("model_version", Type::Name(100), false, None),
    ("last_seen_at", Type::Moment, false, None),
    ("repeats", Type::Integer, true, Some("0")),
];

impl Type {
    fn name(&self, backend: Backend) -> String {
        let [sqlite, mariadb, postgres] = match self {
            Self::Uuid => ["blob", "binary(16)", "uuid"],
            Self::Moment => ["text", "datetime(6)", "timestamp with time zone"],
            Self::Name(length) => match backend {
                Backend::Sqlite | Backend::Mariadb => return format!("varchar({length})"),
                Backend::Postgres | Backend::Timescale => return format!("character varying({length})"),
            },
            Self::Integer => ["integer", "int(11)", "integer"],
            Self::Double => ["double", "double", "double precision"],
            Self::Text => ["text", "text", "text"],
            Self::Json => ["text", "longtext", "jsonb"],
            Self::Enum(name, labels) => match backend {
                Backend::Mariadb => return format!("enum('{}')", labels.join("','")),
                _ => ["text", "", name],
            },
        };
        let name = match backend {
            Backend::Sqlite => sqlite,
            Backend::Mariadb => mariadb,
            Backend::Postgres | Backend::Timescale => postgres,
        };
        name.to_owned()
    }

    /// A default of this type as the catalogue shows it.
    fn default(&self, value: &str, backend: Backend) -> String {
        match (self, backend) {
            (Self::Uuid, Backend::Sqlite) => "randomblob(16)".to_owned(),
            (Self::Uuid, Backend::Mariadb) => "unhex(replace(uuid(),'-',''))".to_owned(),
            (Self::Uuid, _) => "gen_random_uuid()".to_owned(),
            (Self::Integer, _) => value.to_owned(),
            (_, Backend::Sqlite | Backend::Mariadb) => format!("'{value}'"),
            (_, Backend::Postgres | Backend::Timescale) => format!("'{value}'::{}", self.name(backend)),
        }
    }
}

/// One line a column, in order.
async fn live_columns<C: ConnectionTrait>(db: &C, backend: Backend) -> Vec<String> {
    let sql = match backend {
        Backend::Sqlite => {
            "SELECT name || ' ' || lower(type) || iif(\"notnull\", ' not null', '') || coalesce(' default ' || dflt_value, '') \
             FROM pragma_table_xinfo('alarms') ORDER BY cid"
        }
        Backend::Mariadb => {
            "SELECT CONCAT(COLUMN_NAME, ' ', COLUMN_TYPE, IF(IS_NULLABLE = 'NO', ' not null', ''), \
             IF(COALESCE(COLUMN_DEFAULT, 'NULL') = 'NULL', '', CONCAT(' default ', COLUMN_DEFAULT))) \
             FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'alarms' ORDER BY ORDINAL_POSITION"
        }
        Backend::Postgres | Backend::Timescale => {
            "SELECT column_name || ' ' || CASE data_type WHEN 'USER-DEFINED' THEN udt_name ELSE data_type END \
             || coalesce('(' || character_maximum_length || ')', '') || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END \
             || coalesce(' default ' || column_default, '') \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'alarms' ORDER BY ordinal_position"
        }
    };
    rows_as_text(db, sql).await
}

async fn columns_are_the_contract(database: TestDatabase) {
    let database = database.up(None).await;
    let backend = database.backend();
    let expected = CONTRACT.map(|(name, kind, not_null, default)| {
        let default = default.map(|value| format!(" default {}", kind.default(value, backend))).unwrap_or_default();
        format!("{name} {}{}{default}", kind.name(backend), if not_null { " not null" } else { "" })
    });
    assert_eq!(live_columns(&database.connect().await, backend).await, expected);
}

async fn the_primary_key_is_id_and_raised_at(database: TestDatabase) {
    let database = database.up(None).await;
    let sql = match database.backend() {
        Backend::Sqlite => "SELECT name FROM pragma_table_info('alarms') WHERE pk > 0 ORDER BY pk",
        Backend::Mariadb => {
            "SELECT COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() \
             AND TABLE_NAME = 'alarms' AND CONSTRAINT_NAME = 'PRIMARY' ORDER BY ORDINAL_POSITION"
        }
        Backend::Postgres | Backend::Timescale => {
            "SELECT k.column_name::text FROM information_schema.key_column_usage k JOIN information_schema.table_constraints c \
             USING (constraint_schema, constraint_name) WHERE c.constraint_type = 'PRIMARY KEY' AND k.table_name = 'alarms' \
             AND k.table_schema = 'public' ORDER BY k.ordinal_position"
        }
    };
    assert_eq!(rows_as_text(&database.connect().await, sql).await, ["id", "raised_at"]);
}

/// That they refuse what they should is in `refused.rs`.
async fn every_data_rule_is_a_validated_check(database: TestDatabase) {
    let database = database.up(None).await;
    let db = database.connect().await;
    match database.backend() {
        Backend::Sqlite => {
            let table = tests::scalar(&db, "SELECT sql FROM sqlite_master WHERE name = 'alarms'").await.unwrap();
            for column in ["id", "sensor_id", "raised_at", "severity", "status", "context"] {
                assert!(
                    table.contains(&format!("CONSTRAINT \"alarms_{column}_check\" CHECK (")),
                    "{column} in {table}"
                );
            }
            for column in ["origin", "anomaly_score", "model_name", "model_version", "last_seen_at", "repeats"] {
                let line = table.split('"').skip_while(|part| *part != column).nth(1).unwrap();
                assert!(line.contains("CHECK ("), "{column} in {table}");
            }
        }
        Backend::Mariadb => {
            let sql = "SELECT CONSTRAINT_NAME FROM information_schema.CHECK_CONSTRAINTS \
                       WHERE CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME = 'alarms' ORDER BY 1";
            let expected = [
                "alarms_raised_at_check",
                "alarms_sensor_id_check",
                "anomaly_score",
                "context",
                "last_seen_at",
                "model_name",
                "model_version",
                "repeats",
            ];
            assert_eq!(rows_as_text(&db, sql).await, expected);
        }
        Backend::Postgres | Backend::Timescale => {
            let sql = "SELECT conname::text FROM pg_constraint WHERE conrelid = 'alarms'::regclass AND contype = 'c' \
                       AND convalidated ORDER BY 1";
            let expected = [
                "alarms_anomaly_score_check",
                "alarms_last_seen_at_check",
                "alarms_model_name_check",
                "alarms_model_version_check",
                "alarms_origin_score_check",
                "alarms_raised_at_check",
                "alarms_repeats_check",
                "alarms_sensor_id_check",
            ];
            assert_eq!(rows_as_text(&db, sql).await, expected);
        }
    }
}

async fn enum_labels_come_in_the_order_of_the_contract(database: TestDatabase) {
    let database = database.up(None).await;
    let (backend, db) = (database.backend(), database.connect().await);
    for (column, kind) in [("severity", SEVERITY), ("status", STATUS), ("origin", ORIGIN)] {
        let Type::Enum(name, labels) = kind else { unreachable!() };
        let labels = labels.join(", ");
        let live = match backend {
            Backend::Mariadb => unreachable!("see above"),
            Backend::Sqlite => {
                let table = tests::scalar(&db, "SELECT sql FROM sqlite_master WHERE name = 'alarms'").await.unwrap();
                let (_, after) = table.split_once(&format!("{column} IN (")).expect(column);
                after.split(')').next().unwrap().replace('\'', "")
            }
            Backend::Postgres | Backend::Timescale => tests::scalar(
                &db,
                &format!(
                    "SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = '{name}'::regtype"
                ),
            )
            .await
            .unwrap(),
        };
        assert_eq!(live, labels, "{name}");
    }
}

async fn entities_have_every_column_and_no_other(database: TestDatabase) {
    let database = database.up(None).await;
    let entity: Vec<&str> = alarm::Column::iter().map(|column| column.as_str()).collect();
    assert_eq!(entity, CONTRACT.map(|(name, ..)| name), "the entity");
    let live = live_columns(&database.connect().await, database.backend()).await;
    let live: Vec<&str> = live.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(live, entity, "the table");
}

#[tokio::test]
async fn timescaledb_keeps_weekly_chunks_and_converts_them_after_a_week() {
    let database = TestDatabase::migrated(Backend::Timescale).await;
    let db = database.connect().await;
    let dimensions = "SELECT column_name || ' ' || time_interval FROM timescaledb_information.dimensions \
                      WHERE hypertable_schema = 'public' AND hypertable_name = 'alarms'";
    assert_eq!(rows_as_text(&db, dimensions).await, ["raised_at 7 days"]);
    let columnstore = "SELECT segmentby || ' / ' || orderby FROM timescaledb_information.hypertable_compression_settings \
                       WHERE hypertable = 'alarms'::regclass";
    assert_eq!(rows_as_text(&db, columnstore).await, ["sensor_id / raised_at DESC"]);
    let policies = "SELECT proc_name || ' ' || (config->>'compress_after') || ' ' || scheduled \
                    FROM timescaledb_information.jobs WHERE hypertable_name = 'alarms'";
    assert_eq!(rows_as_text(&db, policies).await, ["policy_compression 7 days true"]);
}
