//! Column types that every backend has, each in its own way.
//!
//! Revisions of the past use these, so what a function renders never changes; a better rendering gets a new function.

pub mod table;

use migration_timescale::{Dialect, Question};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// A column of an enum: a native type on PostgreSQL (created beforehand with [`create_enum`]), `ENUM` on MySQL, text on
/// SQLite, where [`enum_check`] belongs to it.
pub fn enum_column(backend: DbBackend, column: &'static str, name: &'static str, labels: &[&'static str]) -> ColumnDef {
    let mut definition = ColumnDef::new(column);
    match Dialect::of(backend) {
        Dialect::Sqlite => definition.text(),
        Dialect::Postgres | Dialect::MySql => definition.enumeration(name, labels.iter().copied()),
    };
    definition
}

/// Creates the enum type where types are objects of their own (PostgreSQL); elsewhere there is nothing to do.
pub async fn create_enum(
    manager: &SchemaManager<'_>,
    name: &'static str,
    labels: &[&'static str],
) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    manager
        .create_type(extension::postgres::Type::create().as_enum(name).values(labels.iter().copied()).to_owned())
        .await
}

/// Whether the enum type is there, in the schema that the revision works in and not in another of the search path.
pub async fn has_enum(manager: &SchemaManager<'_>, name: &str) -> Result<bool, DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(false);
    }
    let sql = "SELECT count(*) > 0 FROM pg_type WHERE typnamespace = quote_ident(current_schema())::regnamespace AND typname = $1";
    Question::new(sql, [name], |known| known.schema().has_type(name)).ask(manager.get_connection()).await
}

/// The inverse of [`create_enum`].
pub async fn drop_enum(manager: &SchemaManager<'_>, name: &'static str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    manager.drop_type(extension::postgres::Type::drop().name(name).to_owned()).await
}

/// A check that a text column holds one of the labels, for SQLite.
pub fn enum_check(column: &str, labels: &[&str]) -> String {
    let labels: Vec<String> = labels.iter().map(|label| format!("'{label}'")).collect();
    format!("{column} IN ({})", labels.join(", "))
}

/// A UUID the database makes by itself when none is given: random (version 4) on PostgreSQL, random bits on SQLite,
/// MySQL's time-based one there.
pub fn uuid_column(backend: DbBackend, column: &'static str) -> ColumnDef {
    let mut definition = ColumnDef::new(column);
    match Dialect::of(backend) {
        Dialect::Sqlite => definition.custom("blob").default(Expr::cust("randomblob(16)")),
        Dialect::MySql => definition.uuid().default(Expr::cust("(unhex(replace(uuid(), '-', '')))")),
        Dialect::Postgres => definition.uuid().default(Expr::cust("gen_random_uuid()")),
    };
    definition.not_null();
    definition
}

/// A moment in time with microseconds: `timestamptz` on PostgreSQL, `datetime(6)` in UTC on MySQL (its `timestamp` ends
/// in 2038), RFC 3339 text in UTC on SQLite.
pub fn moment_column(backend: DbBackend, column: &'static str) -> ColumnDef {
    let mut definition = ColumnDef::new(column);
    match Dialect::of(backend) {
        Dialect::Sqlite => definition.text(),
        Dialect::MySql => definition.custom("datetime(6)"),
        Dialect::Postgres => definition.timestamp_with_time_zone(),
    };
    definition
}

/// JSON: `jsonb` on PostgreSQL, `json` on MySQL, text on SQLite, where [`json_check`] belongs to it.
pub fn json_column(backend: DbBackend, column: &'static str) -> ColumnDef {
    let mut definition = ColumnDef::new(column);
    match Dialect::of(backend) {
        Dialect::Sqlite => definition.text(),
        Dialect::MySql => definition.json(),
        Dialect::Postgres => definition.json_binary(),
    };
    definition
}

/// A check that a text column holds JSON or nothing, for SQLite.
pub fn json_check(column: &str) -> String {
    format!("{column} IS NULL OR json_valid({column})")
}

/// Text with the empty string as default; MySQL takes that only as an expression.
pub fn text_default_empty(backend: DbBackend, column: &'static str) -> ColumnDef {
    let mut definition = ColumnDef::new(column);
    definition.text().not_null();
    match Dialect::of(backend) {
        Dialect::MySql => definition.default(Expr::cust("('')")),
        Dialect::Postgres | Dialect::Sqlite => definition.default(""),
    };
    definition
}

/// Adds a named check.
pub fn check(table: &mut TableCreateStatement, name: &'static str, condition: impl Into<String>) {
    let named = Check::named(name, Expr::cust(condition.into()));
    table.check(named);
}

/// This moment, as the default of a [`moment_column`]: in UTC, whatever the session's time zone is.
pub fn now(backend: DbBackend) -> Expr {
    Expr::cust(match Dialect::of(backend) {
        Dialect::Sqlite => "(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')",
        Dialect::MySql => "(utc_timestamp(6))",
        Dialect::Postgres => "now()",
    })
}

/// A check that a moment lies in the years 1970 to 9999: what a version 7 id and RFC 3339 can say. The constants depend on
/// no session time zone.
pub fn moment_check(backend: DbBackend, column: &str) -> String {
    match Dialect::of(backend) {
        Dialect::Postgres => format!("{column} >= to_timestamp(0) AND {column} < to_timestamp(253402300800)"),
        Dialect::MySql => format!("{column} >= '1970-01-01 00:00:00'"),
        Dialect::Sqlite => {
            // Text sorts like time only in one shape: a real time in UTC with its offset written out, and nothing else.
            // `IS`, because a check lets null pass.
            let second = format!(
                "strftime('%Y-%m-%dT%H:%M:%S', substr({column}, 1, 19)) IS substr({column}, 1, 19) AND substr({column}, 12, 2) < '24'"
            );
            let rest = format!(
                "julianday({column}) IS NOT NULL AND {column} NOT GLOB '*[^0-9T:.+-]*' AND {column} GLOB '*+00:00'"
            );
            format!("{second} AND {rest} AND {column} >= '1970'")
        }
    }
}

/// A check that a column of double precision holds a number: NaN, which PostgreSQL sorts above all numbers, and the
/// infinities would spoil every average they get into. MySQL has neither.
pub fn number_check(backend: DbBackend, column: &str) -> Option<String> {
    match Dialect::of(backend) {
        Dialect::Postgres => Some(format!("{column} > '-Infinity' AND {column} < 'Infinity'")),
        Dialect::MySql => None,
        Dialect::Sqlite => Some(format!("typeof({column}) = 'real' AND {column} > -9e999 AND {column} < 9e999")),
    }
}

/// A check that a decimal is a number, and on SQLite that it has no more digits than it may: rounded to as many it is the
/// same.
pub fn decimal_check(backend: DbBackend, column: &str, digits: u32, after_point: u32) -> Option<String> {
    match Dialect::of(backend) {
        Dialect::Postgres => Some(format!("{column} <> 'NaN'")),
        Dialect::MySql => None,
        Dialect::Sqlite => {
            let (before, after) = ("9".repeat((digits - after_point) as usize), "9".repeat(after_point as usize));
            let rounded = format!("round({column}, {after_point}) = {column}");
            Some(format!("typeof({column}) = 'real' AND abs({column}) <= {before}.{after} AND {rounded}"))
        }
    }
}

/// A list of texts: `text[]` on PostgreSQL, a JSON array elsewhere, to which [`text_list_check`] belongs. Empty when
/// nothing is given.
pub fn text_list_column(backend: DbBackend, column: &'static str) -> ColumnDef {
    let mut definition = ColumnDef::new(column);
    match Dialect::of(backend) {
        Dialect::Sqlite => definition.text().default("[]"),
        Dialect::MySql => definition.json().default(Expr::cust("(json_array())")),
        Dialect::Postgres => definition.array(ColumnType::Text).default(Expr::cust("'{}'")),
    };
    definition.not_null();
    definition
}

/// A check that a list has one dimension and texts only, no null among them. SQLite cannot look into the elements in a
/// check, and is content with an array.
pub fn text_list_check(backend: DbBackend, column: &str) -> String {
    match Dialect::of(backend) {
        Dialect::Postgres => {
            format!("coalesce(array_ndims({column}), 1) = 1 AND array_position({column}, NULL) IS NULL")
        }
        // Without its texts nothing is left of a list but commas between brackets.
        Dialect::MySql => format!(
            r#"regexp_replace(cast({column} AS char), '"[^"\\\\]*(\\\\.[^"\\\\]*)*"', '') REGEXP '^[[:space:]]*[[][[:space:],]*[]][[:space:]]*$'"#
        ),
        Dialect::Sqlite => format!("json_valid({column}) AND json_type({column}) IS 'array'"),
    }
}

/// Whether a column may come with a check that names other columns too. MySQL takes it only at the table.
pub async fn takes_check_with_column(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    match Dialect::of(manager.get_database_backend()) {
        Dialect::MySql => {
            // A script for MySQL is MariaDB's.
            let question = Question::new("SELECT version() LIKE '%MariaDB%'", [], |_| true);
            question.ask(manager.get_connection()).await
        }
        Dialect::Sqlite => Ok(true),
        Dialect::Postgres => Ok(false),
    }
}
