//! A primary key for a table that a query made.

use crate::{identifier, quote::regclass};

/// The statement that gives a table of PostgreSQL this primary key, unless it has one. Without a key, updates and deletes
/// of a table that is published are refused.
///
/// ```
/// use migration_timescale::add_primary_key_sql;
///
/// assert!(add_primary_key_sql("totals", &["site"]).contains(r#"ALTER TABLE "totals" ADD PRIMARY KEY ("site")"#));
/// ```
pub fn add_primary_key_sql(table: &str, columns: &[&str]) -> String {
    let columns = columns.iter().map(|column| identifier(column)).collect::<Vec<_>>().join(", ");
    format!(
        "DO $key$ BEGIN\n  \
           IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = {}::regclass AND contype = 'p') THEN\n    \
             ALTER TABLE {} ADD PRIMARY KEY ({columns});\n  \
           END IF;\n\
         END $key$",
        regclass(table),
        identifier(table)
    )
}
