//! A schema as far as SQL text tells: which tables, columns, indexes, types and hypertables there are after a series of
//! statements. It answers catalogue questions while revisions are recorded, and gives lint rules their context.

mod ddl;
mod known;
pub mod names;
pub mod policies;
mod timescale;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DbBackend;
use sqlparser::tokenizer::Token;

use crate::sql::parsed::{self, Parsed};
pub use ddl::{dropped_columns, excluded_columns, index_columns};
use names::Names;
use policies::Policies;

/// The schema after some statements. Names are without quotes and schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Tables by name.
    pub tables: BTreeMap<String, Table>,
    /// Views, materialised views and continuous aggregates by name.
    pub views: BTreeMap<String, View>,
    /// Types (enums and others) with their labels in order.
    pub types: BTreeMap<String, Vec<String>>,
    /// Policies of hypertables and continuous aggregates.
    pub policies: Policies,
}

/// A table of a [`Model`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Names of its indexes.
    pub indexes: BTreeSet<String>,
    /// Columns of each index in order, then those that its expressions and its condition read.
    pub index_columns: BTreeMap<String, Vec<String>>,
    /// The unique ones among the indexes.
    pub unique_indexes: BTreeSet<String>,
    /// Names of its constraints, those named in SQL.
    pub constraints: BTreeSet<String>,
    /// Tables that its foreign keys refer to.
    pub refers_to: BTreeSet<String>,
    /// Set when it is a hypertable.
    pub hypertable: Option<Hypertable>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as written.
    pub data_type: String,
}

/// What makes a [`Table`] a hypertable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hypertable {
    /// Partition columns, the time column first.
    pub dimensions: Vec<String>,
    /// Segment-by and order-by columns, once the columnstore is enabled.
    pub columnstore: Option<Columnstore>,
}

/// Columnstore settings of a [`Hypertable`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columnstore {
    /// Segment-by columns.
    pub segment_by: Vec<String>,
    /// Order-by columns, without direction.
    pub order_by: Vec<String>,
}

/// A view of a [`Model`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Set when it is a continuous aggregate.
    pub aggregate: Option<Aggregate>,
    /// Columns and tables its query names, as far as the text tells.
    pub reads: BTreeSet<String>,
}

/// What makes a [`View`] a continuous aggregate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aggregate {
    /// Whether it shows what was materialised and nothing else, as they do unless told.
    pub materialized_only: bool,
    /// The table or aggregate it reads.
    pub source: String,
    /// Width of a bucket, as it was written; empty where the text does not tell.
    pub bucket: Vec<Token>,
}

impl Model {
    /// Takes in one SQL text as given to the database, which may hold several statements. What cannot be understood
    /// changes nothing.
    pub fn apply(&mut self, backend: DbBackend, sql: &str) {
        for parsed in &*parsed::parse(backend, sql) {
            self.apply_parsed(backend, parsed);
        }
    }

    /// Takes in one statement that has been taken apart.
    pub fn apply_parsed(&mut self, backend: DbBackend, parsed: &Parsed) {
        let names = Names(backend);
        for statement in &parsed.statements {
            ddl::apply(self, names, parsed, statement);
        }
        timescale::apply(self, names, parsed);
        self.policies.apply(names, parsed);
    }

    /// The view as a continuous aggregate.
    pub fn continuous_aggregate(&self, name: &str) -> Option<&Aggregate> {
        self.views.get(name).and_then(|view| view.aggregate.as_ref())
    }

    /// The table as a hypertable.
    pub fn hypertable(&self, table: &str) -> Option<&Hypertable> {
        self.tables.get(table).and_then(|table| table.hypertable.as_ref())
    }

    fn rename_table(&mut self, old: &str, new: &str) {
        if let Some(table) = self.tables.remove(old) {
            self.tables.insert(new.to_owned(), table);
        }
        if let Some(view) = self.views.remove(old) {
            self.views.insert(new.to_owned(), view);
        }
        self.policies.rename(old, new);
    }

    fn drop_table(&mut self, name: &str, cascade: bool) {
        self.tables.remove(name);
        self.policies.drop_those_of(name);
        if cascade {
            self.drop_views_reading(name);
        }
    }

    fn drop_view(&mut self, name: &str, cascade: bool) {
        self.views.remove(name);
        self.policies.drop_those_of(name);
        if cascade {
            self.drop_views_reading(name);
        }
    }

    /// Those that read `name`, and those that read these.
    fn drop_views_reading(&mut self, name: &str) {
        let readers = |(view, found): (&String, &View)| found.reads.contains(name).then(|| view.clone());
        let views: Vec<String> = self.views.iter().filter_map(readers).collect();
        for view in views {
            if self.views.contains_key(&view) {
                self.drop_view(&view, true);
            }
        }
    }
}

impl Table {
    fn add_index(&mut self, name: String, columns: Vec<String>) {
        if self.indexes.insert(name.clone()) {
            self.index_columns.insert(name, columns);
        }
    }

    fn add_unique_index(&mut self, name: String, columns: Vec<String>) {
        self.unique_indexes.insert(name.clone());
        self.add_index(name, columns);
    }

    /// The columns of the index that was dropped.
    fn drop_index(&mut self, name: &str) -> Option<Vec<String>> {
        self.indexes.remove(name);
        self.unique_indexes.remove(name);
        self.index_columns.remove(name)
    }

    fn rename_index(&mut self, old: &str, new: &str) {
        let unique = self.unique_indexes.contains(old);
        if let Some(columns) = self.drop_index(old) {
            self.unique_indexes.extend(unique.then(|| new.to_owned()));
            self.add_index(new.to_owned(), columns);
        }
    }

    /// The column goes, and every index that reads it.
    fn drop_column(&mut self, name: &str) {
        self.columns.retain(|column| column.name != name);
        self.index_columns.retain(|_, columns| !columns.iter().any(|column| column == name));
        self.indexes.retain(|index| self.index_columns.contains_key(index));
        self.unique_indexes.retain(|index| self.index_columns.contains_key(index));
    }

    fn rename_column(&mut self, old: &str, new: &str) {
        let columns = self.columns.iter_mut().map(|column| &mut column.name);
        let indexed = self.index_columns.values_mut().flatten();
        let hypertable = self.hypertable.iter_mut().flat_map(|hypertable| {
            let columnstore = hypertable.columnstore.iter_mut();
            let settings = columnstore.flat_map(|store| store.segment_by.iter_mut().chain(&mut store.order_by));
            hypertable.dimensions.iter_mut().chain(settings)
        });
        for name in columns.chain(indexed).chain(hypertable).filter(|name| *name == old) {
            new.clone_into(name);
        }
    }

    fn set_type(&mut self, column: &str, data_type: String) {
        if let Some(column) = self.columns.iter_mut().find(|known| known.name == column) {
            column.data_type = data_type;
        }
    }
}

#[cfg(test)]
mod tests;
