//! A schema, as far as entities can say it.

use std::collections::BTreeMap;

use sea_orm::sea_query::ColumnDef;

/// Tables and enums by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub tables: BTreeMap<String, Table>,
    /// The labels of each enum, in order. Where an enum is no type, it has the name that the entities give it.
    pub enums: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub name: String,
    pub is_view: bool,
    pub columns: Vec<Column>,
    pub primary: Vec<String>,
    /// Without the primary key, and without those that an entity cannot say: partial ones and such over expressions.
    pub indexes: Vec<Index>,
    pub references: Vec<Reference>,
    pub comment: Option<String>,
    /// The column that its columnstore is segmented by, and its time column.
    pub batch: Option<(String, String)>,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub name: String,
    /// As the server names it.
    pub data_type: String,
    /// As the server prints it.
    pub default: Option<String>,
    /// What it was called before, where the entity says so.
    pub renamed_from: Option<String>,
    /// The enum that it has, with its labels where they are known.
    pub of_enum: Option<(String, Vec<String>)>,
    /// What makes such a column.
    pub definition: ColumnDef,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    pub name: String,
    pub columns: Vec<String>,
    pub is_unique: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub name: String,
    /// Whether the server knows the name.
    pub is_named: bool,
    pub columns: Vec<String>,
    pub target: String,
    pub target_columns: Vec<String>,
    /// `CASCADE` and the like; `None` where nothing is said, or nothing is done.
    pub on_delete: Option<String>,
    pub on_update: Option<String>,
}

impl Table {
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether anything is said of it or of a column.
    pub(super) fn is_commented(&self) -> bool {
        self.comment.is_some() || self.columns.iter().any(|column| column.comment().is_some())
    }

    /// Whether no two rows have the same values in these columns.
    pub(super) fn has_unique(&self, columns: &[String]) -> bool {
        let same = |other: &[String]| other.len() == columns.len() && other.iter().all(|one| columns.contains(one));
        same(&self.primary) || self.indexes.iter().any(|index| index.is_unique && same(&index.columns))
    }

    /// Whether these columns identify a row: a key is among them.
    pub(super) fn is_known_by(&self, columns: &[String]) -> bool {
        let is_among = |key: &[String]| !key.is_empty() && key.iter().all(|one| columns.contains(one));
        is_among(&self.primary) || self.indexes.iter().any(|index| index.is_unique && is_among(&index.columns))
    }

    /// Whether an index begins with these columns.
    pub(super) fn has_index(&self, columns: &[String]) -> bool {
        self.primary.starts_with(columns) || self.indexes.iter().any(|index| index.columns.starts_with(columns))
    }
}

impl Column {
    pub(super) fn comment(&self) -> Option<&str> {
        self.definition.get_column_spec().comment.as_deref()
    }

    pub(super) fn is_required(&self) -> bool {
        self.definition.get_column_spec().nullable == Some(false)
    }

    /// Leaves it without a default.
    pub(super) fn forget_default(&mut self) {
        self.default = None;
        let mut bare = ColumnDef::new(self.name.clone());
        if let Some(data_type) = self.definition.get_column_type() {
            bare = ColumnDef::new_with_type(self.name.clone(), data_type.clone());
        }
        if self.is_required() {
            bare.not_null();
        }
        if let Some(comment) = self.comment() {
            bare.comment(comment);
        }
        self.definition = bare;
    }

    pub(super) fn rename(&mut self, to: &str) {
        to.clone_into(&mut self.name);
        let old = &self.definition;
        let mut new = match old.get_column_type() {
            Some(data_type) => ColumnDef::new_with_type(to.to_owned(), data_type.clone()),
            None => ColumnDef::new(to.to_owned()),
        };
        if self.is_required() {
            new.not_null();
        }
        if let Some(default) = &old.get_column_spec().default {
            new.default(default.clone());
        }
        if let Some(comment) = &old.get_column_spec().comment {
            new.comment(comment);
        }
        self.definition = new;
    }
}

impl Index {
    /// Whether it has a name as SeaORM gives to the indexes of entities. Others are not the entities' to drop.
    pub(super) fn is_of_entity(&self) -> bool {
        self.name.starts_with("idx-")
    }
}

impl Reference {
    /// The name that SeaORM gives.
    pub(super) fn usual_name(table: &str, columns: &[String]) -> String {
        format!("fk-{table}-{}", columns.join("-"))
    }

    /// Whether it has a name as SeaORM gives to the foreign keys of entities.
    pub(super) fn is_of_entity(&self) -> bool {
        self.is_named && self.name.starts_with("fk-")
    }

    /// Whether they lead from the same columns to the same ones.
    pub(super) fn leads_as(&self, other: &Self) -> bool {
        (&self.columns, &self.target, &self.target_columns) == (&other.columns, &other.target, &other.target_columns)
    }
}
