//! What imports share: a file that shows how far it is read, and all of it or nothing.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use core_server_adapter::sea_orm::DatabaseTransaction;
use indicatif::{ProgressBar, ProgressStyle};

use crate::support::Failure;

/// Opens the file. The bar goes over its bytes, on stderr; it draws nothing when that is no terminal.
pub fn open(path: &Path) -> Result<(ProgressBar, impl BufRead), Failure> {
    let file = File::open(path).map_err(|error| format!("cannot open {}: {error}", path.display()))?;
    let progress = ProgressBar::new(file.metadata().map_or(0, |file| file.len()));
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes} of {total_bytes}") {
        progress.set_style(style);
    }
    let file = BufReader::new(progress.wrap_read(file));
    Ok((progress, file))
}

/// Keeps what was imported, or nothing of it when that failed.
pub async fn settle<T>(
    transaction: DatabaseTransaction,
    imported: Result<T, Failure>,
    path: &Path,
) -> Result<T, Failure> {
    match imported {
        Ok(imported) => {
            transaction.commit().await?;
            Ok(imported)
        }
        Err(error) => {
            // What went wrong first is what is told. A transaction that the database has ended, or whose connection broke,
            // is rolled back already and says so here.
            let _ = transaction.rollback().await;
            Err(format!("{}: {error}; nothing was written", path.display()).into())
        }
    }
}
