//! Arrays that a list of Rust holds: one dimension, and no NULL in it.

use sqlparser::{
    ast::{BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value},
    dialect::PostgreSqlDialect,
    parser::Parser,
};

/// Whether these conditions, which hold for every row, say so of the column.
pub fn is_flat_list(column: &str, checks: &[String]) -> bool {
    let mut said = Said::default();
    for check in checks {
        let parser = Parser::new(&PostgreSqlDialect {}).try_with_sql(check);
        if let Ok(condition) = parser.and_then(|mut parser| parser.parse_expr()) {
            said.hear(&condition, column);
        }
    }
    said.without_null && said.one_dimension
}

#[derive(Default)]
struct Said {
    without_null: bool,
    one_dimension: bool,
}

impl Said {
    fn hear(&mut self, condition: &Expr, column: &str) {
        match bare(condition) {
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
                self.hear(left, column);
                self.hear(right, column);
            }
            Expr::IsNull(what) => {
                if let Some([of, what]) = arguments(what, "array_position").as_deref() {
                    self.without_null |= is_column(of, column) && is_null(what);
                }
            }
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } if is_one(right) => {
                let dimensions = match arguments(left, "coalesce").as_deref() {
                    Some([inner, other]) if is_one(other) => *inner,
                    _ => left,
                };
                if let Some([of]) = arguments(dimensions, "array_ndims").as_deref() {
                    self.one_dimension |= is_column(of, column);
                }
            }
            _ => {}
        }
    }
}

fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => bare(inner),
        other => other,
    }
}

/// Arguments of a call of the function of this name.
fn arguments<'a>(expression: &'a Expr, name: &str) -> Option<Vec<&'a Expr>> {
    let Expr::Function(Function { name: called, args: FunctionArguments::List(list), .. }) = bare(expression) else {
        return None;
    };
    let is_it = called.to_string().eq_ignore_ascii_case(name);
    let arguments = list.args.iter().map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => Some(inner),
        _ => None,
    });
    if is_it { arguments.collect() } else { None }
}

fn is_column(expression: &Expr, column: &str) -> bool {
    matches!(bare(expression), Expr::Identifier(name) if name.value == column)
}

fn is_null(expression: &Expr) -> bool {
    matches!(bare(expression), Expr::Value(value) if matches!(value.value, Value::Null))
}

fn is_one(expression: &Expr) -> bool {
    matches!(bare(expression), Expr::Value(value) if matches!(&value.value, Value::Number(number, _) if number == "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(checks: &[&str]) -> bool {
        is_flat_list("tags", &checks.iter().map(|&check| check.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_list_is_flat_when_checks_say_so() {
        let null = "(array_position(tags, NULL::text) IS NULL)";
        let one = "(COALESCE(array_ndims(tags), 1) = 1)";
        assert!(says(&[&format!("({one} AND {null})")]));
        assert!(says(&[null, "(array_ndims(tags) = 1)"]));
        for not in [
            &[null][..],
            &[one],
            &[&format!("({one} OR {null})")],
            &[null, "(array_ndims(other) = 1)"],
            &[null, "(array_ndims(tags) = 2)"],
            &[one, "(array_position(tags, 'x'::text) IS NULL)"],
            &[one, "(array_position(tags, NULL::text) IS NOT NULL)"],
            &["not SQL"],
        ] {
            assert!(!says(not), "{not:?}");
        }
    }
}
