//! Where a revision stands among the others.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{graph::Graph, ledger::Records};

/// A revision's place among the others.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// The revisions directly before it.
    pub parents: Vec<String>,
    /// The revisions directly after it.
    pub children: Vec<String>,
    /// Revisions it depends on without being their child.
    pub depends_on: Vec<String>,
    /// Revisions that it stands in place of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub replaces: Vec<String>,
    /// Its area.
    pub area: Option<String>,
    /// When it was applied; null while it is pending, and where no database was asked.
    pub applied_at: Option<DateTime<Utc>>,
}

impl Place {
    /// The place in `graph`; without records no database was asked.
    pub(in crate::cli) fn of(graph: &Graph, position: usize, records: Option<&Records>) -> Self {
        let names = |positions: &[usize]| positions.iter().map(|&one| graph.name(one).to_owned()).collect();
        let node = graph.node(position);
        Self {
            name: node.name.clone(),
            parents: names(graph.parents(position)),
            children: names(graph.children(position)),
            depends_on: node.depends_on.clone(),
            replaces: node.replaces.clone(),
            area: node.area.clone(),
            applied_at: records.and_then(|records| records.applied.get(&node.name).copied()),
        }
    }

    /// The name, and a line for each kind of neighbour.
    pub(in crate::cli) fn text(&self) -> String {
        let mut text = format!("{}\n", self.name);
        let mut line = |label: &str, names: &[String]| {
            if !names.is_empty() {
                let _ = writeln!(text, "  {label:11} {}", names.join(", "));
            }
        };
        line("parents", &self.parents);
        line("children", &self.children);
        line("depends on", &self.depends_on);
        line("replaces", &self.replaces);
        line("area", self.area.as_slice());
        text
    }
}
