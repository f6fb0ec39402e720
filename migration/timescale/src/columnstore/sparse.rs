//! Sparse indexes: what is noted of every batch of a chunk in the columnstore, so that a query can pass over it.

use std::fmt;

/// A sparse index of the columnstore, from 2.22 on.
///
/// A chunk has it once it is converted again with [`Chunks::recompress_sql`](crate::Chunks::recompress_sql).
/// `rebuild_sparse_index` is not offered: in 2.28.3 queries miss rows after it.
///
/// ```
/// use migration_timescale::SparseIndex;
///
/// assert_eq!(SparseIndex::minmax("value").to_string(), "minmax(value)");
/// assert_eq!(SparseIndex::bloom(&["unit", "quality"]).to_string(), "bloom(unit,quality)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SparseIndex {
    kind: &'static str,
    columns: Vec<String>,
}

impl SparseIndex {
    /// Least and greatest value of each batch, for ranges of a number or a time. On an enum it is never used.
    pub fn minmax(column: &str) -> Self {
        Self { kind: "minmax", columns: vec![column.to_owned()] }
    }

    /// A bloom filter of each batch, for equality. Several columns together need 2.26.
    pub fn bloom(columns: &[&str]) -> Self {
        Self { kind: "bloom", columns: columns.iter().map(|column| (*column).to_owned()).collect() }
    }

    /// Its columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether it holds least and greatest values.
    pub fn is_minmax(&self) -> bool {
        self.kind == "minmax"
    }
}

impl fmt::Display for SparseIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.kind, self.columns.join(","))
    }
}
