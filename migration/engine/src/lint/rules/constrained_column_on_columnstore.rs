//! `ADD COLUMN` with a reference, an identity or a generated value on a columnstore.

use sqlparser::ast::ColumnOption;

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "constrained-column-on-columnstore",
    summary: "A hypertable with columnstore takes no new column that references a table, is an identity or is generated.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Add a plain column; CHECK is allowed with it. Compute the value in a query, or before it is written.",
    check,
    examples: &[
        Example {
            setup: &[COLUMNSTORE],
            failing: Sql::Outside(&[
                "ALTER TABLE readings ADD COLUMN double_id integer GENERATED ALWAYS AS (id * 2) STORED",
            ]),
            passing: Sql::Outside(&["ALTER TABLE readings ADD COLUMN double_id integer CHECK (double_id > 0)"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
        Example {
            setup: &[COLUMNSTORE, PLAIN],
            failing: Sql::Outside(&["ALTER TABLE readings ADD COLUMN sensor_id integer REFERENCES sensors (id)"]),
            passing: Sql::Outside(&["ALTER TABLE readings ADD COLUMN sensor_id integer"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    added_columns(parsed).find_map(|(table, column)| {
        context.columnstore(&table)?;
        let refused = column.options.iter().any(|option| {
            matches!(
                option.option,
                ColumnOption::Generated { .. } | ColumnOption::ForeignKey(_) | ColumnOption::Identity(_)
            )
        });
        refused.then(|| format!("`{table}` has a columnstore, and `{}` comes with a constraint", column.name.value))
    })
}
