//! What a revision does, step by step: run here as its code runs it.

use sea_orm::{
    DbErr,
    sea_query::{
        ColumnDef, ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement, Index as Indexes, IndexCreateStatement,
        Table as Tables, TableCreateStatement,
    },
};
use sea_orm_migration::SchemaManager;

use super::model::{Column, Index, Reference, Table};
use crate::revision::{
    columns, index,
    kept::KeptColumns,
    labels::{self, EnumColumn, EnumLabels},
    references, tables,
};

#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a proposal has a handful of them")]
pub(super) enum Step {
    CreateEnum {
        name: String,
        labels: Vec<String>,
    },
    DropEnum {
        name: String,
        labels: Vec<String>,
    },
    Labels {
        change: LabelChange,
        back: bool,
    },
    CreateTable {
        table: Table,
    },
    DropTable {
        table: Table,
    },
    SetAside {
        table: String,
    },
    BringBack {
        table: String,
    },
    RenameTable {
        from: String,
        to: String,
    },
    RenameColumn {
        table: String,
        from: String,
        to: String,
    },
    AddColumn {
        table: String,
        column: Column,
        kept: Option<Kept>,
    },
    DropColumn {
        table: String,
        column: Column,
        kept: Option<Kept>,
    },
    /// A column that has just come is filled, and then has to have a value.
    Fill {
        table: String,
        key: Vec<String>,
        column: Column,
        value: String,
    },
    /// Rows that have nothing in a column that was there are filled.
    FillKept {
        kept: Kept,
        value: String,
    },
    /// These rows have nothing in it again.
    Empty {
        kept: Kept,
        value: String,
    },
    ChangeColumn {
        table: String,
        from: Column,
        to: Column,
    },
    CreateIndex {
        table: String,
        index: Index,
        is_new: bool,
    },
    DropIndex {
        table: String,
        index: Index,
        is_new: bool,
    },
    /// What is said of a table, empty where nothing is.
    CommentTable {
        table: String,
        from: String,
        to: String,
    },
    AddReference {
        table: String,
        reference: Reference,
    },
    DropReference {
        table: String,
        reference: Reference,
    },
}

/// One change of the labels of an enum.
#[derive(Clone, Debug)]
pub(super) struct LabelChange {
    pub name: String,
    pub before: Vec<String>,
    pub columns: Vec<EnumUse>,
    pub what: What,
    /// The label that rows get in the place of one that goes, with `up` or with `down`.
    pub instead: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Add(String),
    Rename(String, String),
    Retire(String),
}

/// A column of an enum.
#[derive(Clone, Debug)]
pub(super) struct EnumUse {
    pub table: String,
    pub column: String,
    pub is_nullable: bool,
    pub default: Option<String>,
    pub comment: Option<String>,
    pub key: Vec<String>,
    pub batch: Option<(String, String)>,
}

/// Which rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeptRows {
    All,
    WithValue,
    WithoutValue,
}

/// What is kept of a column that goes, or of the rows that have nothing in it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub table: String,
    pub column: String,
    pub key: Vec<String>,
    pub of_enum: Option<String>,
    pub rows: KeptRows,
    pub batch: Option<(String, String)>,
}

impl Step {
    /// What takes it back.
    pub(super) fn inverse(&self) -> Option<Self> {
        Some(match self.clone() {
            Self::CreateEnum { name, labels } => Self::DropEnum { name, labels },
            Self::DropEnum { name, labels } => Self::CreateEnum { name, labels },
            Self::Labels { change, back } => Self::Labels { change, back: !back },
            Self::CreateTable { table } => Self::DropTable { table },
            Self::DropTable { table } => Self::CreateTable { table },
            Self::SetAside { table } => Self::BringBack { table },
            Self::BringBack { table } => Self::SetAside { table },
            Self::RenameTable { from, to } => Self::RenameTable { from: to, to: from },
            Self::RenameColumn { table, from, to } => Self::RenameColumn { table, from: to, to: from },
            Self::AddColumn { table, column, kept } => Self::DropColumn { table, column, kept },
            Self::DropColumn { table, column, kept } => Self::AddColumn { table, column, kept },
            // Indexes of a table that is new go with it.
            Self::Fill { .. } | Self::CreateIndex { is_new: true, .. } => return None,
            Self::FillKept { kept, value } => Self::Empty { kept, value },
            Self::Empty { kept, value } => Self::FillKept { kept, value },
            Self::ChangeColumn { table, from, to } => Self::ChangeColumn { table, from: to, to: from },
            Self::CommentTable { table, from, to } => Self::CommentTable { table, from: to, to: from },
            Self::CreateIndex { table, index, is_new } => Self::DropIndex { table, index, is_new },
            Self::DropIndex { table, index, is_new } => Self::CreateIndex { table, index, is_new },
            Self::AddReference { table, reference } => Self::DropReference { table, reference },
            Self::DropReference { table, reference } => Self::AddReference { table, reference },
        })
    }

    /// Whether it may run in the transaction that the engine gives a revision; others work in transactions of their own,
    /// or while others write.
    pub(super) fn runs_in_transaction(&self) -> bool {
        matches!(
            self,
            Self::CreateEnum { .. }
                | Self::DropEnum { .. }
                | Self::CreateTable { .. }
                | Self::DropTable { .. }
                | Self::CreateIndex { is_new: true, .. }
        )
    }

    /// In a few words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::CreateEnum { name, .. } => format!("new enum {name}"),
            Self::DropEnum { name, .. } => format!("enum {name} goes"),
            Self::Labels { change: LabelChange { name, what, .. }, .. } => match what {
                What::Add(label) => format!("enum {name} gets the label {label}"),
                What::Rename(from, to) => format!("label {from} of the enum {name} becomes {to}"),
                What::Retire(label) => format!("label {label} of the enum {name} goes"),
            },
            Self::CreateTable { table } => format!("new table {}", table.name),
            Self::DropTable { table } => format!("table {} goes", table.name),
            Self::SetAside { table } => format!("table {table} goes"),
            Self::BringBack { table } => format!("table {table} comes back"),
            Self::RenameTable { from, to } => format!("table {from} becomes {to}"),
            Self::RenameColumn { table, from, to } => format!("column {table}.{from} becomes {to}"),
            Self::AddColumn { table, column, .. } => format!("new column {table}.{}", column.name),
            Self::DropColumn { table, column, .. } => format!("column {table}.{} goes", column.name),
            Self::Fill { table, column, value, .. } => format!("rows of {table} get {value} as {}", column.name),
            Self::FillKept { kept, value } => format!("rows of {} without {} get {value}", kept.table, kept.column),
            Self::Empty { kept, .. } => format!("rows of {} that had no {} have none again", kept.table, kept.column),
            Self::ChangeColumn { table, from, to } => {
                format!("column {table}.{} changes: {}", to.name, Self::changes(from, to).join(", "))
            }
            Self::CreateIndex { table, index, .. } => {
                let kind = if index.is_unique { "unique index" } else { "index" };
                format!("new {kind} on {table} ({})", index.columns.join(", "))
            }
            Self::DropIndex { table, index, .. } => format!("index {} of {table} goes", index.name),
            Self::CommentTable { table, to, .. } => format!("comment on {table}: {to}"),
            Self::AddReference { table, reference } => {
                format!("new foreign key from {table} ({}) to {}", reference.columns.join(", "), reference.target)
            }
            Self::DropReference { table, reference } => {
                format!("foreign key from {table} ({}) to {} goes", reference.columns.join(", "), reference.target)
            }
        }
    }

    fn changes(from: &Column, to: &Column) -> Vec<String> {
        let mut changes = Vec::new();
        if from.definition.get_column_type() != to.definition.get_column_type() {
            changes.push(format!("{} to {}", from.data_type, to.data_type));
        }
        match (from.is_required(), to.is_required()) {
            (false, true) => changes.push("not null".to_owned()),
            (true, false) => changes.push("may be null".to_owned()),
            _ => {}
        }
        if from.default != to.default {
            changes.push(format!("default {}", to.default.as_deref().unwrap_or("none")));
        }
        if from.comment() != to.comment() {
            changes.push(format!("comment {}", to.comment().unwrap_or("none")));
        }
        changes
    }

    pub(super) async fn run(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        match self {
            Self::CreateEnum { name, labels } => labels::create(manager, name, &texts(labels)).await,
            Self::DropEnum { name, .. } => labels::drop(manager, name).await,
            Self::Labels { change, back: false } => change.labels().up(manager).await,
            Self::Labels { change, back: true } => change.labels().down(manager).await,
            Self::CreateTable { table } if table.is_commented() => {
                tables::create(manager, create_table(manager, table)).await
            }
            Self::CreateTable { table } => manager.create_table(create_table(manager, table)).await,
            Self::CommentTable { table, to, .. } => tables::comment(manager, table, to).await,
            Self::DropTable { table } => {
                manager.drop_table(Tables::drop().table(table.name.clone()).if_exists().take()).await
            }
            Self::SetAside { table } => tables::set_aside(manager, table).await,
            Self::BringBack { table } => tables::bring_back(manager, table).await,
            Self::RenameTable { from, to } => tables::rename(manager, from, to).await,
            Self::RenameColumn { table, from, to } => columns::rename(manager, table, from, to).await,
            Self::AddColumn { table, column, kept } => {
                columns::add(manager, table, definition(manager, column)).await?;
                match kept {
                    Some(kept) => kept.columns().restore(manager).await,
                    None => Ok(()),
                }
            }
            Self::DropColumn { table, column, kept } => match kept {
                Some(kept) => kept.columns().leave(manager).await,
                None => columns::drop(manager, table, &column.name).await,
            },
            Self::Fill { table, key, column, value } => {
                columns::fill(manager, table, &texts(key), &column.name, value).await
            }
            Self::FillKept { kept, value } => kept.columns().fill(manager, value).await,
            Self::Empty { kept, .. } => kept.columns().restore(manager).await,
            Self::ChangeColumn { table, from, to } => {
                columns::change(manager, table, definition(manager, from), definition(manager, to)).await
            }
            Self::CreateIndex { table, index, .. } => {
                index::create_index(manager, table, &index.name, create_index(table, index)).await
            }
            Self::DropIndex { table, index, .. } => index::drop_index(manager, table, &index.name).await,
            Self::AddReference { table, reference } => references::add(manager, foreign_key(table, reference)).await,
            Self::DropReference { table, reference } => references::drop(manager, foreign_key(table, reference)).await,
        }
    }
}

/// What makes the column on this server.
fn definition(manager: &SchemaManager<'_>, column: &Column) -> ColumnDef {
    let Some((name, labels)) = &column.of_enum else { return column.definition.clone() };
    let mut definition = labels::column(manager, &column.name, name, &texts(labels));
    if column.is_required() {
        definition.not_null();
    }
    if let Some(default) = &column.definition.get_column_spec().default {
        definition.default(default.clone());
    }
    if let Some(comment) = column.comment() {
        definition.comment(comment);
    }
    definition
}

fn create_table(manager: &SchemaManager<'_>, table: &Table) -> TableCreateStatement {
    let mut create = Tables::create();
    create.table(table.name.clone()).if_not_exists();
    for column in &table.columns {
        create.col(definition(manager, column));
    }
    if table.primary.len() > 1 {
        let mut primary = Indexes::create();
        for column in &table.primary {
            primary.col(column.clone());
        }
        create.primary_key(&mut primary);
    }
    for reference in &table.references {
        create.foreign_key(&mut foreign_key(&table.name, reference));
    }
    if let Some(comment) = &table.comment {
        create.comment(comment);
    }
    create.take()
}

fn create_index(table: &str, index: &Index) -> IndexCreateStatement {
    let mut create = Indexes::create();
    create.name(&index.name).table(table.to_owned());
    for column in &index.columns {
        create.col(column.clone());
    }
    if index.is_unique {
        create.unique();
    }
    create.take()
}

fn foreign_key(table: &str, reference: &Reference) -> ForeignKeyCreateStatement {
    let mut key = ForeignKey::create();
    key.name(&reference.name).from_tbl(table.to_owned()).to_tbl(reference.target.clone());
    for (own, other) in reference.columns.iter().zip(&reference.target_columns) {
        key.from_col(own.clone()).to_col(other.clone());
    }
    if let Some(action) = reference.on_delete.as_deref().and_then(action) {
        key.on_delete(action);
    }
    if let Some(action) = reference.on_update.as_deref().and_then(action) {
        key.on_update(action);
    }
    key.take()
}

/// What a foreign key does, by its words in SQL.
pub(super) fn action(words: &str) -> Option<ForeignKeyAction> {
    Some(match words {
        "CASCADE" => ForeignKeyAction::Cascade,
        "SET NULL" => ForeignKeyAction::SetNull,
        "SET DEFAULT" => ForeignKeyAction::SetDefault,
        "RESTRICT" => ForeignKeyAction::Restrict,
        _ => return None,
    })
}

impl LabelChange {
    /// What rows get in the place of a label that goes. With one that is new it goes with `down`, and older programs see the
    /// default of the columns in its place, or the label before it.
    pub(super) fn instead(&self) -> Option<&String> {
        let (What::Add(label) | What::Retire(label)) = &self.what else { return None };
        // A name that is too long for what is kept aside.
        let is_long = |one: &EnumUse| one.table.len() + one.column.len() + label.len() > 50;
        if self.columns.iter().any(|one| one.key.is_empty() || is_long(one)) {
            return None;
        }
        self.instead.as_ref()
    }

    fn labels(&self) -> EnumLabels {
        let labels = EnumLabels::of(&self.name, &texts(&self.before));
        let labels = self.columns.iter().fold(labels, |labels, one| {
            let mut column = EnumColumn::of(&one.table, &one.column).key(&texts(&one.key));
            if one.is_nullable {
                column = column.nullable();
            }
            if let Some(default) = &one.default {
                column = column.default(default);
            }
            if let Some(comment) = &one.comment {
                column = column.comment(comment);
            }
            if let Some((segment, time)) = &one.batch {
                column = column.batched_by(segment, time);
            }
            labels.used_by(column)
        });
        let labels = match &self.what {
            What::Add(label) => labels.adding(label),
            What::Rename(from, to) => labels.renaming(from, to),
            What::Retire(label) => labels.retiring(label),
        };
        match self.instead() {
            Some(instead) => labels.instead(instead),
            None => labels,
        }
    }
}

impl Kept {
    /// Of its side table.
    pub(super) fn name(&self) -> String {
        match self.rows {
            KeptRows::All | KeptRows::WithValue => self.column.clone(),
            KeptRows::WithoutValue => format!("{}_null", self.column),
        }
    }

    fn columns(&self) -> KeptColumns {
        let kept = KeptColumns::of(&self.table, &self.name()).key(&texts(&self.key));
        let kept = match &self.of_enum {
            Some(name) => kept.enum_column(&self.column, name),
            None => kept.column(&self.column),
        };
        let kept = match &self.batch {
            Some((segment, time)) => kept.batched_by(segment, time),
            None => kept,
        };
        match self.rows {
            KeptRows::All => kept,
            KeptRows::WithValue => kept.rows_with_value(),
            KeptRows::WithoutValue => kept.rows_without_value(),
        }
    }
}

pub(super) fn texts(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
