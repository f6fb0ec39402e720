//! What imports share: a file that shows how far it is read, and all of it or nothing.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    time::Duration,
};

use core_server_adapter::{AdapterError, Transaction};
use indicatif::{ProgressBar, ProgressStyle};

use crate::support::Failure;

const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

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

/// Why a file was not imported.
pub struct Failed {
    /// Whether another transaction was in the way, and the same may go through now.
    again: bool,
    reason: String,
}

impl From<AdapterError> for Failed {
    fn from(error: AdapterError) -> Self {
        Self { again: error.is_transient(), reason: error.on_one_line() }
    }
}

impl From<String> for Failed {
    fn from(reason: String) -> Self {
        Self { again: false, reason }
    }
}

/// Imports a file in a transaction: all of it, or nothing when that failed. Begins again where the database chose this
/// transaction to give way to another one.
pub async fn whole<T>(
    path: &Path,
    begin: impl AsyncFn() -> Result<Transaction, AdapterError>,
    import: impl AsyncFn(&Transaction) -> Result<T, Failed>,
) -> Result<T, Failure> {
    let mut attempt = 1;
    loop {
        let transaction = begin().await?;
        match import(&transaction).await {
            Ok(imported) => {
                transaction.commit().await?;
                return Ok(imported);
            }
            Err(failed) => {
                // What went wrong first is what is told. A transaction that the database has ended, or whose connection
                // broke, is rolled back already and says so here.
                let _ = transaction.rollback().await;
                if !failed.again || attempt == ATTEMPTS {
                    return Err(format!("{}: {}; nothing was written", path.display(), failed.reason).into());
                }
            }
        }
        tokio::time::sleep(PAUSE * attempt).await;
        attempt += 1;
    }
}
