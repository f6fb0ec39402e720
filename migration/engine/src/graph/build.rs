//! Builds the graph and refuses one that makes no sense.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use super::{Graph, GraphError, Link, Node, edges::Edges, suggest::similar, target::KEYWORDS};

impl Graph {
    /// The graph of these revisions, given in the order of the project's list.
    ///
    /// # Errors
    /// Names that are doubled, unusable, unknown or their own, and cycles.
    pub fn new(nodes: Vec<Node>) -> Result<Self, GraphError> {
        let positions = positions(&nodes)?;
        check_areas(&nodes, &positions)?;
        let parents = links(&nodes, &positions, Link::Parent)?;
        let dependencies = links(&nodes, &positions, Link::Dependency)?;
        let mut by_name: Vec<usize> = (0..nodes.len()).collect();
        by_name.sort_by(|&one, &other| nodes[one].name.cmp(&nodes[other].name));

        let count = nodes.len();
        let requires = parents.iter().chain(&dependencies).copied();
        let (requires, required_by) =
            (Edges::new(count, requires.clone()), Edges::new(count, requires.map(|(from, to)| (to, from))));
        let order = order(count, &requires, &required_by).map_err(|cycle| GraphError::Cycle {
            revisions: cycle.into_iter().map(|position| nodes[position].name.clone()).collect(),
        })?;
        Ok(Self {
            by_name,
            parents: Edges::new(count, parents.iter().copied()),
            children: Edges::new(count, parents.iter().map(|&(from, to)| (to, from))),
            requires,
            required_by,
            order,
            nodes,
        })
    }

    /// A history without branches: every revision follows the one listed before it.
    ///
    /// # Errors
    /// Names that are doubled or unusable.
    pub fn linear<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Self, GraphError> {
        let mut nodes: Vec<Node> = Vec::new();
        for name in names {
            let previous = nodes.last().map(|node| node.name.clone());
            nodes.push(Node::following(name, previous));
        }
        Self::new(nodes)
    }
}

fn positions(nodes: &[Node]) -> Result<HashMap<&str, usize>, GraphError> {
    let mut positions = HashMap::with_capacity(nodes.len());
    for (position, Node { name, .. }) in nodes.iter().enumerate() {
        if let Some(reason) = unusable(name) {
            return Err(GraphError::UnusableName { name: name.clone(), reason });
        }
        if positions.insert(name.as_str(), position).is_some() {
            return Err(GraphError::Duplicate { name: name.clone() });
        }
    }
    Ok(positions)
}

fn check_areas(nodes: &[Node], positions: &HashMap<&str, usize>) -> Result<(), GraphError> {
    for node in nodes {
        let Some(area) = &node.area else { continue };
        let taken = positions.contains_key(area.as_str()).then_some("a revision has that name");
        if let Some(reason) = unusable(area).or(taken) {
            return Err(GraphError::UnusableArea { revision: node.name.clone(), area: area.clone(), reason });
        }
    }
    Ok(())
}

/// Why a name could not be typed as a target or be drawn on one line.
fn unusable(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("it is empty")
    } else if KEYWORDS.iter().any(|keyword| name.eq_ignore_ascii_case(keyword)) {
        Some("that word is a target of its own")
    } else if name.starts_with(['+', '-']) {
        Some("with a sign in front it would be a count")
    } else if name.contains(':') {
        Some("a colon separates the ends of a range")
    } else if name.trim() != name || name.contains(char::is_control) {
        Some("it has blanks around it or control characters in it")
    } else {
        None
    }
}

/// The pairs (revision, revision it names).
fn links(nodes: &[Node], positions: &HashMap<&str, usize>, link: Link) -> Result<Vec<(usize, usize)>, GraphError> {
    let mut pairs = Vec::with_capacity(nodes.len());
    for (position, node) in nodes.iter().enumerate() {
        let named = match link {
            Link::Parent => &node.parents,
            Link::Dependency => &node.depends_on,
        };
        for (index, name) in named.iter().enumerate() {
            let revision = || node.name.clone();
            let Some(&other) = positions.get(name.as_str()) else {
                let similar = similar(name, nodes.iter().map(|node| node.name.as_str()));
                return Err(GraphError::UnknownLink { revision: revision(), link, name: name.clone(), similar });
            };
            if other == position {
                return Err(GraphError::OwnLink { revision: revision(), link });
            }
            if named[..index].contains(name) {
                return Err(GraphError::RepeatedLink { revision: revision(), link, name: name.clone() });
            }
            pairs.push((position, other));
        }
    }
    Ok(pairs)
}

/// Kahn's algorithm; of the revisions that are ready the one listed first is next. Otherwise a cycle.
fn order(count: usize, requires: &Edges, required_by: &Edges) -> Result<Vec<usize>, Vec<usize>> {
    let mut missing: Vec<usize> = (0..count).map(|position| requires.of(position).len()).collect();
    let mut ready: BinaryHeap<_> = (0..count).filter(|&position| missing[position] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(position)) = ready.pop() {
        order.push(position);
        for &next in required_by.of(position) {
            missing[next] -= 1;
            if missing[next] == 0 {
                ready.push(Reverse(next));
            }
        }
    }
    match missing.iter().position(|&left| left > 0) {
        None => Ok(order),
        Some(stuck) => Err(cycle(stuck, requires, &missing)),
    }
}

/// Walks back from a revision that never became ready: each such revision requires another one, so the walk closes.
fn cycle(stuck: usize, requires: &Edges, missing: &[usize]) -> Vec<usize> {
    let mut seen_at = vec![None; missing.len()];
    let mut path = Vec::new();
    let mut next = Some(stuck);
    while let Some(position) = next {
        if let Some(start) = seen_at[position] {
            path.drain(..start);
            break;
        }
        seen_at[position] = Some(path.len());
        path.push(position);
        next = requires.of(position).iter().copied().find(|&required| missing[required] > 0);
    }
    // Walked from later to earlier; told from earlier to later, beginning with the one listed first.
    path.reverse();
    let first = path.iter().enumerate().min_by_key(|&(_, position)| position).map_or(0, |(index, _)| index);
    path.rotate_left(first);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(nodes: Vec<Node>) -> String {
        Graph::new(nodes).unwrap_err().to_string()
    }

    #[test]
    fn a_plain_list_stays_as_listed() {
        let names: Vec<String> = (0..100).map(|number| format!("m{:03}", (number * 37) % 100)).collect();
        let graph = Graph::linear(names.clone()).unwrap();
        assert_eq!(graph.names(graph.order()), names);
        assert_eq!((graph.names(&graph.bases()), graph.names(&graph.heads())), (vec!["m000"], vec!["m063"]));
        assert_eq!((graph.branch_points(), graph.merges()), (vec![], vec![]));
    }

    #[test]
    fn no_revisions_are_a_graph_too() {
        let graph = Graph::linear(Vec::<String>::new()).unwrap();
        assert!(graph.is_empty() && graph.heads().is_empty() && graph.order().is_empty());
    }

    #[test]
    fn what_is_required_moves_in_front_and_the_rest_stays_as_listed() {
        let graph = Graph::new(vec![
            Node::root("a"),
            Node::root("b").depends_on(["d"]),
            Node::root("c"),
            Node::following("d", ["a"]),
        ])
        .unwrap();
        assert_eq!(graph.names(graph.order()), ["a", "c", "d", "b"]);
        assert_eq!(graph.names(&graph.ancestors(1)), ["a", "d"]);
        assert_eq!(graph.names(&graph.descendants(0)), ["d", "b"]);
        // A dependency makes no child: d is still a head.
        assert_eq!(graph.names(&graph.heads()), ["c", "d", "b"]);
    }

    #[test]
    fn heads_of_an_area_are_its_newest_even_across_other_areas() {
        let graph = Graph::new(vec![
            Node::root("a1").area("alarms"),
            Node::following("t1", ["a1"]).area("telemetry"),
            Node::following("a2", ["t1"]).area("alarms"),
            Node::following("a3", ["t1"]).area("alarms"),
        ])
        .unwrap();
        assert_eq!(graph.names(&graph.area_heads("alarms")), ["a2", "a3"]);
        assert_eq!(graph.names(&graph.area_heads("telemetry")), ["t1"]);
        assert_eq!(graph.area_heads("vision"), Vec::<usize>::new());
        assert_eq!(graph.areas(), ["alarms", "telemetry"]);
    }

    #[test]
    fn a_cycle_is_told_as_a_circle_without_what_hangs_on_it() {
        let message = error(vec![
            Node::root("start"),
            Node::following("late", ["c"]),
            Node::following("a", ["start"]).depends_on(["c"]),
            Node::following("b", ["a"]),
            Node::following("c", ["b"]),
        ]);
        assert_eq!(
            message,
            "revisions depend on each other in a circle: a → b → c → a; change the parents or dependencies of one of them"
        );
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        assert_eq!(
            error(vec![Node::root("m1_create_alarms"), Node::following("m2", ["m1_create_alarm"])]),
            "revision m2 names \"m1_create_alarm\" as its parent, which is not in the list; \
             did you mean m1_create_alarms?"
        );
        assert_eq!(
            error(vec![Node::root("m1").depends_on(["something_else"])]),
            "revision m1 names \"something_else\" as its dependency, which is not in the list; \
             add that revision or correct the name"
        );
        assert_eq!(error(vec![Node::following("m1", ["m1"])]), "revision m1 names itself as its parent; remove that");
        assert_eq!(
            error(vec![Node::root("m1"), Node::root("m2").depends_on(["m1", "m1"])]),
            "revision m2 names m1 as its dependency twice; remove one"
        );
    }

    #[test]
    fn names_that_could_not_be_typed_are_refused() {
        assert_eq!(
            error(vec![Node::root("m1"), Node::root("m1")]),
            "revision m1 is listed twice; every revision needs a file name of its own"
        );
        for name in ["head", "heads", "base", "HEAD", "", "+1", "-x", "a:b", " a", "a\nb"] {
            let refused = Graph::linear([name]);
            assert!(matches!(refused, Err(GraphError::UnusableName { .. })), "{name:?}: {refused:?}");
            let refused = Graph::new(vec![Node::root("m1").area(name)]);
            assert!(matches!(refused, Err(GraphError::UnusableArea { .. })), "{name:?}: {refused:?}");
        }
        assert_eq!(
            error(vec![Node::root("m1").area("m2"), Node::root("m2")]),
            "revision m1 cannot have the area \"m2\": a revision has that name; choose another label"
        );
    }
}
