//! What a diagram of a schema shows.

use std::collections::BTreeSet;

/// Tables, views, enums, and how they hang together; each in a fixed order.
pub(super) struct Schema {
    pub relations: Vec<Relation>,
    pub references: Vec<Reference>,
    pub enums: Vec<Enum>,
}

/// A table or a view.
pub(super) struct Relation {
    pub name: String,
    pub kind: RelationKind,
    pub columns: Vec<Column>,
    /// What TimescaleDB does with it: chunks, columnstore, retention, refresh.
    pub notes: Vec<String>,
    /// What it is made from, of a view or an aggregate.
    pub sources: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RelationKind {
    Table,
    Hypertable,
    ContinuousAggregate,
    MaterializedView,
    View,
}

pub(super) struct Column {
    pub name: String,
    /// As the server names it, with the usual short names.
    pub data_type: String,
    pub is_nullable: bool,
    pub keys: BTreeSet<Key>,
}

/// What a column is part of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Primary,
    Foreign,
    /// No other row has the same value in this column alone.
    Unique,
}

/// A foreign key.
pub(super) struct Reference {
    pub table: String,
    pub columns: Vec<String>,
    pub target: String,
    /// The column of the target that the first one names; `None` where the server does not tell.
    pub target_column: Option<String>,
}

pub(super) struct Enum {
    pub name: String,
    pub labels: Vec<String>,
}

/// Names of types that have shorter ones of the same meaning.
const SHORT: [(&str, &str); 5] = [
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
    ("time with time zone", "timetz"),
    ("time without time zone", "time"),
    ("character varying", "varchar"),
];

impl Relation {
    pub(super) fn new(name: String, kind: RelationKind) -> Self {
        Self { name, kind, columns: Vec::new(), notes: Vec::new(), sources: Vec::new() }
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

impl RelationKind {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Hypertable => "hypertable",
            Self::ContinuousAggregate => "continuous aggregate",
            Self::MaterializedView => "materialized view",
            Self::View => "view",
        }
    }

    pub(super) fn is_view(self) -> bool {
        matches!(self, Self::ContinuousAggregate | Self::MaterializedView | Self::View)
    }
}

impl Column {
    pub(super) fn new(name: String, data_type: String, is_nullable: bool) -> Self {
        let data_type = SHORT.iter().fold(data_type, |name, (long, short)| name.replace(long, short));
        Self { name, data_type, is_nullable, keys: BTreeSet::new() }
    }

    pub(super) fn is(&self, key: Key) -> bool {
        self.keys.contains(&key)
    }

    /// `PK`, `FK`, `UK`: what it is part of. That a primary key is unique goes without saying.
    pub(super) fn marks(&self) -> impl Iterator<Item = &'static str> {
        let said = self.keys.iter().filter(|key| **key != Key::Unique || !self.is(Key::Primary));
        said.map(|key| match key {
            Key::Primary => "PK",
            Key::Foreign => "FK",
            Key::Unique => "UK",
        })
    }
}

impl Reference {
    /// Whether a row may have no target, and whether a target has one row at most.
    pub(super) fn is_optional_and_single(&self, table: &Relation) -> (bool, bool) {
        let its = |name: &String| table.column(name).map(|at| &table.columns[at]);
        let columns: Vec<&Column> = self.columns.iter().filter_map(its).collect();
        let is_key = |column: &&Column| column.is(Key::Unique);
        (columns.iter().any(|column| column.is_nullable), columns.len() == 1 && columns.iter().all(is_key))
    }
}
