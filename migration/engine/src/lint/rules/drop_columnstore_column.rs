//! Dropping a column that the columnstore is segmented or ordered by.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "drop-columnstore-column",
    summary: "A column that the columnstore is segmented or ordered by cannot be dropped.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Keep the column, or rename it; chunks compressed with it need it for as long as they live.",
    check,
    examples: &[Example {
        setup: &[COLUMNSTORE],
        failing: Sql::InTransaction(&["ALTER TABLE readings DROP COLUMN \"sensor\""]),
        passing: Sql::InTransaction(&["ALTER TABLE readings DROP COLUMN value"]),
        proof: Proof::Refused("0A000"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    dropped_columns(parsed).find_map(|(table, column)| {
        let store = context.columnstore(&table)?;
        let dimension = context.hypertable(&table)?.dimensions.contains(&column);
        let used = store.segment_by.contains(&column) || store.order_by.contains(&column);
        (used && !dimension).then(|| format!("the columnstore of `{table}` is segmented or ordered by `{column}`"))
    })
}
