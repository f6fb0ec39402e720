//! A file that was written: what `generate`, `new` and `merge` give back.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::verbs::{Outcome, Report};

/// A file that was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Created {
    /// Its path.
    pub path: String,
}

impl Created {
    /// The result that names it, from here where it is below.
    pub(in crate::cli) fn report(path: &Path) -> Report {
        let here = std::env::current_dir().unwrap_or_default();
        Report::Created(Self { path: path.strip_prefix(here).unwrap_or(path).display().to_string() })
    }
}

/// cargo tells the program that it runs where its crate is.
pub(in crate::cli) fn crate_dir() -> PathBuf {
    std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".to_owned()).into()
}

impl Outcome for Created {
    const IS_ASKED_FOR: bool = true;

    fn text(&self, _verbose: bool) -> String {
        format!("{}\n", self.path)
    }
}
