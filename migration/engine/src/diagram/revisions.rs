//! The revision graph as a drawing.

use super::drawing::{Card, Drawing, End, Link, Look, Sign};
use crate::graph::Graph;

/// A revision that has to come before another, both by position.
pub(super) struct Before {
    pub from: usize,
    pub to: usize,
    /// It is not a parent, but has to be applied earlier.
    pub is_dashed: bool,
}

/// All parents, then all that is needed beside them.
pub(super) fn links(graph: &Graph) -> Vec<Before> {
    let parents = graph
        .order()
        .iter()
        .flat_map(|&to| graph.parents(to).iter().map(move |&from| Before { from, to, is_dashed: false }));
    let needed = graph.order().iter().flat_map(|&to| {
        let names = graph.node(to).depends_on.iter().filter_map(|name| graph.position(name));
        names.map(move |from| Before { from, to, is_dashed: true })
    });
    parents.chain(needed).collect()
}

/// What is special about a revision.
pub(super) fn labels(graph: &Graph, position: usize) -> Vec<String> {
    let labels = [
        (graph.is_base(position), "base"),
        (graph.is_branch_point(position), "branch"),
        (graph.is_merge(position), "merge"),
        (graph.is_head(position), "head"),
    ];
    // What is the same for all says nothing about one.
    let area = graph.node(position).area.as_ref().filter(|_| graph.areas().len() > 1);
    let area = area.map(|area| format!("area {area}"));
    labels.into_iter().filter(|(applies, _)| *applies).map(|(_, label)| label.to_owned()).chain(area).collect()
}

pub(super) fn drawing(graph: &Graph, title: String) -> Drawing {
    let card = |position: &usize| {
        let look = if graph.is_head(*position) { Look::Head } else { Look::Revision };
        let labels = labels(graph, *position).join(" · ");
        let notes = if labels.is_empty() { vec![] } else { vec![labels] };
        Card::new(look, graph.name(*position), &notes, Vec::new())
    };
    // Cards are in the order in which revisions run.
    let place = |position: usize| graph.order().iter().position(|one| *one == position).unwrap_or_default();
    let links = links(graph).into_iter().map(|link| Link {
        first: End { card: place(link.from), row: None, sign: Sign::None },
        second: End { card: place(link.to), row: None, sign: Sign::Arrow },
        is_dashed: link.is_dashed,
        about: {
            let verb = if link.is_dashed { "needs" } else { "follows" };
            format!("{} {verb} {}", graph.name(link.to), graph.name(link.from))
        },
    });
    let links: Vec<Link> = links.collect();
    let needs =
        links.iter().any(|link| link.is_dashed).then(|| "dashed: needs the other to be applied earlier".to_owned());
    let legend = std::iter::once("arrow: from a revision to the one after it".to_owned()).chain(needs).collect();
    Drawing { title, cards: graph.order().iter().map(card).collect(), links, legend }
}
