//! Dropping a partition column.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "drop-time-column",
    summary: "A column that a hypertable is partitioned by cannot be dropped.",
    code: Some("42P16"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Create a new hypertable and copy the rows.",
    check,
    examples: &[Example {
        setup: &[HYPERTABLE],
        failing: Sql::InTransaction(&["ALTER TABLE readings DROP COLUMN taken_at CASCADE"]),
        passing: Sql::InTransaction(&["ALTER TABLE readings DROP COLUMN sensor"]),
        proof: Proof::Refused("42P16"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    dropped_columns(parsed).find_map(|(table, column)| {
        let used = context.hypertable(&table)?.dimensions.contains(&column);
        used.then(|| format!("`{table}` is partitioned by `{column}`"))
    })
}
