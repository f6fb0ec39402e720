//! `UPDATE` of a columnstore without a bound that TimescaleDB sees.

use sqlparser::ast::{BinaryOperator, Expr, Statement};

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unbounded-change-of-columnstore",
    summary: "An UPDATE unpacks every batch that its bounds of segment and time let in, and fails beyond 100,000 rows.",
    code: Some("53400"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Give new columns a constant default instead of filling them; else change the rows with \
              `revision::batch::BatchedUpdate`, which goes chunk by chunk and segment by segment; a few rows, with constants \
              for the time column or the columns that the columnstore is segmented by in the WHERE.",
    check,
    examples: &[
        Example {
            setup: &[COLUMNSTORE, &["SET timescaledb.max_tuples_decompressed_per_dml_transaction = 20"]],
            failing: Sql::Outside(&["UPDATE readings SET value = 1"]),
            passing: Sql::Outside(&["UPDATE readings SET value = 1 WHERE sensor = 's1' AND taken_at >= '2026-01-02'"]),
            proof: Proof::Refused("53400"),
            servers: Servers::All,
        },
        Example {
            setup: &[COLUMNSTORE, &["SET timescaledb.max_tuples_decompressed_per_dml_transaction = 20"]],
            failing: Sql::InTransaction(&["UPDATE readings SET value = 1 WHERE value IS NOT NULL OR sensor = 's1'"]),
            passing: Sql::InTransaction(&[
                "SET LOCAL timescaledb.max_tuples_decompressed_per_dml_transaction = 0",
                "UPDATE readings SET value = 1 WHERE value IS NOT NULL OR sensor = 's1'",
            ]),
            proof: Proof::Refused("53400"),
            servers: Servers::All,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let table = context.target(parsed)?;
    let columnstore = context.columnstore(&table)?;
    let time = context.hypertable(&table).and_then(|hypertable| hypertable.dimensions.first());
    let bounds: Vec<&String> = columnstore.segment_by.iter().chain(time).chain(columnstore.order_by.first()).collect();
    let unbounded = |statement: &Statement| match statement {
        Statement::Update(update) => !update
            .selection
            .as_ref()
            .is_some_and(|condition| is_bounded(condition, &|name| bounds.iter().any(|one| *one == name))),
        _ => false,
    };
    parsed.statements.iter().find(|statement| unbounded(statement))?;
    let lifts = |(_, earlier): &(Option<usize>, Parsed)| lifts_the_limit(earlier);
    if context.earlier.iter().any(lifts) {
        return None;
    }
    Some(format!("`{table}` has a columnstore, and the UPDATE gives no bound for its time or its segments"))
}

/// Whether a condition holds only where one of these columns has a value that is given.
fn is_bounded(condition: &Expr, is_bound: &impl Fn(&str) -> bool) -> bool {
    let column = |expression: &Expr| match expression {
        Expr::Identifier(name) => is_bound(&NAMES.ident(name)),
        Expr::CompoundIdentifier(names) => names.last().is_some_and(|name| is_bound(&NAMES.ident(name))),
        _ => false,
    };
    match condition {
        Expr::Nested(inner) => is_bounded(inner, is_bound),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            is_bounded(left, is_bound) || is_bounded(right, is_bound)
        }
        Expr::BinaryOp { left, op, right } => {
            use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq};
            matches!(op, Eq | Lt | LtEq | Gt | GtEq) && (column(left) != column(right))
        }
        Expr::Between { expr, negated: false, .. } | Expr::InList { expr, negated: false, .. } | Expr::IsNull(expr) => {
            column(expr)
        }
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, .. } => column(left),
        _ => false,
    }
}

/// `SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0`.
fn lifts_the_limit(parsed: &Parsed) -> bool {
    let is_setting = |token: &Token| is_word(token, "max_tuples_decompressed_per_dml_transaction");
    parsed.starts_with(&["SET"])
        && parsed.tokens.iter().any(is_setting)
        && matches!(parsed.tokens.last(), Some(Token::Number(number, _)) if number == "0")
}
