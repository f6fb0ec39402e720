//! Revisions that another stands in place of, in what a database remembers.

use chrono::{DateTime, Utc};

use super::Records;

/// What a database has of the revisions that another stands in place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The one in their place.
    pub revision: String,
    /// How many there are.
    pub count: usize,
    /// Those that it does not have, in order; none when it has them all.
    pub missing: Vec<String>,
}

impl Records {
    /// Takes in that `revision` stands in place of these, so that nobody misses them: where all are applied, so is it.
    pub fn replace(&mut self, revision: &str, replaces: &[&str]) {
        let present = replaces.iter().any(|name| self.is_present(name));
        if present && !self.is_present(revision) {
            let missing = replaces.iter().filter(|name| !self.is_applied(name)).map(|&name| name.to_owned()).collect();
            let part = Part { revision: revision.to_owned(), count: replaces.len(), missing };
            if part.missing.is_empty() {
                self.applied.insert(part.revision.clone(), self.last(replaces));
            }
            self.replaced.push(part);
        }
        for name in replaces {
            self.applied.remove(*name);
            self.entries.remove(*name);
        }
    }

    /// When the last of these was applied.
    fn last(&self, revisions: &[&str]) -> DateTime<Utc> {
        revisions.iter().filter_map(|name| self.applied.get(*name)).max().copied().unwrap_or_default()
    }

    /// Whether it counts as applied because all that it stands in place of are, and is not written down.
    pub fn is_counted(&self, revision: &str) -> bool {
        self.replaced.iter().any(|part| part.revision == revision && part.missing.is_empty())
    }
}
