//! `ALTER COLUMN … TYPE` on a columnstore.

use sqlparser::ast::{AlterColumnOperation, AlterTableOperation};

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "column-type-on-columnstore",
    summary: "The type of a column cannot change while the hypertable has compressed chunks.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Add a column of the new type and fill it for the time that matters; read the old one for the rest.",
    check,
    examples: &[Example {
        setup: &[COLUMNSTORE],
        failing: Sql::Outside(&["ALTER TABLE readings ALTER COLUMN id TYPE bigint"]),
        passing: Sql::Outside(&[
            "ALTER TABLE readings ADD COLUMN big_id bigint",
            "UPDATE readings SET big_id = id WHERE taken_at > now() - INTERVAL '1 hour'",
        ]),
        proof: Proof::Refused("0A000"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    alterations(parsed).find_map(|(table, operation)| {
        let changes =
            matches!(operation, AlterTableOperation::AlterColumn { op: AlterColumnOperation::SetDataType { .. }, .. });
        // Enabled by this very revision, the columnstore is empty.
        let filled = context.start.hypertable(&table).is_some_and(|hypertable| hypertable.columnstore.is_some());
        (changes && filled).then(|| format!("`{table}` has a columnstore"))
    })
}
