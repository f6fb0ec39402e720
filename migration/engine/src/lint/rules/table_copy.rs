//! Changes of a table that MySQL makes by copying it.

use sea_orm::DbBackend;
use sqlparser::ast::{AlterTableOperation, Statement, TableConstraint};

use super::prelude::*;
use crate::recording::model::names::Names;

/// The rule.
pub const RULE: Rule = Rule {
    name: "table-copy",
    summary: "MySQL copies the whole table for this change, and whoever writes to it waits.",
    code: None,
    backend: Dialect::MySql,
    versions: Versions::ALL,
    instead: "Do it at a quiet time, or with a tool that copies beside the traffic (gh-ost, pt-online-schema-change); of a type, add a \
              column of the new one and fill it in steps (`BatchedUpdate`). On a table that stays small, allow it with that reason.",
    check,
    examples: &[
        // What cannot be done in place is refused when it is asked for.
        Example {
            setup: &[SITES_OF_MYSQL],
            failing: Sql::Outside(&["ALTER TABLE sites MODIFY COLUMN id bigint NOT NULL, ALGORITHM = INPLACE"]),
            passing: Sql::Outside(&["ALTER TABLE sites MODIFY COLUMN name varchar(40), ALGORITHM = INPLACE"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
        Example {
            setup: &[SITES_OF_MYSQL],
            failing: Sql::Outside(&["ALTER TABLE `sites` DROP PRIMARY KEY, ALGORITHM = INPLACE"]),
            passing: Sql::Outside(&["ALTER TABLE `sites` ADD COLUMN note text, ALGORITHM = INSTANT"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
        Example {
            setup: &[SITES_OF_MYSQL],
            failing: Sql::Outside(&["ALTER TABLE sites ADD CONSTRAINT named CHECK (name <> ''), ALGORITHM = INPLACE"]),
            passing: Sql::Outside(&["ALTER TABLE sites ADD COLUMN code integer CHECK (code > 0), ALGORITHM = INPLACE"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
    ],
};

const NAMES: Names = Names(DbBackend::MySql);

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    parsed.statements.iter().find_map(|statement| {
        let Statement::AlterTable(alteration) = statement else { return None };
        let table = NAMES.object(&alteration.name);
        if context.is_new(&table) {
            return None;
        }
        let adds_key = alteration.operations.iter().any(|operation| {
            matches!(operation, AlterTableOperation::AddConstraint { constraint: TableConstraint::PrimaryKey(_), .. })
        });
        let type_of = |column: &str| {
            let columns = &context.before.tables.get(&table)?.columns;
            columns.iter().find(|known| known.name == column).map(|known| known.data_type.as_str())
        };
        let changed = |column: String, new: String| {
            let old = type_of(&column)?;
            (!is_in_place(old, &new)).then(|| format!("the type of `{table}.{column}` was {old}"))
        };
        alteration.operations.iter().find_map(|operation| match operation {
            AlterTableOperation::ModifyColumn { col_name, data_type, .. } => {
                changed(NAMES.ident(col_name), data_type.to_string())
            }
            AlterTableOperation::ChangeColumn { old_name, data_type, .. } => {
                changed(NAMES.ident(old_name), data_type.to_string())
            }
            AlterTableOperation::DropPrimaryKey { .. } if !adds_key => {
                Some(format!("`{table}` is stored in the order of its primary key"))
            }
            AlterTableOperation::AddConstraint { constraint: TableConstraint::Check(_), .. } => {
                Some(format!("every row of `{table}` is checked"))
            }
            AlterTableOperation::AddConstraint { constraint: TableConstraint::ForeignKey(_), .. } => {
                Some(format!("every row of `{table}` is checked, unless foreign_key_checks is off"))
            }
            _ => None,
        })
    })
}

/// The same type, a longer text, or an enum with more labels at its end.
fn is_in_place(old: &str, new: &str) -> bool {
    let (old, new) = (old.to_lowercase(), new.to_lowercase());
    let length = |text: &str| text.strip_prefix("varchar(")?.strip_suffix(')')?.parse::<u32>().ok();
    let grows = length(&old).zip(length(&new)).is_some_and(|(old, new)| old <= new);
    let is_longer_enum = old.starts_with("enum(") && new.starts_with(old.trim_end_matches(')'));
    old == new || grows || is_longer_enum
}
