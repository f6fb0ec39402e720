//! What the same takes in Python, where it is to be had.

use std::{collections::BTreeMap, process::Command, time::Duration};

use bench::notes;

use super::{PAGES, ROWS, Result, Table, row};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/rows.py");

/// Beside the times of the floors, of rows in and of pages out.
pub(super) fn measure(table: &Table, url: &str, copy: Duration, page: Duration) -> Result<()> {
    let mut command = Command::new("python3");
    let output = command.arg(PROGRAM).arg(url).args([ROWS.to_string(), PAGES.to_string()]).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let why = said.lines().last().unwrap_or_default();
        eprintln!("SQLAlchemy and asyncpg are left out: {why}");
        return Ok(());
    }
    let found: BTreeMap<String, BTreeMap<String, f64>> = serde_json::from_slice(&output.stdout)?;
    for (peer, seconds) in found {
        for (figure, seconds) in seconds {
            let Some(about) = bench::figures::find(&figure) else { continue };
            // The first is a rate, and more is better.
            let ratio = if figure == "page" { seconds / page.as_secs_f64() } else { copy.as_secs_f64() / seconds };
            row(&format!("{}: {peer}", about.what), about.floor, ratio, "");
            notes::peer(&table.server, &peer, &figure, ratio)?;
        }
    }
    Ok(())
}
