//! Ranges `FROM:TO` of `history` and `sql`.

use super::{Graph, GraphError, RevisionTarget};

impl Graph {
    /// The revisions after FROM up to and including TO, in order. An empty FROM is `base`, an empty TO is `heads`, and
    /// text without a colon is a TO. As FROM, `-N` means the last N up to TO; as TO, `+N` means the first N after FROM.
    ///
    /// What FROM requires is left out, what only TO requires is in: on a database that has all of FROM, these are the
    /// revisions that lead to TO.
    ///
    /// # Errors
    /// Ends that are no target, and a FROM that comes after TO.
    pub fn range(&self, text: &str) -> Result<Vec<usize>, GraphError> {
        let (from, to) = text.split_once(':').unwrap_or(("", text));
        let (from, to) = (self.end(from, RevisionTarget::Base)?, self.end(to, RevisionTarget::Heads)?);
        let (last, after) = match from {
            RevisionTarget::Last(count) => (Some(count), RevisionTarget::Base),
            place => (None, place),
        };
        let (first, until) = match to {
            RevisionTarget::Next(count) => (Some(count), RevisionTarget::Heads),
            place => (None, place),
        };
        let mut range = self.between(&after, &until)?;
        if let Some(count) = last {
            range.drain(..range.len().saturating_sub(count));
        }
        range.truncate(first.unwrap_or(usize::MAX));
        Ok(range)
    }

    fn end(&self, text: &str, otherwise: RevisionTarget) -> Result<RevisionTarget, GraphError> {
        if text.trim().is_empty() { Ok(otherwise) } else { self.target(text) }
    }

    fn between(&self, from: &RevisionTarget, to: &RevisionTarget) -> Result<Vec<usize>, GraphError> {
        let begin = self.tips(from, "the beginning of a range")?;
        let end = self.tips(to, "the end of a range")?;
        let (before, wanted) = (self.requires.reach(&begin), self.requires.reach(&end));
        let range = self.in_order(|position| wanted[position] && !before[position]);
        // Nothing between two different places: all of TO is required by FROM.
        let backwards = range.is_empty() && begin.iter().any(|&position| !wanted[position]);
        if backwards {
            return Err(GraphError::BackwardsRange { from: self.target_text(from), to: self.target_text(to) });
        }
        Ok(range)
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::{Graph, Node};

    fn range(text: &str) -> Result<String, String> {
        let graph = Graph::new(vec![
            Node::root("a"),
            Node::following("b", ["a"]),
            Node::following("c", ["a"]),
            Node::following("d", ["b", "c"]),
            Node::following("e", ["d"]),
        ])
        .unwrap();
        let range = graph.range(text).map_err(|error| error.to_string())?;
        Ok(graph.names(&range).join(" "))
    }

    #[test]
    fn a_range_is_what_leads_from_one_place_to_another() {
        let cases = [
            (":", "a b c d e"),
            ("", "a b c d e"),
            ("base:head", "a b c d e"),
            ("b:e", "c d e"),
            ("b:", "c d e"),
            (":c", "a c"),
            ("c", "a c"),
            ("b:c", "c"),
            ("d:d", ""),
            ("base:base", ""),
            ("head:", ""),
            ("-2:", "d e"),
            ("-1:d", "d"),
            ("-9:", "a b c d e"),
            ("a:+2", "b c"),
            (":+0", ""),
            ("a : d", "b c d"),
        ];
        for (text, expected) in cases {
            assert_eq!(range(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_range_that_cannot_be_is_told() {
        assert_eq!(range("e:b").unwrap_err(), "the range e:b is backwards: e comes after b; write b:e");
        assert_eq!(
            range("head:base").unwrap_err(),
            "the range head:base is backwards: head comes after base; write base:head"
        );
        assert_eq!(
            range("+1:").unwrap_err(),
            "+1 counts revisions, but the beginning of a range needs a place in the history; \
             name a revision, `head` or `base`"
        );
        assert!(range("a:-1").unwrap_err().contains("the end of a range"));
        assert!(range("a:b:c").unwrap_err().contains("\"b:c\""));
        assert!(range("dd:").unwrap_err().contains("\"dd\""));
    }
}
