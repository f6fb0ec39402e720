//! The same finding in several places, said once.

use std::fmt;

use super::{Finding, rules};
use crate::sql::line::one_line;

/// A finding with all places where it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a>(Vec<&'a Finding>);

impl<'a> Entry<'a> {
    /// Findings of the same rule with the same advice are one, where the first of them is.
    pub fn of(findings: impl Iterator<Item = &'a Finding>) -> Vec<Self> {
        let mut entries: Vec<Self> = Vec::new();
        for finding in findings {
            let is_same = |one: &Finding| {
                (one.rule, &one.instead, &one.allowed) == (finding.rule, &finding.instead, &finding.allowed)
            };
            match entries.iter_mut().find(|entry| is_same(entry.0[0])) {
                Some(entry) => entry.0.push(finding),
                None => entries.push(Self(vec![finding])),
            }
        }
        entries
    }
}

/// A finding as it is, or what it is about, its places a line each, and what to do.
impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(findings) = self;
        let [first, _, ..] = findings.as_slice() else { return findings.iter().try_for_each(|one| one.fmt(f)) };
        let is_one = findings.iter().all(|one| one.message == first.message);
        let summary = rules().into_iter().find(|rule| rule.name == first.rule).map(|rule| rule.summary);
        let about = summary.filter(|_| !is_one).unwrap_or(&first.message);
        let place = |one: &Finding| {
            let what = if one.statement.is_empty() { &one.message } else { &one.statement };
            format!("    {} {}  {}", one.revision, one.direction, what)
        };
        let mut places: Vec<String> = findings.iter().map(|one| place(one)).collect();
        // A statement may have what is wrong with it twice, in two columns for example.
        places.dedup();
        writeln!(f, "{}: {} ({} places)", first.rule, one_line(about), places.len())?;
        places.iter().try_for_each(|place| writeln!(f, "{place}"))?;
        write!(f, "    {}", first.advice())
    }
}
