//! What a run measured, as lines of JSON that `bench-report` reads.

use std::{fs::OpenOptions, io::Write};

use serde::{Deserialize, Serialize};

use crate::figures;

/// Names the file in which figures are noted. Without it a benchmark only prints.
pub const FILE: &str = "BENCH_FIGURES";

/// A line of the file. A later line about the same takes the place of an earlier one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Note {
    /// A figure's name, see [`figures::GROUPS`]; of a peer, what was measured of it.
    pub figure: String,
    /// Another program that was measured doing the same; absent for the project's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// In the figure's unit.
    pub value: f64,
    /// What it was measured on: `PostgreSQL 15.18`.
    pub server: String,
    /// Day of the measurement.
    pub on: String,
}

/// Why a figure cannot be noted.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// Nobody has said what is to be reached.
    #[error("the figure {0} is not known: add it to bench/src/figures.rs")]
    Unknown(String),
    /// The file cannot be written.
    #[error("the file that {FILE} names cannot be written")]
    File(#[from] std::io::Error),
}

/// Notes a figure of the project.
///
/// # Errors
///
/// [`NoteError`].
pub fn figure(server: &str, name: &str, value: f64) -> Result<(), NoteError> {
    if figures::find(name).is_none() {
        return Err(NoteError::Unknown(name.to_owned()));
    }
    append(server, name, None, value)
}

/// Notes what another program takes for `what`, as a ratio to the floor of the project's own figure.
///
/// # Errors
///
/// [`NoteError::File`].
pub fn peer(server: &str, peer: &str, what: &str, value: f64) -> Result<(), NoteError> {
    append(server, what, Some(peer.to_owned()), value)
}

fn append(server: &str, figure: &str, peer: Option<String>, value: f64) -> Result<(), NoteError> {
    let Some(path) = std::env::var_os(FILE) else { return Ok(()) };
    let on = chrono::Utc::now().format("%Y-%m-%d").to_string();
    let note = Note { figure: figure.to_owned(), peer, value, server: server.to_owned(), on };
    let line = serde_json::to_string(&note).map_err(std::io::Error::from)?;
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    Ok(writeln!(file, "{line}")?)
}
