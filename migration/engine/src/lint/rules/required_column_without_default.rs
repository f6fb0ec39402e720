//! `ADD COLUMN … NOT NULL` without a default.

use sqlparser::ast::ColumnOption;

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "required-column-without-default",
    summary: "A new NOT NULL column without a default fails as soon as the table has a row.",
    code: Some("23502"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Give it a constant default, or add it nullable, fill it, and call `revision::constraints::set_not_null`.",
    check,
    examples: &[
        Example {
            setup: &[HYPERTABLE],
            failing: Sql::InTransaction(&["ALTER TABLE readings ADD COLUMN unit text NOT NULL"]),
            passing: Sql::InTransaction(&["ALTER TABLE readings ADD COLUMN unit text NOT NULL DEFAULT 'K'"]),
            proof: Proof::Refused("23502"),
            servers: Servers::All,
        },
        Example {
            setup: &[COLUMNSTORE],
            failing: Sql::InTransaction(&["ALTER TABLE readings ADD COLUMN \"unit\" text NOT NULL"]),
            passing: Sql::InTransaction(&["ALTER TABLE readings ADD COLUMN \"unit\" text NOT NULL DEFAULT 'K'"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
        Example {
            setup: &[PLAIN],
            failing: Sql::InTransaction(&["ALTER TABLE sensors ADD COLUMN a integer, ADD COLUMN b integer NOT NULL"]),
            passing: Sql::InTransaction(&["ALTER TABLE sensors ADD COLUMN a integer, ADD COLUMN b serial NOT NULL"]),
            proof: Proof::Refused("23502"),
            servers: Servers::All,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    added_columns(parsed).find_map(|(table, column)| {
        let has = |wanted: fn(&ColumnOption) -> bool| column.options.iter().any(|option| wanted(&option.option));
        let required = has(|option| matches!(option, ColumnOption::NotNull | ColumnOption::PrimaryKey(_)));
        let filled = has(|option| {
            matches!(option, ColumnOption::Default(_) | ColumnOption::Generated { .. } | ColumnOption::Identity(_))
        });
        let serial = column.data_type.to_string().to_ascii_lowercase().ends_with("serial");
        (required && !filled && !serial && !context.is_new(&table))
            .then(|| format!("rows of `{table}` have no value for `{}`", column.name.value))
    })
}
