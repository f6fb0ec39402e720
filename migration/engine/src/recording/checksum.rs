//! What a revision did, in a few characters: kept with an applied revision, it tells whether the code was changed since.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use sha2::{Digest, Sha256};

use super::{Recorded, Script, shape};

/// First part of every checksum. To be raised when the engine's own helpers (`kept`, `online`, the builders of
/// migration-timescale) render the same revision differently, or when `shape` makes something else of it: checksums of different
/// versions are not compared.
pub const FORMAT: u32 = 2;

/// What of a revision is compared, over both directions. A `down` that cannot be recorded counts as none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// `2:` and 64 hexadecimal digits. Equal for revisions that do the same, in whatever order.
    pub checksum: String,
    /// Hash of the same with every value, which the clock may change; `None` where it differs from one moment to the next.
    exact: Option<String>,
    /// Of each statement a line: the direction, a hash, and the statement as far as it may be shown; in order, none twice.
    lines: String,
}

impl Fingerprint {
    /// Of a revision as it was recorded.
    pub fn of(recorded: &Recorded) -> Self {
        Self::over(recorded.scripts())
    }

    fn over<'s>(scripts: impl Iterator<Item = &'s Script> + Clone) -> Self {
        let exact = Self::exact(scripts.clone());
        let (mut found, mut statements) = (BTreeSet::new(), String::new());
        for script in scripts {
            let backend = script.before.backend();
            for shape in script.statements.iter().flat_map(|statement| shape::shapes(backend, &statement.sql)) {
                let hash = hexadecimal(&Sha256::digest(&shape.canonical));
                if found.insert(format!("{} {hash}\n", script.direction)) {
                    // Writing to a string cannot fail.
                    let _ = writeln!(statements, "{} {} {}", script.direction, &hash[..16], shape.shown);
                }
            }
        }
        let checksum = format!("{FORMAT}:{}", of_all(&found));
        Self { checksum, exact: Some(exact), lines: statements }
    }

    fn exact<'s>(scripts: impl Iterator<Item = &'s Script>) -> String {
        let lines = |script: &'s Script| {
            script.statements.iter().map(|one| format!("{} {}\n", script.direction, normalised(&one.sql)))
        };
        of_all(&scripts.flat_map(lines).collect())
    }

    /// What this one and another recording of the same revision have in common; `None` when it does something else each
    /// time.
    pub fn agreed(&self, other: &Self) -> Option<Self> {
        let exact = self.exact.clone().filter(|_| self.exact == other.exact);
        (self.checksum == other.checksum).then(|| Self { exact, ..self.clone() })
    }

    /// The text that is written down: a line for everything, then the lines of the statements.
    pub fn written(&self) -> String {
        format!("{}\n{}", self.in_short(), self.lines)
    }

    /// The first line of that alone, for scripts.
    pub fn in_short(&self) -> String {
        format!("all {}", self.exact.as_deref().unwrap_or("-"))
    }

    /// Hash of a revision with every value: the first line of what is [written](Self::written).
    pub fn exactly(recorded: &Recorded) -> String {
        format!("all {}", Self::exact(recorded.scripts()))
    }

    /// The first statement that differs from those that were written down, in words; `None` when it cannot be told.
    pub fn difference_from(&self, written: &str) -> Option<String> {
        // In short there are no statements, not even none.
        written.contains('\n').then_some(())?;
        let (now, before) = (lines(&self.lines), lines(written));
        let first = |of: &[Line<'_>], others: &[Line<'_>]| {
            let known: BTreeMap<_, _> = others.iter().map(|line| (line.key, line)).collect();
            of.iter()
                .find(|line| !known.contains_key(&line.key))
                .map(|line| (line.key.0.to_owned(), line.shown.to_owned()))
        };
        match (first(&now, &before), first(&before, &now)) {
            (Some((direction, new)), Some((before, old))) if direction == before && new != old => {
                Some(format!("{direction} has `{new}` in place of `{old}`"))
            }
            (Some((direction, new)), Some((before, _))) if direction == before => {
                Some(format!("in {direction} a text of `{new}` is another one"))
            }
            (Some((direction, new)), _) => Some(format!("in {direction} `{new}` is new")),
            (None, Some((direction, old))) => Some(format!("in {direction} `{old}` is gone")),
            (None, None) => None,
        }
    }
}

/// A line of [`Fingerprint::written`] that is about a statement.
struct Line<'a> {
    key: (&'a str, &'a str),
    shown: &'a str,
}

fn lines(statements: &str) -> Vec<Line<'_>> {
    let lines = statements.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ' ');
        Some(Line { key: (parts.next()?, parts.next()?), shown: parts.next()? })
    });
    lines.collect()
}

fn of_all(lines: &BTreeSet<String>) -> String {
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
    }
    hexadecimal(&hash.finalize())
}

/// Line ends are one character and lines have no trailing white space: what an editor or a checkout may change in a raw
/// string without anybody wanting it.
pub(super) fn normalised(sql: &str) -> String {
    sql.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
