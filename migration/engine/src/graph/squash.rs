//! The revisions that one may stand in place of.

use super::{Graph, GraphError};

/// Revisions that one may stand in place of, and what that one comes after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The revisions, in order; the last one is the end that all others lead to.
    pub members: Vec<usize>,
    /// Revisions outside that members name as parents, without those that others of them come after.
    pub parents: Vec<usize>,
    /// Revisions outside that members depend on, without those that come before a parent anyway.
    pub depends_on: Vec<usize>,
}

impl Graph {
    /// The revisions after FROM up to and including TO, when one revision can stand in their place: they end in one, and what
    /// comes after them comes after that one. No way leaves such a part and comes back to it.
    ///
    /// # Errors
    /// As of [`range`](Self::range); fewer than two revisions, several ends, and ways that leave from the middle.
    pub fn part(&self, range: &str) -> Result<Part, GraphError> {
        let members = self.range(range)?;
        let text = || range.to_owned();
        if members.len() < 2 {
            return Err(GraphError::NothingToSquash { range: text(), count: members.len() });
        }
        let inside = |position: &usize| members.contains(position);
        let is_end = |position: &usize| !self.required_by.of(*position).iter().any(inside);
        let ends: Vec<usize> = members.iter().copied().filter(is_end).collect();
        let &[end] = ends.as_slice() else {
            return Err(GraphError::SeveralEnds { range: text(), ends: self.owned_names(&ends) });
        };
        for &member in members.iter().filter(|member| **member != end) {
            if let Some(&child) = self.required_by.of(member).iter().find(|next| !inside(next)) {
                let (revision, child) = (self.name(member).to_owned(), self.name(child).to_owned());
                return Err(GraphError::LeavesRange { range: text(), revision, child });
            }
        }
        let mut parents = self.outside(&members, |member| self.parents.of(member));
        let before: Vec<Vec<bool>> = parents.iter().map(|&parent| self.requires.reach(&[parent])).collect();
        let all = parents.clone();
        parents.retain(|&one| !all.iter().zip(&before).any(|(&other, reached)| other != one && reached[one]));
        let mut depends_on = self.outside(&members, |member| self.requires.of(member));
        let reached = self.requires.reach(&parents);
        depends_on.retain(|&one| !reached[one]);
        Ok(Part { members, parents, depends_on })
    }

    /// What members point to outside of them, in order, each once.
    fn outside<'g>(&'g self, members: &[usize], of: impl Fn(usize) -> &'g [usize]) -> Vec<usize> {
        let pointed = |position| members.iter().any(|&member| of(member).contains(&position));
        self.in_order(|position| !members.contains(&position) && pointed(position))
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::{Graph, Node};

    /// a – b – d(merge of b and c) – e, a – c; f follows b, and g stands alone and is required by c.
    fn part(range: &str, fork: bool) -> Result<(String, String, String), String> {
        let mut nodes = vec![
            Node::root("a"),
            Node::root("g"),
            Node::following("b", ["a"]),
            Node::following("c", ["a"]).depends_on(["g"]),
            Node::following("d", ["b", "c"]),
            Node::following("e", ["d"]),
        ];
        if fork {
            nodes.push(Node::following("f", ["b"]));
        }
        let graph = Graph::new(nodes).unwrap();
        let names = |positions: &[usize]| graph.names(positions).join(" ");
        let part = graph.part(range).map_err(|error| error.to_string())?;
        Ok((names(&part.members), names(&part.parents), names(&part.depends_on)))
    }

    #[test]
    fn a_part_has_one_end_and_nothing_leaves_it_before() {
        let is = |members: &str, parents: &str, depends_on: &str| {
            Ok((members.to_owned(), parents.to_owned(), depends_on.to_owned()))
        };
        assert_eq!(part("a:d", false), is("g b c d", "a", ""));
        assert_eq!(part("b:e", false), is("g c d e", "b", ""));
        assert_eq!(part(":e", false), is("a g b c d e", "", ""));
        assert_eq!(part("c:e", false), is("b d e", "c", ""));
        assert_eq!(part("b:d", true), is("g c d", "b", ""));
    }

    #[test]
    fn the_edge_that_leaves_is_named() {
        let error = part("a:d", true).unwrap_err();
        assert!(error.starts_with("f follows b, which is in the middle of the range a:d"), "{error}");
        assert!(part("d:e", false).unwrap_err().contains("has 1 of the revisions"));
        assert!(part("a:heads", true).unwrap_err().contains("ends in 2 revisions, e, f"));
    }
}
