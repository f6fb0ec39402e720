//! Revisions that a command names one by one.

use super::{Graph, GraphError};

impl Graph {
    /// The one revision that a target means: a name, a prefix, `head`, `REV+N` …
    ///
    /// # Errors
    /// Text that means nothing, no place in the history, or several revisions.
    pub fn find(&self, text: &str) -> Result<usize, GraphError> {
        let tips = self.tips(&self.target(text)?, "show")?;
        match tips.as_slice() {
            [only] => Ok(*only),
            [] => Err(GraphError::NoRevision { wanted: text.to_owned() }),
            several => Err(GraphError::SeveralHeads { heads: self.owned_names(several) }),
        }
    }

    /// The revisions that a merge joins: those named, or all heads.
    ///
    /// # Errors
    /// Fewer than two, or two of which one comes after the other.
    pub fn merge_parents(&self, named: &[String]) -> Result<Vec<usize>, GraphError> {
        let parents = match named {
            [] => self.heads(),
            named => named.iter().map(|text| self.find(text)).collect::<Result<_, _>>()?,
        };
        if parents.len() < 2 {
            return Err(GraphError::NothingToMerge { heads: self.owned_names(&self.heads()) });
        }
        for &parent in &parents {
            let before = self.ancestors(parent);
            if let Some(&other) = parents.iter().find(|other| before.contains(other)) {
                return Err(GraphError::MergedAlready {
                    revision: self.name(parent).to_owned(),
                    before: self.name(other).to_owned(),
                });
            }
        }
        Ok(parents)
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Node;

    use super::*;

    /// a – b and a – c – d.
    fn branched() -> Graph {
        Graph::new(vec![
            Node::root("a"),
            Node::following("b", ["a"]),
            Node::following("c", ["a"]),
            Node::following("d", ["c"]),
        ])
        .unwrap()
    }

    #[test]
    fn a_merge_joins_all_heads_or_those_named() {
        let graph = branched();
        assert_eq!(graph.merge_parents(&[]), Ok(vec![1, 3]));
        assert_eq!(graph.merge_parents(&["c".into(), "b".into()]), Ok(vec![2, 1]));
        let error = graph.merge_parents(&["d".into(), "c".into()]).unwrap_err().to_string();
        assert!(error.contains("d comes after c"), "{error}");
        let error = graph.merge_parents(&["d".into()]).unwrap_err().to_string();
        assert!(error.contains("b, d"), "{error}");
    }

    #[test]
    fn one_revision_is_found_and_nothing_else() {
        let graph = branched();
        assert_eq!(graph.find("c+1"), Ok(3));
        assert!(matches!(graph.find("heads"), Err(GraphError::SeveralHeads { .. })));
        assert!(matches!(graph.find("base"), Err(GraphError::NoRevision { .. })));
    }
}
