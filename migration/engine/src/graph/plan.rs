//! Plans: which revisions `up`, `down` and `stamp` have to touch, in which order.

use super::{Graph, GraphError, RevisionTarget};

/// The revisions that are applied: any subset of the graph, because `SeaORM` applies what is pending wherever it stands
/// in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied(Vec<bool>);

impl Applied {
    /// Whether the revision at a position is applied.
    pub fn contains(&self, position: usize) -> bool {
        self.0.get(position).copied().unwrap_or(false)
    }
}

impl Graph {
    /// Turns the names recorded as applied into a set for the plans.
    ///
    /// # Errors
    /// Names that the graph does not have.
    pub fn applied<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<Applied, GraphError> {
        let mut applied = vec![false; self.len()];
        let mut revisions = Vec::new();
        for name in names {
            match self.position(name.as_ref()) {
                Some(position) => applied[position] = true,
                None => revisions.push(name.as_ref().to_owned()),
            }
        }
        if revisions.is_empty() { Ok(Applied(applied)) } else { Err(GraphError::NotInCode { revisions }) }
    }

    /// Revisions that are not applied, in the order in which `up` runs them.
    pub fn pending(&self, applied: &Applied) -> Vec<usize> {
        self.in_order(|position| !applied.contains(position))
    }

    /// The pending revisions that `up` runs to reach a target, in order. `+N` is the next N pending ones, or as many as
    /// there are.
    ///
    /// # Errors
    /// `head` with several heads; targets of `down`.
    pub fn plan_up(&self, target: &RevisionTarget, applied: &Applied) -> Result<Vec<usize>, GraphError> {
        match target {
            RevisionTarget::Base | RevisionTarget::Last(_) => Err(self.wrong_direction("up", target, "down")),
            RevisionTarget::Next(count) => {
                let mut plan = self.pending(applied);
                plan.truncate(*count);
                Ok(plan)
            }
            RevisionTarget::Head | RevisionTarget::Heads => {
                self.tips(target, "up")?;
                // Everything, not what the heads reach: dependencies make no heads, but are reached by none either.
                Ok(self.pending(applied))
            }
            RevisionTarget::Revision(_) | RevisionTarget::Area { .. } => {
                let wanted = self.requires.reach(&self.tips(target, "up")?);
                Ok(self.in_order(|position| wanted[position] && !applied.contains(position)))
            }
        }
    }

    /// The applied revisions that `down` reverts to reach a target, newest first. The target itself stays. `-N` is
    /// the last N applied ones, or as many as there are.
    ///
    /// # Errors
    /// A target that is not applied; targets of `up`.
    pub fn plan_down(&self, target: &RevisionTarget, applied: &Applied) -> Result<Vec<usize>, GraphError> {
        let mut plan = match target {
            RevisionTarget::Head | RevisionTarget::Heads | RevisionTarget::Next(_) => {
                return Err(self.wrong_direction("down", target, "up"));
            }
            RevisionTarget::Base | RevisionTarget::Last(_) => self.in_order(|position| applied.contains(position)),
            RevisionTarget::Revision(_) | RevisionTarget::Area { .. } => self.applied_after(target, applied)?,
        };
        plan.reverse();
        if let RevisionTarget::Last(count) = target {
            plan.truncate(*count);
        }
        Ok(plan)
    }

    /// The revisions that are recorded when a database is said to be at a target: it and all it requires, in order.
    ///
    /// # Errors
    /// `head` with several heads; counts.
    pub fn plan_stamp(&self, target: &RevisionTarget) -> Result<Vec<usize>, GraphError> {
        let wanted = self.requires.reach(&self.tips(target, "stamp")?);
        Ok(self.in_order(|position| wanted[position]))
    }

    fn applied_after(&self, target: &RevisionTarget, applied: &Applied) -> Result<Vec<usize>, GraphError> {
        let tips = self.tips(target, "down")?;
        if let Some(&tip) = tips.iter().find(|&&tip| !applied.contains(tip)) {
            return Err(GraphError::NotApplied { revision: self.name(tip).to_owned() });
        }
        let (after, stays) = (self.required_by.reach(&tips), self.requires.reach(&tips));
        Ok(self.in_order(|position| after[position] && !stays[position] && applied.contains(position)))
    }

    fn wrong_direction(&self, verb: &'static str, target: &RevisionTarget, other: &str) -> GraphError {
        let target = self.target_text(target);
        GraphError::WrongDirection { verb, instead: format!("{other} {target}"), target }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Node;

    /// a – b – d(merge) – e, a – c – d; x stands alone and requires c.
    fn graph() -> Graph {
        Graph::new(vec![
            Node::root("a"),
            Node::following("b", ["a"]),
            Node::following("c", ["a"]),
            Node::following("d", ["b", "c"]),
            Node::following("e", ["d"]),
            Node::root("x").depends_on(["c"]).area("other"),
        ])
        .unwrap()
    }

    fn up(target: &str, applied: &str) -> Result<String, String> {
        let graph = graph();
        let plan = graph.plan_up(&graph.target(target).unwrap(), &graph.applied(applied.split_whitespace()).unwrap());
        plan.map(|plan| graph.names(&plan).join(" ")).map_err(|error| error.to_string())
    }

    fn down(target: &str, applied: &str) -> Result<String, String> {
        let graph = graph();
        let plan = graph.plan_down(&graph.target(target).unwrap(), &graph.applied(applied.split_whitespace()).unwrap());
        plan.map(|plan| graph.names(&plan).join(" ")).map_err(|error| error.to_string())
    }

    #[test]
    fn up_runs_what_is_pending_and_required() {
        assert_eq!(up("heads", "").unwrap(), "a b c d e x");
        assert_eq!(up("d", "").unwrap(), "a b c d");
        assert_eq!(up("d", "a c").unwrap(), "b d");
        assert_eq!(up("b+2", "a").unwrap(), "b c d e");
        assert_eq!(up("other", "").unwrap(), "a c x");
        assert_eq!(up("b", "a b c").unwrap(), "");
        assert_eq!(up("+2", "a").unwrap(), "b c");
        assert_eq!(up("+0", "a").unwrap(), "");
        assert_eq!(up("+100", "a b c d").unwrap(), "e x");
    }

    #[test]
    fn up_fills_gaps_first() {
        assert_eq!(up("e", "d").unwrap(), "a b c e");
        assert_eq!(up("+1", "b c d").unwrap(), "a");
    }

    #[test]
    fn up_to_head_needs_one_head() {
        assert_eq!(
            up("head", "").unwrap_err(),
            "the history has 2 heads: e, x; join them with `merge`, go to all of them with `heads`, or name one"
        );
        let line = Graph::linear(["a", "b"]).unwrap();
        let applied = line.applied(["a"]).unwrap();
        assert_eq!(line.plan_up(&RevisionTarget::Head, &applied), Ok(vec![1]));
        let nothing = Graph::linear(Vec::<String>::new()).unwrap();
        let applied = nothing.applied(Vec::<String>::new()).unwrap();
        assert_eq!(nothing.plan_up(&RevisionTarget::Head, &applied), Ok(vec![]));
        assert_eq!(nothing.plan_down(&RevisionTarget::Base, &applied), Ok(vec![]));
    }

    #[test]
    fn down_takes_back_what_comes_after_newest_first() {
        assert_eq!(down("base", "a b c d e x").unwrap(), "x e d c b a");
        assert_eq!(down("c", "a b c d e x").unwrap(), "x e d");
        assert_eq!(down("b", "a b c d e x").unwrap(), "e d");
        assert_eq!(down("e-1", "a b c d e x").unwrap(), "e");
        assert_eq!(down("other", "a c x").unwrap(), "");
        assert_eq!(down("-2", "a b c").unwrap(), "c b");
        assert_eq!(down("-100", "a b").unwrap(), "b a");
        // e came in although d is not there: it still comes after a.
        assert_eq!(down("a", "a e").unwrap(), "e");
    }

    #[test]
    fn a_head_of_an_area_stays_although_another_requires_it() {
        let graph = Graph::new(vec![
            Node::root("a1").area("a"),
            Node::root("a2").area("a").depends_on(["a1"]),
            Node::following("b", ["a1"]),
        ])
        .unwrap();
        let applied = graph.applied(["a1", "a2", "b"]).unwrap();
        let plan = graph.plan_down(&graph.target("a").unwrap(), &applied).unwrap();
        assert_eq!(graph.names(&plan), ["b"]);
    }

    #[test]
    fn each_direction_sends_to_the_other() {
        assert_eq!(up("base", "a").unwrap_err(), "`up` cannot go to base; use `down base`");
        assert_eq!(up("-2", "a").unwrap_err(), "`up` cannot go to -2; use `down -2`");
        assert_eq!(down("head", "a").unwrap_err(), "`down` cannot go to head; use `up head`");
        assert_eq!(down("heads", "a").unwrap_err(), "`down` cannot go to heads; use `up heads`");
        assert_eq!(down("+1", "a").unwrap_err(), "`down` cannot go to +1; use `up +1`");
        assert_eq!(
            down("b", "a").unwrap_err(),
            "revision b is not applied, so nothing can be reverted as far as it; `current` shows what is"
        );
    }

    #[test]
    fn a_stamp_is_a_place_and_all_before_it() {
        let graph = graph();
        let stamp =
            |text: &str| graph.plan_stamp(&graph.target(text).unwrap()).map(|plan| graph.names(&plan).join(" "));
        assert_eq!(stamp("d").unwrap(), "a b c d");
        assert_eq!(stamp("x").unwrap(), "a c x");
        assert_eq!(stamp("heads").unwrap(), "a b c d e x");
        assert_eq!(stamp("base").unwrap(), "");
        assert!(matches!(stamp("head"), Err(GraphError::SeveralHeads { .. })));
        assert_eq!(
            stamp("+1").unwrap_err().to_string(),
            "+1 counts revisions, but stamp needs a place in the history; name a revision, `head` or `base`"
        );
    }

    #[test]
    fn applied_revisions_have_to_be_in_the_code() {
        assert_eq!(
            graph().applied(["a", "gone", "lost"]).unwrap_err().to_string(),
            "applied but missing from the code: gone, lost; check out the version that has them, \
             or revert them with it first"
        );
    }
}
