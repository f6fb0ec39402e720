//! The model as what answers questions of revisions.

use migration_timescale::{PolicyKind, identifier, question::KnownSchema};

use super::{Model, policies::Policy};

impl KnownSchema for Model {
    fn has_table(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    fn has_column(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|table| table.columns.iter().any(|known| known.name == column))
    }

    fn has_index(&self, table: &str, index: &str) -> bool {
        self.tables.get(table).is_some_and(|table| table.indexes.contains(index))
    }

    fn has_any_index(&self, index: &str) -> bool {
        self.tables.values().any(|table| table.indexes.contains(index))
    }

    fn has_type(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    fn has_label(&self, name: &str, label: &str) -> bool {
        self.types.get(name).is_some_and(|labels| labels.iter().any(|known| known == label))
    }

    /// Whether the type of the column was created as an enum.
    fn has_enum_column(&self, table: &str, column: &str) -> bool {
        let column = self.tables.get(table).and_then(|table| table.columns.iter().find(|known| known.name == column));
        column
            .and_then(|column| self.types.get(column.data_type.trim_matches('"')))
            .is_some_and(|labels| !labels.is_empty())
    }

    fn unique_key_without(&self, table: &str, column: &str) -> Option<String> {
        let table = self.tables.get(table)?;
        let mut keys = table.unique_indexes.iter().filter_map(|index| table.index_columns.get(index));
        let key = keys.find(|columns| !columns.iter().any(|known| known == column))?;
        Some(key.iter().map(|column| identifier(column)).collect::<Vec<_>>().join(", "))
    }

    fn is_hypertable(&self, table: &str) -> bool {
        self.hypertable(table).is_some()
    }

    fn has_dimension(&self, table: &str, column: &str) -> bool {
        self.hypertable(table).is_some_and(|found| found.dimensions.iter().any(|known| known == column))
    }

    fn has_columnstore(&self, table: &str) -> bool {
        self.hypertable(table).is_some_and(|found| found.columnstore.is_some())
    }

    fn stores_by(&self, table: &str, column: &str) -> bool {
        self.hypertable(table)
            .and_then(|found| found.columnstore.as_ref())
            .is_some_and(|store| store.segment_by.iter().chain(&store.order_by).any(|known| known == column))
    }

    /// Whether a continuous aggregate names both the table and the column.
    fn is_aggregated(&self, table: &str, column: &str) -> bool {
        self.views
            .values()
            .any(|view| view.aggregate.is_some() && view.reads.contains(table) && view.reads.contains(column))
    }

    fn is_materialized_only(&self, aggregate: &str) -> Option<bool> {
        self.continuous_aggregate(aggregate).map(|view| view.materialized_only)
    }

    fn policy(&self, kind: PolicyKind, table: &str) -> Option<Vec<String>> {
        self.policies.get(kind, table).map(Policy::texts)
    }
}
