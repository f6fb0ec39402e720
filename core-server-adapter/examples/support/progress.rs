//! How far an import is.

use indicatif::{ProgressBar, ProgressStyle};

/// Over the bytes of the file, on stderr; draws nothing when that is no terminal.
pub fn bar(bytes: u64) -> ProgressBar {
    let progress = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes} of {total_bytes}") {
        progress.set_style(style);
    }
    progress
}
