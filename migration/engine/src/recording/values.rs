//! Values as literals, so that a statement means the same without the driver: what sqlx would send for it.
//!
//! sea-query writes values for being read by people. It is right for most; here are those that would become another value
//! (a UUID as text where the driver sends bytes, a time with an offset that MySQL does not read) or no valid SQL.

use chrono::{SecondsFormat, Utc};
use migration_timescale::Dialect;
use sea_orm::{
    DbBackend, Statement, Value,
    sea_query::{OptionEnum, prelude::Uuid},
};

/// The statement with its values written out.
pub fn written_out(statement: &Statement) -> Result<String, String> {
    match &statement.values {
        Some(values) if !values.0.is_empty() => {
            let literals: Vec<String> = values.0.iter().map(|value| literal(statement.db_backend, value)).collect();
            crate::sql::text::with_values(statement.db_backend, &statement.sql, &literals)
        }
        _ => Ok(statement.sql.clone()),
    }
}

/// One value in SQL.
fn literal(backend: DbBackend, value: &Value) -> String {
    match value {
        Value::Char(Some(char)) => string(backend, &char.to_string()),
        Value::String(Some(text)) => string(backend, text),
        // The driver says that it is jsonb; a column of json then holds the text of that.
        Value::Json(Some(json)) if backend == DbBackend::Postgres => {
            format!("{}::jsonb", string(backend, &json.to_string()))
        }
        Value::Json(Some(json)) => string(backend, &json.to_string()),
        Value::Enum(OptionEnum::Some(label)) if backend != DbBackend::Postgres => string(backend, &label.value),
        Value::Float(Some(number)) => float(backend, f64::from(*number), &format!("{number:?}")),
        Value::Double(Some(number)) => float(backend, *number, &format!("{number:?}")),
        Value::Uuid(Some(uuid)) if backend != DbBackend::Postgres => uuid_bytes(uuid),
        Value::ChronoDate(Some(date)) => format!("'{}'", date.format("%F")),
        Value::ChronoTime(Some(time)) if backend == DbBackend::Sqlite => format!("'{}'", time.format("%T%.f")),
        Value::ChronoDateTime(Some(time)) if backend == DbBackend::Sqlite => {
            format!("'{}'", time.format("%F %T%.f"))
        }
        Value::ChronoDateTimeUtc(Some(time)) => moment(backend, time),
        Value::ChronoDateTimeLocal(Some(time)) => moment(backend, time),
        Value::ChronoDateTimeWithTimeZone(Some(time)) => moment(backend, time),
        other => by_sea_query(backend, other),
    }
}

fn by_sea_query(backend: DbBackend, value: &Value) -> String {
    let placeholder = if backend == DbBackend::Postgres { "$1" } else { "?" };
    Statement::from_sql_and_values(backend, placeholder, [value.clone()]).to_string()
}

fn string(backend: DbBackend, text: &str) -> String {
    match Dialect::of(backend) {
        // The client ends a text at the zero, and drops a carriage return at the end of a line.
        Dialect::Sqlite if text.contains(['\0', '\r']) => format!("CAST({} AS TEXT)", bytes(text.as_bytes())),
        Dialect::MySql => {
            let escaped = text.chars().map(|char| match char {
                '\'' => "''".to_owned(),
                '\\' => "\\\\".to_owned(),
                '\0' => "\\0".to_owned(),
                '\n' => "\\n".to_owned(),
                '\r' => "\\r".to_owned(),
                '\u{1a}' => "\\Z".to_owned(),
                other => other.to_string(),
            });
            format!("'{}'", escaped.collect::<String>())
        }
        Dialect::Postgres | Dialect::Sqlite => by_sea_query(backend, &Value::from(text)),
    }
}

/// Always with a point or an exponent, so that it is no integer.
fn float(backend: DbBackend, number: f64, text: &str) -> String {
    if number.is_finite() {
        return text.to_owned();
    }
    match Dialect::of(backend) {
        Dialect::Postgres => format!("'{number}'::double precision"),
        Dialect::MySql | Dialect::Sqlite if number.is_nan() => "NULL".to_owned(),
        Dialect::MySql | Dialect::Sqlite if number > 0.0 => "9e999".to_owned(),
        Dialect::MySql | Dialect::Sqlite => "-9e999".to_owned(),
    }
}

fn moment<Zone: chrono::TimeZone>(backend: DbBackend, time: &chrono::DateTime<Zone>) -> String
where
    Zone::Offset: std::fmt::Display,
{
    match Dialect::of(backend) {
        Dialect::Sqlite => format!("'{}'", time.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
        // The session's time zone is UTC.
        Dialect::MySql => format!("'{}'", time.with_timezone(&Utc).format("%F %T%.6f")),
        Dialect::Postgres => format!("'{}'", time.format("%F %T%.6f%:z")),
    }
}

fn uuid_bytes(uuid: &Uuid) -> String {
    bytes(uuid.as_bytes())
}

fn bytes(bytes: &[u8]) -> String {
    by_sea_query(DbBackend::Sqlite, &Value::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(value: impl Into<Value>) -> [String; 3] {
        let value = value.into();
        [DbBackend::Postgres, DbBackend::Sqlite, DbBackend::MySql].map(|backend| literal(backend, &value))
    }

    #[test]
    fn texts_keep_quotes_backslashes_and_control_characters() {
        assert_eq!(all("it's"), ["E'it\\'s'", "'it''s'", "'it''s'"]);
        assert_eq!(all("a\\b"), ["E'a\\\\b'", "'a\\b'", "'a\\\\b'"]);
        assert_eq!(all("a;\r\nb"), ["E'a;\\r\\nb'", "CAST(x'613B0D0A62' AS TEXT)", "'a;\\r\\nb'"]);
        assert_eq!(all("\u{1a}")[2], "'\\Z'");
        assert_eq!(all('é'), ["'é'", "'é'", "'é'"]);
    }

    #[test]
    fn values_are_what_the_driver_sends() {
        let uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00ff);
        let blob = "x'019000000000700080000000000000FF'";
        assert_eq!(all(uuid), ["'01900000-0000-7000-8000-0000000000ff'", blob, blob]);
        assert_eq!(all(vec![0xABu8, 0x00]), ["'\\xAB00'", "x'AB00'", "x'AB00'"]);
        assert_eq!(all(true), ["TRUE", "TRUE", "TRUE"]);
        assert_eq!(all(1.0), ["1.0", "1.0", "1.0"]);
        assert_eq!(all(f64::NAN)[0], "'NaN'::double precision");
        assert_eq!(all(f64::NEG_INFINITY)[..2], ["'-inf'::double precision", "-9e999"]);
        assert_eq!(all(Option::<String>::None), ["NULL", "NULL", "NULL"]);
        let json = serde_json::json!({"a": "it's \\"});
        assert!(all(json.clone())[0].ends_with("'::jsonb"));
        assert_eq!(all(json)[1], "'{\"a\":\"it''s \\\\\"}'");
        let time = chrono::DateTime::from_timestamp(1_767_225_600, 5_000).unwrap();
        let expected = [
            "'2026-01-01 00:00:00.000005+00:00'",
            "'2026-01-01T00:00:00.000005+00:00'",
            "'2026-01-01 00:00:00.000005'",
        ];
        assert_eq!(all(time), expected);
        let east = time.with_timezone(&chrono::FixedOffset::east_opt(3600).unwrap());
        assert_eq!(all(east)[2], "'2026-01-01 00:00:00.000005'");
    }
}
