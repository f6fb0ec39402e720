//! What holds for every valid graph, with branches, merges, dependencies and any order of the list.

mod drawing;
mod plans;

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::Index};

use super::{Graph, Node};

/// A revision before it has a name: everything that it may refer to, as indices into what comes before it.
#[derive(Clone, Debug)]
struct Seed {
    name: String,
    parents: Vec<Index>,
    depends_on: Vec<Index>,
    area: Option<&'static str>,
}

fn seed() -> impl Strategy<Value = Seed> {
    // Short names over few letters have many prefixes in common.
    let name = "[a-c]{1,5}";
    let area = prop_oneof![Just(None), Just(Some("x")), Just(Some("y"))];
    let parents =
        prop_oneof![6 => vec(any::<Index>(), 1), 2 => vec(any::<Index>(), 2..=4), 1 => vec(any::<Index>(), 0)];
    (name, parents, vec(any::<Index>(), 0..2), area).prop_map(|(name, parents, depends_on, area)| Seed {
        name,
        parents,
        depends_on,
        area,
    })
}

fn pick(indices: &[Index], names: &[String]) -> Vec<String> {
    let picked: BTreeSet<_> = indices.iter().filter(|_| !names.is_empty()).map(|index| index.get(names)).collect();
    picked.into_iter().cloned().collect()
}

/// The nodes of a valid graph; a node refers only to earlier ones.
fn grown_nodes() -> impl Strategy<Value = Vec<Node>> {
    vec(seed(), 0..30).prop_map(|seeds| {
        let mut names: Vec<String> = Vec::new();
        let mut nodes = Vec::new();
        for seed in seeds {
            if names.contains(&seed.name) {
                continue;
            }
            // Most revisions follow a recent one, as in real histories.
            let recent = &names[names.len().saturating_sub(5)..];
            let node = Node::following(seed.name.clone(), pick(&seed.parents, recent))
                .depends_on(pick(&seed.depends_on, &names));
            nodes.push(Node { area: seed.area.map(str::to_owned), ..node });
            names.push(seed.name);
        }
        nodes
    })
}

fn any_nodes() -> impl Strategy<Value = Vec<Node>> {
    prop_oneof![grown_nodes(), grown_nodes().prop_shuffle()]
}

fn any_graph() -> impl Strategy<Value = Graph> {
    any_nodes().prop_map(|nodes| Graph::new(nodes).unwrap())
}

/// A graph, any subset of it as applied (not only what up could have left), and one of its revisions.
fn any_state() -> impl Strategy<Value = (Graph, Vec<bool>, usize)> {
    any_graph().prop_filter("needs a revision", |graph| !graph.is_empty()).prop_flat_map(|graph| {
        let count = graph.len();
        (Just(graph), vec(any::<bool>(), count), 0..count)
    })
}
