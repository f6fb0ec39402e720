//! Targets of `up`, `down` and `stamp`: from text to places in the graph.

use super::{Graph, GraphError, Node, suggest::similar};

/// Words that are targets, and therefore no names.
pub(super) const KEYWORDS: [&str; 3] = ["head", "heads", "base"];

/// Where to go. Read from text by [`Graph::target`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevisionTarget {
    /// Before the first revision.
    Base,
    /// The one head; an error when there are several.
    Head,
    /// Every head.
    Heads,
    /// The next pending revisions, as many as that (`+N`).
    Next(usize),
    /// Back by the last applied revisions, as many as that (`-N`).
    Last(usize),
    /// One revision, by its position.
    Revision(usize),
    /// An area's newest revisions.
    Area {
        /// Its label.
        area: String,
        /// Their positions, in order.
        heads: Vec<usize>,
    },
}

impl Graph {
    /// Reads a target: `head`, `heads`, `base`, `+N`, `-N`, a revision's name, an area's label, the beginning of one
    /// revision's name, or one of these with generations counted from it: `NAME+N`, `NAME-N`, `head-N`, `base+N`.
    ///
    /// What can be read as a name is a name: `a-1` is revision `a-1` where there is one.
    ///
    /// # Errors
    /// Text that means nothing or several things.
    pub fn target(&self, text: &str) -> Result<RevisionTarget, GraphError> {
        let text = text.trim();
        if let Some(target) = self.place(text)? {
            return Ok(target);
        }
        match split_count(text) {
            Some(("", Count::Forth(count))) => Ok(RevisionTarget::Next(count)),
            Some(("", Count::Back(count))) => Ok(RevisionTarget::Last(count)),
            Some((anchor, count)) => match self.place(anchor)? {
                Some(target) => self.count_from(&target, count, text),
                None => Err(self.unknown(anchor)),
            },
            None => Err(self.unknown(text)),
        }
    }

    /// Writes a target as it can be typed.
    pub fn target_text(&self, target: &RevisionTarget) -> String {
        match target {
            RevisionTarget::Base => "base".to_owned(),
            RevisionTarget::Head => "head".to_owned(),
            RevisionTarget::Heads => "heads".to_owned(),
            RevisionTarget::Next(count) => format!("+{count}"),
            RevisionTarget::Last(count) => format!("-{count}"),
            RevisionTarget::Revision(position) => self.name(*position).to_owned(),
            RevisionTarget::Area { area, .. } => area.clone(),
        }
    }

    /// The revisions at a target; none for `base`.
    ///
    /// # Errors
    /// `head` with several heads, and counts, which are no place.
    pub(super) fn tips(&self, target: &RevisionTarget, place: &'static str) -> Result<Vec<usize>, GraphError> {
        match target {
            RevisionTarget::Base => Ok(Vec::new()),
            RevisionTarget::Heads => Ok(self.heads()),
            RevisionTarget::Revision(position) => Ok(vec![*position]),
            RevisionTarget::Area { heads, .. } => Ok(heads.clone()),
            RevisionTarget::Next(_) | RevisionTarget::Last(_) => {
                Err(GraphError::CountIsNoPlace { target: self.target_text(target), place })
            }
            RevisionTarget::Head => {
                let heads = self.heads();
                if heads.len() > 1 {
                    return Err(GraphError::SeveralHeads { heads: self.owned_names(&heads) });
                }
                Ok(heads)
            }
        }
    }

    /// A keyword, a name, an area or a prefix.
    fn place(&self, text: &str) -> Result<Option<RevisionTarget>, GraphError> {
        match text {
            "" => return Ok(None),
            "base" => return Ok(Some(RevisionTarget::Base)),
            "head" => return Ok(Some(RevisionTarget::Head)),
            "heads" => return Ok(Some(RevisionTarget::Heads)),
            _ => {}
        }
        if let Some(position) = self.position(text) {
            return Ok(Some(RevisionTarget::Revision(position)));
        }
        let heads = self.area_heads(text);
        if !heads.is_empty() {
            return Ok(Some(RevisionTarget::Area { area: text.to_owned(), heads }));
        }
        match self.with_prefix(text) {
            [] => Ok(None),
            [only] => Ok(Some(RevisionTarget::Revision(*only))),
            several => {
                let mut matches = several.to_vec();
                matches.sort_unstable();
                Err(GraphError::AmbiguousPrefix { prefix: text.to_owned(), matches: self.owned_names(&matches) })
            }
        }
    }

    fn with_prefix(&self, prefix: &str) -> &[usize] {
        let start = self.by_name.partition_point(|&position| self.name(position) < prefix);
        let matching = &self.by_name[start..];
        &matching[..matching.partition_point(|&position| self.name(position).starts_with(prefix))]
    }

    fn unknown(&self, wanted: &str) -> GraphError {
        let replaces = |node: &&Node| node.replaces.iter().any(|name| name == wanted);
        if let Some(node) = self.nodes.iter().find(replaces) {
            return GraphError::Replaced { wanted: wanted.to_owned(), by: node.name.clone() };
        }
        let names = self.order().iter().map(|&position| self.name(position));
        let similar = similar(wanted, KEYWORDS.into_iter().chain(self.areas()).chain(names));
        GraphError::UnknownTarget { wanted: wanted.to_owned(), similar }
    }

    fn count_from(&self, anchor: &RevisionTarget, count: Count, text: &str) -> Result<RevisionTarget, GraphError> {
        let start = match (self.tips(anchor, "a count")?.as_slice(), anchor) {
            ([], _) => None,
            ([only], _) => Some(*only),
            (several, RevisionTarget::Area { area, .. }) => {
                let heads = self.owned_names(several);
                return Err(GraphError::SeveralAreaHeads { area: area.clone(), heads });
            }
            (several, _) => return Err(GraphError::SeveralHeads { heads: self.owned_names(several) }),
        };
        let mut reached = start;
        for step in 0..count.generations() {
            let ways = self.ways(reached, count);
            reached = match *ways {
                [only] => Some(only),
                [] => return Err(self.too_far(text, reached, step, count)),
                [..] => {
                    return Err(GraphError::Fork {
                        target: text.to_owned(),
                        revision: reached.map(|position| self.name(position).to_owned()),
                        choices: self.owned_names(&ways),
                    });
                }
            };
        }
        Ok(reached.map_or(RevisionTarget::Base, RevisionTarget::Revision))
    }

    /// Where one generation leads from a revision, or from before the first.
    fn ways(&self, from: Option<usize>, count: Count) -> Vec<usize> {
        match (from, count) {
            (Some(position), Count::Forth(_)) => self.children(position).to_vec(),
            (Some(position), Count::Back(_)) => self.parents(position).to_vec(),
            (None, Count::Forth(_)) => self.bases(),
            (None, Count::Back(_)) => Vec::new(),
        }
    }

    fn too_far(&self, text: &str, reached: Option<usize>, steps: usize, count: Count) -> GraphError {
        let last = reached.map_or("base", |position| self.name(position)).to_owned();
        GraphError::TooFar { target: text.to_owned(), last, steps, wanted: count.generations() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Forth(usize),
    Back(usize),
}

impl Count {
    const fn generations(self) -> usize {
        match self {
            Self::Forth(count) | Self::Back(count) => count,
        }
    }
}

/// `NAME+N` and `NAME-N`; the name may be empty.
fn split_count(text: &str) -> Option<(&str, Count)> {
    let sign = text.rfind(['+', '-'])?;
    let digits = &text[sign + 1..];
    // `parse` alone would take a second sign.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count = digits.parse().ok()?;
    let count = if text[sign..].starts_with('+') { Count::Forth(count) } else { Count::Back(count) };
    Some((&text[..sign], count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a – b – d – e
    ///   \ c /
    fn diamond() -> Graph {
        Graph::new(vec![
            Node::root("m1_a").area("alarms"),
            Node::following("m2_b", ["m1_a"]),
            Node::following("m3_c", ["m1_a"]),
            Node::following("m4_d", ["m2_b", "m3_c"]).area("alarms"),
            Node::following("m4_e", ["m4_d"]).area("twin"),
        ])
        .unwrap()
    }

    use crate::graph::Node;

    fn message(graph: &Graph, text: &str) -> String {
        graph.target(text).unwrap_err().to_string()
    }

    #[test]
    fn every_way_to_write_a_target() {
        let graph = diamond();
        let revision = RevisionTarget::Revision;
        let cases = [
            ("head", RevisionTarget::Head),
            ("heads", RevisionTarget::Heads),
            ("base", RevisionTarget::Base),
            ("+2", RevisionTarget::Next(2)),
            ("-1", RevisionTarget::Last(1)),
            ("m2_b", revision(1)),
            (" m2 ", revision(1)),
            ("m4_e", revision(4)),
            ("alarms", RevisionTarget::Area { area: "alarms".into(), heads: vec![3] }),
            ("alarms+1", revision(4)),
            ("m2+2", revision(4)),
            ("m2-1", revision(0)),
            ("m2_b+0", revision(1)),
            ("head-1", revision(3)),
            ("base+1", revision(0)),
            ("base+0", RevisionTarget::Base),
        ];
        for (text, expected) in cases {
            assert_eq!(graph.target(text), Ok(expected.clone()), "{text}");
            let written = graph.target_text(&expected);
            assert_eq!(graph.target(&written), Ok(expected), "{text} written as {written}");
        }
    }

    #[test]
    fn a_name_that_looks_like_a_count_is_a_name() {
        let graph = Graph::linear(["step", "step-1", "step-20"]).unwrap();
        assert_eq!(graph.target("step-1"), Ok(RevisionTarget::Revision(1)));
        assert_eq!(graph.target("step-2"), Ok(RevisionTarget::Revision(2)));
        assert_eq!(graph.target("step+1"), Ok(RevisionTarget::Revision(1)));
    }

    #[test]
    fn what_means_nothing_says_what_might() {
        let graph = diamond();
        assert_eq!(message(&graph, "haeds"), "no revision, area or target is called \"haeds\"; did you mean heads?");
        assert_eq!(message(&graph, "alarm"), "no revision, area or target is called \"alarm\"; did you mean alarms?");
        assert_eq!(
            message(&graph, "alarsm+1"),
            "no revision, area or target is called \"alarsm\"; did you mean alarms?"
        );
        assert_eq!(
            message(&graph, "nonsense"),
            "no revision, area or target is called \"nonsense\"; `history` lists what there is"
        );
        assert_eq!(
            message(&graph, "2"),
            "no revision, area or target is called \"2\"; -2 and +2 count revisions, down and up"
        );
        for text in ["", "+", "-", "+x", "++1", "+-1", "+99999999999999999999999"] {
            assert!(matches!(graph.target(text), Err(GraphError::UnknownTarget { .. })), "{text}");
        }
        assert_eq!(message(&graph, "m4"), "\"m4\" is the beginning of 2 revisions: m4_d, m4_e; give more of the name");
    }

    #[test]
    fn a_long_list_of_matches_is_cut() {
        let graph = Graph::linear((0..13).map(|number| format!("m{number}"))).unwrap();
        assert_eq!(
            message(&graph, "m"),
            "\"m\" is the beginning of 13 revisions: m0, m1, m2, m3, m4, m5, m6, m7, m8, m9 and 3 more; \
             give more of the name"
        );
    }

    #[test]
    fn counting_stops_at_forks_and_ends() {
        let graph = diamond();
        assert_eq!(
            message(&graph, "m1+1"),
            "m1+1 is not one revision: at m1_a the history branches: m2_b, m3_c; name one of them"
        );
        assert_eq!(
            message(&graph, "m4_e-2"),
            "m4_e-2 is not one revision: at m4_d the history branches: m2_b, m3_c; name one of them"
        );
        assert_eq!(
            message(&graph, "m4_d+3"),
            "m4_d+3 is past the end of the history: counting reached m4_e after 1 of 3"
        );
        assert_eq!(
            message(&graph, "m2_b-2"),
            "m2_b-2 is past the end of the history: counting reached m1_a after 1 of 2"
        );
        let roots = Graph::new(vec![Node::root("a").area("x"), Node::root("b").area("x")]).unwrap();
        assert_eq!(
            message(&roots, "base+1"),
            "base+1 is not one revision: the history begins with a, b; name one of them"
        );
        assert_eq!(message(&roots, "x-1"), "area x has 2 heads: a, b; name one of them");
        assert_eq!(
            message(&roots, "head-1"),
            "the history has 2 heads: a, b; join them with `merge`, go to all of them with `heads`, or name one"
        );
    }
}
