//! Unique indexes and keys without the time column.

use sqlparser::ast::{AlterTableOperation, ColumnOption, TableConstraint};

use crate::recording::model::Model;

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unique-without-time",
    summary: "Every unique index, key and exclusion constraint of a hypertable has to contain the columns it is partitioned by.",
    code: Some("TS103"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Add the time column to the key. Where the shorter key must be unique, keep it in a plain table beside it.",
    check,
    examples: &[
        Example {
            setup: &[HYPERTABLE],
            failing: Sql::InTransaction(&["ALTER TABLE readings ADD CONSTRAINT one UNIQUE (id)"]),
            passing: Sql::InTransaction(&["ALTER TABLE readings ADD CONSTRAINT one UNIQUE (id, \"taken_at\")"]),
            proof: Proof::Refused("TS103"),
            servers: Servers::All,
        },
        Example {
            setup: &[],
            failing: Sql::InTransaction(&[
                "CREATE TABLE events (id integer, at timestamptz NOT NULL)",
                "SELECT create_hypertable('events', by_range('at'))",
                "CREATE UNIQUE INDEX one ON events (id)",
            ]),
            passing: Sql::InTransaction(&[
                "CREATE TABLE events (id integer, at timestamptz NOT NULL)",
                "SELECT create_hypertable('events', by_range('at'))",
                "CREATE UNIQUE INDEX one ON events (at DESC, id)",
            ]),
            proof: Proof::Refused("TS103"),
            servers: Servers::All,
        },
        Example {
            setup: &[],
            failing: Sql::InTransaction(&[
                "CREATE TABLE \"events\" (\"id\" integer PRIMARY KEY, \"at\" timestamptz NOT NULL)",
                "SELECT create_hypertable('events', by_range('at'))",
            ]),
            passing: Sql::InTransaction(&[
                "CREATE TABLE \"events\" (\"id\" integer, \"at\" timestamptz NOT NULL, PRIMARY KEY (\"id\", \"at\"))",
                "SELECT create_hypertable('events', by_range('at'))",
            ]),
            proof: Proof::Refused("TS103"),
            servers: Servers::All,
        },
        Example {
            setup: &[],
            failing: Sql::InTransaction(&[
                "CREATE TABLE events (id integer UNIQUE, at timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = 'at')",
            ]),
            passing: Sql::InTransaction(&[
                "CREATE TABLE events (id integer, at timestamptz NOT NULL) WITH (tsdb.hypertable, tsdb.partition_column = 'at')",
            ]),
            proof: Proof::Refused("TS103"),
            servers: Servers::All,
        },
        Example {
            setup: &[HYPERTABLE],
            failing: Sql::InTransaction(&["ALTER TABLE readings ADD CONSTRAINT one UNIQUE (id) INCLUDE (taken_at)"]),
            passing: Sql::InTransaction(&[
                "ALTER TABLE readings ADD CONSTRAINT one UNIQUE (id, taken_at) INCLUDE (value)",
            ]),
            proof: Proof::Refused("TS103"),
            servers: Servers::All,
        },
        // TimescaleDB takes this one, and keeps the key within each chunk.
        Example {
            setup: &[],
            failing: Sql::InTransaction(&[
                "CREATE TABLE events (id integer, at timestamptz NOT NULL, UNIQUE (id) INCLUDE (at))",
                "SELECT create_hypertable('events', by_range('at'))",
            ]),
            passing: Sql::InTransaction(&[
                "CREATE TABLE events (id integer, at timestamptz NOT NULL, UNIQUE (id, at))",
                "SELECT create_hypertable('events', by_range('at'))",
            ]),
            proof: Proof::Shown {
                run: None,
                query: "SELECT (count(*) > 0)::text FROM pg_indexes WHERE tablename = 'events' AND indexdef LIKE '%UNIQUE%(id) INCLUDE%'",
                bad: "true",
                good: "false",
            },
            servers: Servers::All,
        },
        Example {
            setup: &[HYPERTABLE],
            failing: Sql::InTransaction(&[
                "ALTER TABLE readings ADD CONSTRAINT one EXCLUDE USING gist (box(point(id, id), point(id, id)) WITH &&)",
            ]),
            passing: Sql::InTransaction(&["ALTER TABLE readings ADD CONSTRAINT one CHECK (id > 0)"]),
            proof: Proof::Refused("TS103"),
            servers: Servers::All,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    added_key(context, parsed).or_else(|| existing_key(context, parsed))
}

/// The statement adds the key to a hypertable.
fn added_key(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let index = created_index(parsed)
        .filter(|(_, index)| index.unique)
        .map(|(table, index)| (table, index_columns(NAMES, &index.columns)));
    let constraints = alterations(parsed).filter_map(|(table, operation)| match operation {
        AlterTableOperation::AddConstraint { constraint: TableConstraint::Unique(key), .. } => {
            Some((table, index_columns(NAMES, &key.columns)))
        }
        AlterTableOperation::AddConstraint { constraint: TableConstraint::PrimaryKey(key), .. } => {
            Some((table, index_columns(NAMES, &key.columns)))
        }
        AlterTableOperation::AddConstraint { constraint: TableConstraint::Exclude(exclusion), .. } => {
            Some((table, excluded_columns(NAMES, exclusion)))
        }
        _ => None,
    });
    let is_key = |option: &ColumnOption| matches!(option, ColumnOption::Unique(_) | ColumnOption::PrimaryKey(_));
    let columns = added_columns(parsed)
        .filter(|(_, column)| column.options.iter().any(|option| is_key(&option.option)))
        .map(|(table, column)| (table, vec![NAMES.ident(&column.name)]));
    index.into_iter().chain(constraints).chain(columns).find_map(|(table, key)| {
        let missing = context.hypertable(&table)?.dimensions.iter().find(|dimension| !key.contains(dimension))?;
        Some(format!("a key of `{table}` lacks the partition column `{missing}`"))
    })
}

/// The statement makes a hypertable of a table with the key.
fn existing_key(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    if parsed.calls("create_hypertable").is_empty() && parsed.option(&["hypertable"]).is_none() {
        return None;
    }
    let mut after = context.before.clone();
    after.apply_parsed(sea_orm::DbBackend::Postgres, parsed);
    let is_new = |name: &str| context.hypertable(name).is_none();
    after.tables.iter().filter(|(name, _)| is_new(name)).find_map(|(name, table)| lacking(&after, name, table))
}

fn lacking(model: &Model, name: &str, table: &Table) -> Option<String> {
    let dimensions = &model.hypertable(name)?.dimensions;
    let keys =
        table.unique_indexes.iter().filter_map(|index| table.index_columns.get(index).map(|columns| (index, columns)));
    keys.into_iter().find_map(|(index, columns)| {
        let missing = dimensions.iter().find(|dimension| !columns.contains(dimension))?;
        Some(format!("the key `{index}` of `{name}` lacks the partition column `{missing}`"))
    })
}
