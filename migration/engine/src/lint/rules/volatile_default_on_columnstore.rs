//! `ADD COLUMN … DEFAULT now()` on a columnstore.

use sqlparser::ast::{ColumnOption, Expr, UnaryOperator};

use super::prelude::*;
use migration_timescale::Version;

/// The rule.
pub const RULE: Rule = Rule {
    name: "volatile-default-on-columnstore",
    summary: "A hypertable with columnstore takes no new column whose default has to be computed.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Give a literal (without a cast before 2.25), or add the column without a default, then `ALTER COLUMN … SET DEFAULT`: old rows are null, new ones have it.",
    check,
    examples: &[
        Example {
            setup: &[COLUMNSTORE],
            failing: Sql::InTransaction(&[
                "ALTER TABLE readings ADD COLUMN IF NOT EXISTS \"seen_at\" timestamptz DEFAULT now()",
            ]),
            passing: Sql::InTransaction(&[
                "ALTER TABLE readings ADD COLUMN seen_at timestamptz",
                "ALTER TABLE readings ALTER COLUMN seen_at SET DEFAULT now()",
            ]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
        Example {
            setup: &[COLUMNSTORE],
            failing: Sql::InTransaction(&["ALTER TABLE readings ADD COLUMN at timestamptz DEFAULT CURRENT_TIMESTAMP"]),
            passing: Sql::InTransaction(&[
                "ALTER TABLE readings ADD COLUMN at timestamptz DEFAULT '2026-01-01', ADD n float8 DEFAULT -1.5, ADD j jsonb NOT NULL DEFAULT '{}'",
            ]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    added_columns(parsed).find_map(|(table, column)| {
        let default = column.options.iter().find_map(|option| match &option.option {
            ColumnOption::Default(expression) => Some(expression),
            _ => None,
        })?;
        context.columnstore(&table)?;
        (!is_literal(default, context.timescaledb >= CONSTANTS))
            .then(|| format!("`{table}` has a columnstore, and `{default}` is no literal"))
    })
}

/// From this version on every constant is taken, that is to say also immutable functions of literals. Which functions are
/// immutable only a server knows; of what is taken, casts of literals are recognised here.
const CONSTANTS: Version = Version::new(2, 25, 0);

fn is_literal(default: &Expr, casts: bool) -> bool {
    match default {
        Expr::Value(_) => true,
        Expr::TypedString(_) => casts,
        Expr::Nested(inner) => is_literal(inner, casts),
        Expr::Cast { expr, .. } => casts && is_literal(expr, casts),
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => is_literal(expr, casts),
        _ => false,
    }
}
