//! A file that was written: what `generate`, `new` and `merge` give back.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    EngineError,
    cli::verbs::{Outcome, Report},
    project::scaffold,
};

/// A file that was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Created {
    /// Its path.
    pub path: String,
}

impl Created {
    /// The result that names it, from here where it is below.
    pub(in crate::cli) fn report(path: &Path) -> Report {
        Report::Created(Self { path: from_here(path) })
    }
}

/// A path, from here where it is below.
pub(in crate::cli) fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// The crate with the revisions: cargo tells the program that it runs; else it is here, above, or in `migration` there.
pub(in crate::cli) fn crate_dir() -> Result<PathBuf, EngineError> {
    let here = std::env::current_dir().unwrap_or_default();
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let above = here.ancestors().flat_map(|folder| [folder.to_owned(), folder.join("migration")]);
    let found = told.into_iter().chain(above).find(|folder| scaffold::has_revisions(folder));
    found.ok_or_else(|| EngineError::NoMigrationCrate { here: here.display().to_string() })
}

impl Outcome for Created {
    const IS_ASKED_FOR: bool = true;

    fn text(&self, _verbose: bool) -> String {
        format!("{}\n", self.path)
    }
}
