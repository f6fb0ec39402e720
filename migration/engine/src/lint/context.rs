//! What a rule knows besides the statement.

use migration_timescale::{Version, question::KnownSchema};
use sea_orm::DbBackend;
use sqlparser::ast::{self, AlterTableOperation, ObjectType};

use crate::{
    recording::model::{self, Columnstore, Hypertable, Model, names::Names},
    sql::parsed::Parsed,
};

/// How names are read: rules look at PostgreSQL only.
pub const NAMES: Names = Names(DbBackend::Postgres);

/// What a rule knows besides the statement.
#[derive(Debug)]
pub struct Context<'a> {
    /// The TimescaleDB that the statement is for.
    pub timescaledb: Version,
    /// The schema before the revision, without tables that an earlier revision of the same run made.
    pub start: &'a Model,
    /// The schema before the statement.
    pub before: &'a Model,
    /// Earlier statements of the revision in this direction, with their transactions.
    pub earlier: &'a [(Option<usize>, Parsed)],
    /// The transaction that the statement runs in.
    pub transaction: Option<usize>,
    /// Whether the statement came together with others in one text, which PostgreSQL runs as one transaction.
    pub in_company: bool,
}

impl Context<'_> {
    /// Whether the statement cannot manage transactions of its own.
    pub fn in_transaction(&self) -> bool {
        self.transaction.is_some() || self.in_company
    }

    /// Earlier statements of the same transaction.
    pub fn earlier_in_transaction(&self) -> impl Iterator<Item = &Parsed> {
        self.earlier
            .iter()
            .filter(|(number, _)| number.is_some() && *number == self.transaction)
            .map(|(_, parsed)| parsed)
    }

    /// Whether this revision, or its run, made the table, so that nobody else uses it yet.
    pub fn is_new(&self, table: &str) -> bool {
        self.before.has_table(table) && !self.start.has_table(table)
    }

    /// The table as a hypertable.
    pub fn hypertable(&self, table: &str) -> Option<&Hypertable> {
        self.before.hypertable(table)
    }

    /// The columnstore settings of a hypertable.
    pub fn columnstore(&self, table: &str) -> Option<&Columnstore> {
        self.hypertable(table).and_then(|hypertable| hypertable.columnstore.as_ref())
    }

    /// The table of an index.
    pub fn table_of_index(&self, index: &str) -> Option<&str> {
        self.before.tables.iter().find(|(_, table)| table.indexes.contains(index)).map(|(name, _)| name.as_str())
    }

    /// The table that a statement changes.
    pub fn target(&self, parsed: &Parsed) -> Option<String> {
        parsed.statements.iter().find_map(|statement| match statement {
            ast::Statement::AlterTable(alteration) => Some(NAMES.object(&alteration.name)),
            ast::Statement::CreateIndex(index) => Some(NAMES.object(&index.table_name)),
            ast::Statement::Drop { object_type: ObjectType::Table, names, .. } => {
                names.first().map(|name| NAMES.object(name))
            }
            ast::Statement::Drop { object_type: ObjectType::Index, names, .. } => {
                names.first().and_then(|name| self.table_of_index(&NAMES.object(name))).map(str::to_owned)
            }
            ast::Statement::Update(update) => match &update.table.relation {
                ast::TableFactor::Table { name, .. } => Some(NAMES.object(name)),
                _ => None,
            },
            _ => None,
        })
    }
}

/// The table and each operation of `ALTER TABLE`.
pub fn alterations(parsed: &Parsed) -> impl Iterator<Item = (String, &AlterTableOperation)> {
    parsed.statements.iter().flat_map(|statement| {
        let alteration = match statement {
            ast::Statement::AlterTable(alteration) => Some(alteration),
            _ => None,
        };
        alteration.into_iter().flat_map(|alteration| {
            let table = NAMES.object(&alteration.name);
            alteration.operations.iter().map(move |operation| (table.clone(), operation))
        })
    })
}

/// The table and each column that `ALTER TABLE` adds.
pub fn added_columns(parsed: &Parsed) -> impl Iterator<Item = (String, &ast::ColumnDef)> {
    alterations(parsed).filter_map(|(table, operation)| match operation {
        AlterTableOperation::AddColumn { column_def, .. } => Some((table, column_def)),
        _ => None,
    })
}

/// The table and each column that `ALTER TABLE` drops.
pub fn dropped_columns(parsed: &Parsed) -> impl Iterator<Item = (String, String)> {
    model::dropped_columns(NAMES, parsed).into_iter()
}

/// The index that a statement creates, with its table.
pub fn created_index(parsed: &Parsed) -> Option<(String, &ast::CreateIndex)> {
    parsed.statements.iter().find_map(|statement| match statement {
        ast::Statement::CreateIndex(index) => Some((NAMES.object(&index.table_name), index)),
        _ => None,
    })
}

/// Whether an index is built in one transaction for each chunk.
pub fn is_per_chunk(parsed: &Parsed) -> bool {
    parsed.switch(&["transaction_per_chunk"]) == Some(true)
}
