//! `CONCURRENTLY` on the indexes of a hypertable.

use sqlparser::ast::{ObjectType, Statement};

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "concurrent-index-on-hypertable",
    summary: "A hypertable takes no index built, rebuilt or dropped CONCURRENTLY.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Build it outside a transaction with `WITH (timescaledb.transaction_per_chunk)`, which `index::create_index` \
              does; drop it without CONCURRENTLY.",
    check,
    examples: &[
        Example {
            setup: &[HYPERTABLE],
            failing: Sql::Outside(&["CREATE INDEX CONCURRENTLY by_value ON readings (value)"]),
            passing: Sql::Outside(&[
                "CREATE INDEX by_value ON readings (value) WITH (timescaledb.transaction_per_chunk)",
            ]),
            proof: Proof::Refused("0A000"),
            servers: Servers::Native,
        },
        Example {
            setup: &[HYPERTABLE, &["CREATE INDEX by_value ON readings (value)"]],
            failing: Sql::Outside(&["DROP INDEX CONCURRENTLY by_value"]),
            passing: Sql::Outside(&["DROP INDEX by_value"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::Native,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    if !parsed.concurrently {
        return None;
    }
    let is_index = |statement: &Statement| match statement {
        Statement::CreateIndex(_) => true,
        Statement::Drop { object_type, .. } => *object_type == ObjectType::Index,
        _ => false,
    };
    parsed.statements.iter().find(|statement| is_index(statement))?;
    let table = context.target(parsed)?;
    context.hypertable(&table)?;
    Some(format!("`{table}` is a hypertable, whose indexes cannot be handled CONCURRENTLY"))
}
