//! What a revision did, in a few characters: kept with an applied revision, it tells whether the code was changed since.

use std::fmt::Write;

use migration_timescale::Capability;
use sea_orm_migration::MigrationTrait;
use sha2::{Digest, Sha256};

use super::{Recorded, Schema, Script, Statement, record::record_on};

/// First part of every checksum. To be raised when the engine's own helpers (`kept`, `online`, the builders of
/// migration-timescale) or the normalisation below render the same revision differently: checksums of different versions
/// are not compared.
pub const FORMAT: u32 = 2;

/// The checksum of a revision: `2:` and 64 hexadecimal digits, over the statements of both directions with the
/// transactions they run in. A `down` that cannot be recorded counts as none.
pub fn checksum(up: &Script, down: Option<&Script>) -> String {
    over(up, down, |statement| statement.transaction)
}

/// The checksum as it is when the engine decides the other way about putting the revision into a transaction, where that
/// is for the engine to decide.
pub fn other_checksum(recorded: &Recorded) -> String {
    let transaction = if recorded.in_transaction { None } else { Some(1) };
    over(&recorded.up, recorded.down.as_ref().ok(), |_| transaction)
}

fn over(up: &Script, down: Option<&Script>, transaction: impl Fn(&Statement) -> Option<usize>) -> String {
    let mut hash = Sha256::new();
    for script in std::iter::once(up).chain(down) {
        // Lengths, so that no text can pass for the end of another.
        hash.update(format!("{} {}\n", script.direction, script.statements.len()));
        for statement in &script.statements {
            let sql = normalised(&statement.sql);
            hash.update(format!("{} {}\n{sql}\n", transaction(statement).unwrap_or_default(), sql.len()));
        }
    }
    hash.finalize().iter().fold(format!("{FORMAT}:"), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The checksums of revisions, in order. `None` where there is none: the revision needs a database to be recorded, or does
/// not do the same twice (it writes the time of day or a random id).
pub async fn checksums(revisions: &[&dyn MigrationTrait], server: Capability) -> Vec<Option<String>> {
    let schema = Schema::empty(server.backend());
    let first = record_on(schema.empty_again(), revisions, server).await;
    let second = record_on(schema.empty_again(), revisions, server).await;
    let of = |recorded: &Recorded| checksum(&recorded.up, recorded.down.as_ref().ok());
    first
        .iter()
        .zip(&second)
        .map(|pair| match pair {
            (Ok(first), Ok(second)) => Some(of(first)).filter(|checksum| *checksum == of(second)),
            _ => None,
        })
        .collect()
}

/// Line ends are one character and lines have no trailing white space: what an editor or a checkout may change in a raw
/// string without anybody wanting it. Inside a literal it counts for nothing either.
fn normalised(sql: &str) -> String {
    sql.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
