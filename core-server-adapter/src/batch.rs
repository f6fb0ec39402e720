//! Many rows cut into statements.

use sea_orm::{DbBackend, prelude::Json};

/// What to do with a row whose key is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum OnExisting {
    Fail,
    Skip,
}

/// Cuts rows into statements that every server takes.
///
/// PostgreSQL gets whole columns as arrays; the others bind each value of a row, of 32,766 (SQLite) or 65,535 (MySQL) at
/// most. Bytes count too: MariaDB refuses packets above 16 MiB when not told otherwise.
pub(crate) fn batches<T>(rows: Vec<T>, backend: DbBackend, size: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    const BYTES: usize = 4 << 20;
    let most = if backend == DbBackend::Postgres { 10_000 } else { 1_000 };
    let mut batches: Vec<Vec<T>> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        let size = size(&row);
        match batches.last_mut() {
            Some(batch) if batch.len() < most && bytes + size <= BYTES => {
                bytes += size;
                batch.push(row);
            }
            _ => {
                bytes = size;
                batches.push(vec![row]);
            }
        }
    }
    batches
}

/// Bytes of JSON as text.
pub(crate) fn json_size(json: Option<&Json>) -> usize {
    json.map_or(0, |json| json.to_string().len())
}
