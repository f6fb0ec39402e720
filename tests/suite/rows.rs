//! Rows that a table has to refuse, in the words of each backend.

use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use tests::{
    Backend,
    fixtures::{count, execute},
};

/// A moment of January 2026 as a literal: `at(backend, "05 12:30:00")` is the fifth at half past twelve, UTC.
pub fn at(backend: Backend, day_and_time: &str) -> String {
    match backend {
        Backend::Sqlite => format!("'2026-01-{}.000000+00:00'", day_and_time.replace(' ', "T")),
        Backend::Mariadb => format!("'2026-01-{day_and_time}'"),
        Backend::Postgres | Backend::Timescale => format!("'2026-01-{day_and_time}+00'"),
    }
}

/// Values of a row that is good, one of which a test replaces.
pub struct Row {
    table: &'static str,
    values: Vec<(String, String)>,
}

impl Row {
    /// A row of a table: columns and their values in SQL.
    pub fn of(table: &'static str, values: &[(&str, &str)]) -> Self {
        Self {
            table,
            values: values.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect(),
        }
    }

    /// The statement that inserts it with another value in a column.
    pub fn insert(&self, replaced: &str, by: &str) -> String {
        let columns: Vec<&str> = self.values.iter().map(|(column, _)| column.as_str()).collect();
        let values = self.values.iter().map(|(column, value)| if column == replaced { by } else { value });
        let values: Vec<&str> = values.collect();
        format!("INSERT INTO {} ({}) VALUES ({})", self.table, columns.join(", "), values.join(", "))
    }

    /// The row is taken as it is and refused with any of these values.
    pub async fn refuses(&self, db: &DatabaseConnection, bad: &[(&str, &str)]) {
        let mut taken = Vec::new();
        for (column, value) in bad {
            let work = db.begin().await.unwrap();
            if work.execute_unprepared(&self.insert(column, value)).await.is_ok() {
                taken.push(format!("{column} {value}"));
            }
            work.rollback().await.unwrap();
        }
        assert!(taken.is_empty(), "{} takes {}", self.table, taken.join(", "));
        execute(db, &self.insert("", "")).await;
        assert_eq!(count(db, self.table).await, 1, "{}", self.table);
    }
}

/// NaN and the infinities, as far as the backend has them.
pub fn no_numbers(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Sqlite => &["9e999", "-9e999", "'warm'"],
        Backend::Mariadb => &["'warm'", "1e400"],
        Backend::Postgres | Backend::Timescale => &["'NaN'", "'Infinity'", "'-Infinity'"],
    }
}

/// What is not a moment that every client can read.
pub fn no_moments(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Sqlite => {
            &["'2026-01-05 12:00:00'", "'1969-12-31T23:59:59+00:00'", "'2026-01-05T12:00:00+01:00'", "''"]
        }
        Backend::Mariadb => &["'1969-12-31 23:59:59'", "'2026-13-01'"],
        Backend::Postgres | Backend::Timescale => &["'1969-12-31 23:59:59+00'", "'infinity'", "'10000-01-01 00:00+00'"],
    }
}
