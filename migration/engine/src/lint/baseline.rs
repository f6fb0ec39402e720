//! Findings that were there before somebody looked, accepted as they are: one a line, in a file that is kept with the code.

use std::{collections::BTreeSet, fmt};

use super::Finding;
use crate::sql::line::one_line;

/// Findings that are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeSet<String>);

impl Baseline {
    /// Those that no revision allows.
    pub fn of(findings: &[Finding]) -> Self {
        Self(findings.iter().filter(|finding| finding.allowed.is_none()).map(line).collect())
    }

    /// The text of a file; empty lines and those that begin with `#` are none.
    pub fn read(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self(lines.map(str::to_owned).collect())
    }

    /// The lines about these revisions, and those about all others.
    pub fn divided(self, revisions: &BTreeSet<String>) -> (Self, Self) {
        let is_theirs = |line: &String| line.split(' ').next().is_some_and(|revision| revisions.contains(revision));
        let (theirs, others) = self.0.into_iter().partition(is_theirs);
        (Self(theirs), Self(others))
    }

    /// The lines of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Marks the findings that are in it.
    pub fn accept(&self, findings: &mut [Finding]) {
        for finding in findings.iter_mut().filter(|finding| finding.allowed.is_none()) {
            finding.accepted = self.0.contains(&line(finding));
        }
    }

    /// Lines that are found no longer.
    pub fn stale(&self, findings: &[Finding]) -> Vec<String> {
        self.0.difference(&Self::of(findings).0).cloned().collect()
    }
}

/// The text of the file.
impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Findings that `lint --baseline` accepts; `--write-baseline` writes them anew.")?;
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn line(finding: &Finding) -> String {
    let Finding { revision, direction, rule, statement, message, .. } = finding;
    let what = if statement.is_empty() { message } else { statement };
    format!("{revision} {direction} {rule} {}", one_line(what))
}
