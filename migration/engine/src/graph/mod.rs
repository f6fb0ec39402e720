//! The revision graph: which revision comes before which, and what a command therefore has to run.
//!
//! Pure code: no database, no clock, no `SeaORM` trait. Revisions go in by name in the order of the project's list; they
//! come out as positions in that list. Two kinds of edges:
//!
//! - a *parent* is the revision directly before; parents make heads, branches and merges, and are drawn;
//! - a *dependency* only has to be applied earlier; it counts for the order and for every plan, never for heads.
//!
//! ```
//! use migration_engine::graph::{Graph, Node};
//!
//! let graph = Graph::new(vec![
//!     Node::root("m1_create_alarms"),
//!     Node::following("m2_add_origin", ["m1_create_alarms"]),
//!     Node::following("m3_add_index", ["m1_create_alarms"]),
//!     Node::following("m4_merge", ["m2_add_origin", "m3_add_index"]),
//! ])?;
//! let applied = graph.applied(["m1_create_alarms"])?;
//! let plan = graph.plan_up(&graph.target("m3")?, &applied)?;
//! assert_eq!(graph.names(&plan), ["m3_add_index"]);
//! # Ok::<(), migration_engine::graph::GraphError>(())
//! ```
//!
//! # How to add a kind of target
//!
//! Add a variant to [`RevisionTarget`], read it in `target.rs`, and say in `plan.rs` what `up`, `down` and `stamp` make
//! of it; the compiler lists the places.

mod build;
pub mod direction;
mod draw;
mod edges;
mod error;
mod node;
mod pick;
mod plan;
#[cfg(test)]
mod properties;
mod rails;
mod range;
mod squash;
mod suggest;
mod target;

pub use error::{GraphError, Link};
pub use node::Node;
pub use plan::Applied;
pub use squash::Part;
pub use target::RevisionTarget;

use edges::Edges;

/// Every revision of a project with its place in the history. A position is an index into the list it was built from.
#[derive(Clone, Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    /// Positions sorted by name: names and prefixes are found by binary search.
    by_name: Vec<usize>,
    parents: Edges,
    children: Edges,
    /// Parents and dependencies.
    requires: Edges,
    /// Children and dependents.
    required_by: Edges,
    order: Vec<usize>,
}

impl Graph {
    /// Number of revisions.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no revision at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The revision at a position.
    ///
    /// # Panics
    /// When the position is not one of this graph's, as with any index.
    pub fn node(&self, position: usize) -> &Node {
        &self.nodes[position]
    }

    /// The name of the revision at a position.
    pub fn name(&self, position: usize) -> &str {
        &self.nodes[position].name
    }

    /// The names of several.
    pub fn names(&self, positions: &[usize]) -> Vec<&str> {
        positions.iter().map(|&position| self.name(position)).collect()
    }

    /// The position of a revision by its full name.
    pub fn position(&self, name: &str) -> Option<usize> {
        let found = self.by_name.binary_search_by(|&position| self.name(position).cmp(name)).ok()?;
        Some(self.by_name[found])
    }

    /// Every revision in the order in which `up` runs them: what a revision requires is before it, and where that leaves
    /// a choice the list's order decides.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The revisions directly before, as declared.
    pub fn parents(&self, position: usize) -> &[usize] {
        self.parents.of(position)
    }

    /// The revisions directly after.
    pub fn children(&self, position: usize) -> &[usize] {
        self.children.of(position)
    }

    /// Revisions without children, in order.
    pub fn heads(&self) -> Vec<usize> {
        self.in_order(|position| self.is_head(position))
    }

    /// Revisions without parents, in order.
    pub fn bases(&self) -> Vec<usize> {
        self.in_order(|position| self.is_base(position))
    }

    /// Revisions with several children, in order.
    pub fn branch_points(&self) -> Vec<usize> {
        self.in_order(|position| self.is_branch_point(position))
    }

    /// Revisions with several parents, in order.
    pub fn merges(&self) -> Vec<usize> {
        self.in_order(|position| self.is_merge(position))
    }

    /// Whether nothing comes after it.
    pub fn is_head(&self, position: usize) -> bool {
        self.children(position).is_empty()
    }

    /// Whether it starts a history.
    pub fn is_base(&self, position: usize) -> bool {
        self.parents(position).is_empty()
    }

    /// Whether the history parts after it.
    pub fn is_branch_point(&self, position: usize) -> bool {
        self.children(position).len() > 1
    }

    /// Whether it joins branches.
    pub fn is_merge(&self, position: usize) -> bool {
        self.parents(position).len() > 1
    }

    /// All that has to be applied before it, dependencies included, in order.
    pub fn ancestors(&self, position: usize) -> Vec<usize> {
        let marked = self.requires.reach(&[position]);
        self.in_order(|other| other != position && marked[other])
    }

    /// All that has to be reverted before it, dependents included, in order.
    pub fn descendants(&self, position: usize) -> Vec<usize> {
        let marked = self.required_by.reach(&[position]);
        self.in_order(|other| other != position && marked[other])
    }

    /// The newest revisions of an area, in order: those that no other revision of the area descends from. Empty for an
    /// area that no revision has.
    pub fn area_heads(&self, area: &str) -> Vec<usize> {
        let mut passed = vec![false; self.len()];
        let mut heads = Vec::new();
        for &position in self.order.iter().rev() {
            let belongs = self.nodes[position].area.as_deref() == Some(area);
            if belongs && !passed[position] {
                heads.push(position);
            }
            if belongs || passed[position] {
                for &parent in self.parents(position) {
                    passed[parent] = true;
                }
            }
        }
        heads.reverse();
        heads
    }

    /// The area labels in use, in order of their first revision.
    pub fn areas(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        self.order
            .iter()
            .filter_map(|&position| self.nodes[position].area.as_deref())
            .filter(|area| seen.insert(*area))
            .collect()
    }

    fn in_order(&self, keep: impl Fn(usize) -> bool) -> Vec<usize> {
        self.order.iter().copied().filter(|&position| keep(position)).collect()
    }

    fn owned_names(&self, positions: &[usize]) -> Vec<String> {
        positions.iter().map(|&position| self.name(position).to_owned()).collect()
    }
}
