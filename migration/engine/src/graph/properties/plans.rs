//! Order, plans, targets and ranges.

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::Index};

use super::{any_graph, any_state, grown_nodes};
use crate::graph::{Graph, GraphError, Node, RevisionTarget};

fn names_of(graph: &Graph, applied: &[bool]) -> Vec<String> {
    (0..graph.len()).filter(|&position| applied[position]).map(|position| graph.name(position).to_owned()).collect()
}

fn required(graph: &Graph, position: usize) -> Vec<usize> {
    let node = graph.node(position);
    node.parents.iter().chain(&node.depends_on).map(|name| graph.position(name).unwrap()).collect()
}

/// Runs a plan of `up`: fails when something runs twice, or before all that it requires.
fn run_up(graph: &Graph, applied: &mut [bool], plan: &[usize]) -> Result<(), TestCaseError> {
    for &position in plan {
        prop_assert!(!applied[position], "{} runs twice", graph.name(position));
        for required in required(graph, position) {
            prop_assert!(applied[required], "{} runs before {}", graph.name(position), graph.name(required));
        }
        applied[position] = true;
    }
    Ok(())
}

/// Runs a plan of `down`: fails when something that is still applied requires what is reverted.
fn run_down(graph: &Graph, applied: &mut [bool], plan: &[usize]) -> Result<(), TestCaseError> {
    for &position in plan {
        prop_assert!(applied[position], "{} is reverted twice", graph.name(position));
        applied[position] = false;
        for other in (0..graph.len()).filter(|&other| applied[other]) {
            let held = required(graph, other).contains(&position);
            prop_assert!(!held, "{} is reverted before {}", graph.name(position), graph.name(other));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_order_is_everything_once_and_after_what_it_requires(graph in any_graph()) {
        let mut sorted = graph.order().to_vec();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, (0..graph.len()).collect::<Vec<_>>());
        run_up(&graph, &mut vec![false; graph.len()], graph.order())?;
    }

    #[test]
    fn a_list_that_needs_no_sorting_stays_as_it_is(nodes in grown_nodes()) {
        let graph = Graph::new(nodes).unwrap();
        prop_assert_eq!(graph.order(), (0..graph.len()).collect::<Vec<_>>());
    }

    #[test]
    fn down_to_base_is_up_to_the_heads_backwards(graph in any_graph()) {
        let nothing = graph.applied(Vec::<&str>::new()).unwrap();
        let all = graph.applied(graph.names(graph.order())).unwrap();
        let mut down = graph.plan_down(&RevisionTarget::Base, &all).unwrap();
        down.reverse();
        prop_assert_eq!(down, graph.plan_up(&RevisionTarget::Heads, &nothing).unwrap());
    }

    #[test]
    fn up_after_down_restores_what_was_applied((graph, _, position) in any_state()) {
        let target = RevisionTarget::Revision(position);
        let mut applied = vec![true; graph.len()];
        let down = graph.plan_down(&target, &graph.applied(names_of(&graph, &applied)).unwrap()).unwrap();
        run_down(&graph, &mut applied, &down)?;
        prop_assert!(applied[position] && required(&graph, position).iter().all(|&required| applied[required]));
        let left = graph.descendants(position).into_iter().find(|&after| applied[after]);
        prop_assert_eq!(left, None, "comes after the target and stayed");
        let up = graph.plan_up(&RevisionTarget::Heads, &graph.applied(names_of(&graph, &applied)).unwrap()).unwrap();
        run_up(&graph, &mut applied, &up)?;
        prop_assert!(applied.iter().all(|&applied| applied));
        prop_assert_eq!(up.into_iter().rev().collect::<Vec<_>>(), down);
    }

    #[test]
    fn up_runs_exactly_what_its_target_lacks((graph, applied, position) in any_state()) {
        let set = graph.applied(names_of(&graph, &applied)).unwrap();
        let plan = graph.plan_up(&RevisionTarget::Revision(position), &set).unwrap();
        let mut after = applied.clone();
        run_up(&graph, &mut after, &plan)?;
        let mut expected: BTreeSet<_> = graph.ancestors(position).into_iter().chain([position]).collect();
        expected.retain(|&needed| !applied[needed]);
        prop_assert_eq!(plan.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn any_subset_may_be_applied((graph, mut applied, _) in any_state(), count in 0_usize..8) {
        let set = |applied: &[bool]| graph.applied(names_of(&graph, applied)).unwrap();
        let pending = graph.plan_up(&RevisionTarget::Heads, &set(&applied)).unwrap();
        let next = graph.plan_up(&RevisionTarget::Next(count), &set(&applied)).unwrap();
        prop_assert_eq!(&pending[..count.min(pending.len())], next);
        run_up(&graph, &mut applied, &pending)?;
        prop_assert!(applied.iter().all(|&applied| applied));
        let last = graph.plan_down(&RevisionTarget::Last(count), &set(&applied)).unwrap();
        prop_assert_eq!(last.len(), count.min(graph.len()));
        run_down(&graph, &mut applied, &last)?;
    }

    #[test]
    fn a_stamp_leaves_nothing_required_out((graph, _, position) in any_state()) {
        let plan = graph.plan_stamp(&RevisionTarget::Revision(position)).unwrap();
        run_up(&graph, &mut vec![false; graph.len()], &plan)?;
        prop_assert_eq!(plan.last(), Some(&position));
    }

    #[test]
    fn a_range_leads_from_one_revision_to_the_other((graph, _, to) in any_state(), from in any::<Index>()) {
        let from = from.index(graph.len());
        let text = format!("{}:{}", graph.name(from), graph.name(to));
        let mut applied = vec![false; graph.len()];
        run_up(&graph, &mut applied, &graph.plan_stamp(&RevisionTarget::Revision(from)).unwrap())?;
        let backwards = graph.ancestors(from).contains(&to);
        match graph.range(&text) {
            Ok(range) => {
                prop_assert!(!backwards);
                run_up(&graph, &mut applied, &range)?;
                prop_assert!(applied[to]);
            }
            Err(error) => prop_assert!(backwards, "{}", error),
        }
    }

    #[test]
    fn heads_bases_branches_and_merges_are_what_they_are_called(graph in any_graph()) {
        let named_by = |position| {
            let named = |&&other: &&usize| graph.node(other).parents.iter().any(|parent| parent == graph.name(position));
            graph.order().iter().filter(named).count()
        };
        for &position in graph.order() {
            prop_assert_eq!(graph.heads().contains(&position), named_by(position) == 0);
            prop_assert_eq!(graph.branch_points().contains(&position), named_by(position) > 1);
            prop_assert_eq!(graph.bases().contains(&position), graph.node(position).parents.is_empty());
            prop_assert_eq!(graph.merges().contains(&position), graph.node(position).parents.len() > 1);
        }
        for area in ["x", "y"] {
            let heads = graph.area_heads(area);
            let has_area = graph.order().iter().any(|&position| graph.node(position).area.as_deref() == Some(area));
            prop_assert_eq!(heads.is_empty(), !has_area);
        }
    }

    #[test]
    fn every_prefix_means_its_revision_or_names_all_it_could_mean((graph, _, position) in any_state()) {
        let name = graph.name(position);
        for end in 1..=name.len() {
            let prefix = &name[..end];
            let matches: BTreeSet<_> =
                graph.order().iter().map(|&other| graph.name(other)).filter(|other| other.starts_with(prefix)).collect();
            match graph.target(prefix) {
                Ok(RevisionTarget::Revision(found)) if found == position => {
                    prop_assert!(prefix == name || matches.len() == 1);
                }
                Ok(RevisionTarget::Revision(found)) => prop_assert_eq!(graph.name(found), prefix),
                Err(GraphError::AmbiguousPrefix { matches: listed, .. }) => {
                    prop_assert!(matches.len() > 1);
                    prop_assert_eq!(listed.iter().map(String::as_str).collect::<BTreeSet<_>>(), matches);
                }
                other => prop_assert!(false, "{}: {:?}", prefix, other),
            }
        }
    }

    #[test]
    fn any_text_is_a_target_or_an_error(graph in any_graph(), text in "([a-c]{0,3}|head|heads|base|x|.{0,4})[+-]?[0-9]{0,3}:?[a-c]{0,2}") {
        let target = graph.target(&text);
        if let Ok(target) = &target {
            prop_assert_eq!(&graph.target(&graph.target_text(target)), &Ok(target.clone()));
        }
        if let Err(error) = graph.range(&text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn a_link_back_closes_a_cycle_that_is_told((graph, _, late) in any_state(), early in any::<Index>()) {
        let ancestors = graph.ancestors(late);
        prop_assume!(!ancestors.is_empty());
        let early = *early.get(&ancestors);
        let mut nodes: Vec<Node> = (0..graph.len()).map(|position| graph.node(position).clone()).collect();
        nodes[early].depends_on.push(graph.name(late).to_owned());
        let Err(GraphError::Cycle { revisions }) = Graph::new(nodes.clone()) else {
            return Err(TestCaseError::fail("no cycle found"));
        };
        for (index, name) in revisions.iter().enumerate() {
            let next = &revisions[(index + 1) % revisions.len()];
            let node = nodes.iter().find(|node| node.name == *next).unwrap();
            prop_assert!(node.parents.contains(name) || node.depends_on.contains(name), "{} → {}", name, next);
        }
        prop_assert_eq!(revisions.iter().collect::<BTreeSet<_>>().len(), revisions.len());
    }
}
