//! Dropping a column that a continuous aggregate reads.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "drop-aggregated-column",
    summary: "A column that a continuous aggregate reads cannot be dropped, not even with CASCADE.",
    code: Some("2BP01"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Drop the aggregate first and create it again without the column; its rows over dropped chunks are lost.",
    check,
    examples: &[
        Example {
            setup: &[HYPERTABLE, HOURLY],
            failing: Sql::InTransaction(&["ALTER TABLE readings DROP COLUMN value CASCADE"]),
            passing: Sql::InTransaction(&["DROP MATERIALIZED VIEW hourly", "ALTER TABLE readings DROP COLUMN value"]),
            proof: Proof::Refused("2BP01"),
            servers: Servers::All,
        },
        Example {
            setup: &[HYPERTABLE, HOURLY],
            failing: Sql::InTransaction(&["ALTER TABLE readings DROP COLUMN value"]),
            passing: Sql::InTransaction(&["ALTER TABLE readings DROP COLUMN sensor"]),
            proof: Proof::Refused("2BP01"),
            servers: Servers::All,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    dropped_columns(parsed).find_map(|(table, column)| {
        let reads = |reads: &std::collections::BTreeSet<String>| reads.contains(&table) && reads.contains(&column);
        let (aggregate, _) =
            context.before.views.iter().find(|(_, view)| view.aggregate.is_some() && reads(&view.reads))?;
        Some(format!("the continuous aggregate `{aggregate}` reads `{column}`"))
    })
}
