//! Checks on columns that the same change adds.

use crate::quote::{identifier, literal};

/// Check constraints over columns that were added moments ago and hold their default in every row.
///
/// An ordinary `ADD CONSTRAINT … CHECK` reads the whole table under the exclusive lock. Here that is not needed, because
/// every row holds the same values, and these satisfy the checks:
///
/// - Where no columnstore is enabled, the checks are added as `NOT VALID`, and
///   [`validate`](crate::TimescaleManager::validate_checks) reads the table later, under a lock that lets readers and
///   writers pass.
/// - A hypertable with columnstore refuses `VALIDATE CONSTRAINT`, and would read its compressed rows even for
///   `NOT VALID`. It looks for a violation with a query on each chunk; by then the chunk has the constraint, and with
///   `constraint_exclusion = on` the planner sees that no row can match. Nothing is read, however long the history is.
///   PostgreSQL still reads the rows that are not compressed.
///
/// **Only for columns added in the same transaction.** On existing columns the second way would let violations pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecksOnNewColumns {
    table: String,
    checks: Vec<(String, String)>,
}

impl ChecksOnNewColumns {
    /// Checks of the table `table`.
    pub fn on(table: &str) -> Self {
        Self { table: table.to_owned(), checks: Vec::new() }
    }

    /// Adds the check `name` with a condition in SQL. The planner must be able to refute its negation: comparisons, `IS
    /// NULL`, `AND` and `OR` are fine, casts are not.
    #[must_use]
    pub fn check(mut self, name: &str, condition: &str) -> Self {
        self.checks.push((name.to_owned(), condition.to_owned()));
        self
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Names of the checks.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().map(|(name, _)| name.as_str())
    }

    /// Adds the checks without reading the table; [`ChecksOnNewColumns::validate_sql`] has to follow.
    pub fn add_unvalidated_sql(&self) -> String {
        format!("ALTER TABLE {} {}", identifier(&self.table), self.clauses(" NOT VALID"))
    }

    /// Adds the checks to a hypertable with columnstore.
    ///
    /// The search path is narrowed meanwhile: TimescaleDB writes the condition down under the caller's path and runs it
    /// under its own, where a type of the caller's schema would not be found without its schema.
    pub fn add_to_columnstore_sql(&self) -> String {
        let command =
            literal(&format!("ALTER TABLE %s {}", self.clauses("")).replace('%', "%%").replacen("%%s", "%s", 1));
        let table = literal(&identifier(&self.table));
        format!(
            "DO $checks$\n\
             DECLARE\n  \
               target regclass := {table};\n  \
               path text := current_setting('search_path');\n  \
               exclusion text := current_setting('constraint_exclusion');\n\
             BEGIN\n  \
               PERFORM set_config('constraint_exclusion', 'on', true), set_config('search_path', 'pg_catalog', true);\n  \
               EXECUTE format({command}, target);\n  \
               PERFORM set_config('constraint_exclusion', exclusion, true), set_config('search_path', path, true);\n\
             END $checks$"
        )
    }

    /// Reads the table for violations while others read and write it.
    pub fn validate_sql(&self) -> String {
        let clauses: Vec<String> =
            self.names().map(|name| format!("VALIDATE CONSTRAINT {}", identifier(name))).collect();
        format!("ALTER TABLE {} {}", identifier(&self.table), clauses.join(", "))
    }

    fn clauses(&self, suffix: &str) -> String {
        let clauses: Vec<String> = self
            .checks
            .iter()
            .map(|(name, condition)| format!("ADD CONSTRAINT {} CHECK ({condition}){suffix}", identifier(name)))
            .collect();
        clauses.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks() -> ChecksOnNewColumns {
        ChecksOnNewColumns::on("alarms").check("a", "x >= 0").check("b", "kind <> 'it''s %'")
    }

    #[test]
    fn unvalidated_and_validated_are_two_statements() {
        assert_eq!(
            checks().add_unvalidated_sql(),
            "ALTER TABLE \"alarms\" ADD CONSTRAINT \"a\" CHECK (x >= 0) NOT VALID, \
             ADD CONSTRAINT \"b\" CHECK (kind <> 'it''s %') NOT VALID"
        );
        assert_eq!(
            checks().validate_sql(),
            "ALTER TABLE \"alarms\" VALIDATE CONSTRAINT \"a\", VALIDATE CONSTRAINT \"b\""
        );
    }

    #[test]
    fn quotes_and_percent_signs_survive_the_block() {
        let sql = checks().add_to_columnstore_sql();
        assert!(sql.contains("'ALTER TABLE %s ADD CONSTRAINT \"a\" CHECK (x >= 0)"), "{sql}");
        assert!(sql.contains("CHECK (kind <> ''it''''s %%'')'"), "{sql}");
    }
}
