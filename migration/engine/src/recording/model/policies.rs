//! Policies that a history declares, with their settings as they were written.
//!
//! # How to add a policy
//!
//! An arm of `functions` with what adds and removes it, and the settings that tell one from another.

use std::collections::BTreeMap;

use migration_timescale::PolicyKind;
use sqlparser::tokenizer::Token;

use super::names::Names;
use crate::sql::parsed::{Call, Parsed, value};

/// The policies after some statements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies(BTreeMap<(PolicyKind, String), Policy>);

/// A policy of a hypertable or continuous aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    settings: Vec<Vec<Token>>,
}

/// A policy that a statement adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its kind.
    pub kind: PolicyKind,
    /// The hypertable or continuous aggregate.
    pub about: String,
    /// Its settings.
    pub policy: Policy,
}

impl Policies {
    /// Takes in calls such as `add_retention_policy`. A policy that is there stays as it is, as on the server.
    pub fn apply(&mut self, names: Names, parsed: &Parsed) {
        if !calls_functions(parsed) {
            return;
        }
        for kind in PolicyKind::ALL {
            let functions = functions(kind);
            let removed = functions.remove.iter().flat_map(|name| parsed.calls(name));
            for about in removed.filter_map(|call| functions.about(&call, names)) {
                self.0.remove(&(kind, about));
            }
        }
        for Added { kind, about, policy } in added(names, parsed) {
            self.0.entry((kind, about)).or_insert(policy);
        }
    }

    /// The policy of a hypertable or continuous aggregate.
    pub fn get(&self, kind: PolicyKind, about: &str) -> Option<&Policy> {
        self.0.get(&(kind, about.to_owned()))
    }

    /// Those of a kind, each with what it is of.
    pub fn of(&self, kind: PolicyKind) -> impl Iterator<Item = (&str, &Policy)> {
        self.0.iter().filter(move |((found, _), _)| *found == kind).map(|((_, about), policy)| (about.as_str(), policy))
    }

    /// They go with what they are of.
    pub fn drop_those_of(&mut self, about: &str) {
        self.0.retain(|(_, found), _| found != about);
    }

    /// They stay with what they are of.
    pub fn rename(&mut self, old: &str, new: &str) {
        for kind in PolicyKind::ALL {
            if let Some(policy) = self.0.remove(&(kind, old.to_owned())) {
                self.0.insert((kind, new.to_owned()), policy);
            }
        }
    }
}

impl Policy {
    /// A setting as it was written, by its place among those of its kind; empty where none was given.
    pub fn setting(&self, place: usize) -> &[Token] {
        self.settings.get(place).map_or(&[], Vec::as_slice)
    }

    /// The text in each setting such as `INTERVAL '1 day'` or `'an_index'`; empty for `NULL`.
    pub fn texts(&self) -> Vec<String> {
        let is_text = |token: &&Token| matches!(token, Token::SingleQuotedString(_));
        let text = |tokens: &Vec<Token>| tokens.iter().find(is_text).map(|token| value(std::slice::from_ref(token)));
        self.settings.iter().map(|tokens| text(tokens).unwrap_or_default()).collect()
    }
}

/// The policies that a statement adds.
pub fn added(names: Names, parsed: &Parsed) -> Vec<Added> {
    let mut added = Vec::new();
    if !calls_functions(parsed) {
        return added;
    }
    for kind in PolicyKind::ALL {
        let functions = functions(kind);
        for (name, settings) in functions.add {
            for call in parsed.calls(name) {
                let Some(about) = functions.about(&call, names) else { continue };
                // What it is of comes first, then the settings in their order.
                let given = (1..).zip(*settings).map(|(place, name)| call.argument(name, place));
                let settings = given.map(|tokens| tokens.unwrap_or_default().to_vec()).collect();
                added.push(Added { kind, about, policy: Policy { settings } });
            }
        }
    }
    added
}

/// Whether the functions that a statement names are run, and not created for example.
fn calls_functions(parsed: &Parsed) -> bool {
    ["select", "call", "with"].iter().any(|word| parsed.starts_with(&[word]))
}

/// What adds and removes policies of a kind.
struct Functions {
    /// Name of the argument that says what the policy is of, always the first.
    about: &'static str,
    /// Functions that add one, each with the names of its settings, which follow in this order.
    add: &'static [(&'static str, &'static [&'static str])],
    /// Functions that remove it.
    remove: &'static [&'static str],
}

impl Functions {
    fn about(&self, call: &Call, names: Names) -> Option<String> {
        names.relation(call.argument(self.about, 0)?)
    }
}

const fn functions(kind: PolicyKind) -> Functions {
    match kind {
        PolicyKind::Columnstore => Functions {
            about: "hypertable",
            add: &[("add_columnstore_policy", &["after"]), ("add_compression_policy", &["compress_after"])],
            remove: &["remove_columnstore_policy", "remove_compression_policy"],
        },
        PolicyKind::Reorder => Functions {
            about: "hypertable",
            add: &[("add_reorder_policy", &["index_name"])],
            remove: &["remove_reorder_policy"],
        },
        PolicyKind::Refresh => Functions {
            about: "continuous_aggregate",
            add: &[("add_continuous_aggregate_policy", &["start_offset", "end_offset", "schedule_interval"])],
            remove: &["remove_continuous_aggregate_policy"],
        },
        PolicyKind::Retention => Functions {
            about: "relation",
            add: &[("add_retention_policy", &["drop_after"])],
            remove: &["remove_retention_policy"],
        },
    }
}
