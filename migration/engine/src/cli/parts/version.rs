//! `--server-version`.

use migration_timescale::{InvalidVersion, Version};

/// A version of TimescaleDB that this engine is written for.
pub(in crate::cli) fn server_version(text: &str) -> Result<Version, String> {
    let version: Version = text.parse().map_err(|error: InvalidVersion| error.to_string())?;
    if version < Version::OLDEST {
        return Err(format!("the oldest TimescaleDB that is written for is {}", Version::OLDEST));
    }
    Ok(version)
}
