//! Draws the history as text.

use super::{Graph, rails::Rails};

/// Suffixes stand below each other as long as what is left of them is no wider than this.
const ALIGNED_WIDTH: usize = 88;

impl Graph {
    /// Draws revisions, newest at the top: rails as in `git log --graph`, name, what is special about it, its area, and
    /// a suffix of the caller's (when it was applied, or that it is pending).
    ///
    /// Takes positions in any order; [`Graph::order`] draws everything. Rails lead only to parents that are drawn.
    pub fn draw(&self, revisions: &[usize], suffix: impl Fn(usize) -> String) -> String {
        let mut drawn = vec![false; self.len()];
        for &position in revisions {
            drawn[position] = true;
        }
        let mut rails = Rails::default();
        let mut rows = Vec::with_capacity(revisions.len());
        for &position in self.order.iter().rev().filter(|&&position| drawn[position]) {
            let parents: Vec<usize> = self.parents(position).iter().copied().filter(|&parent| drawn[parent]).collect();
            rows.extend(rails.gap(position).map(|line| (line, String::new())));
            let (line, column) = rails.revision(position);
            let left = format!("{line} {}", self.described(position));
            rows.push((left, suffix(position)));
            rows.extend(rails.below(column, &parents).into_iter().map(|line| (line, String::new())));
        }
        aligned(&rows)
    }

    /// Name, labels and area of a revision, as `history` and `heads` print them.
    pub fn described(&self, position: usize) -> String {
        let node = self.node(position);
        let labels = [
            (self.is_head(position), " (head)"),
            (self.is_branch_point(position), " (branch)"),
            (self.is_merge(position), " (merge)"),
            (self.is_base(position), " (base)"),
        ];
        let mut text = node.name.clone();
        text.extend(labels.into_iter().filter(|(applies, _)| *applies).map(|(_, label)| label));
        if let Some(area) = &node.area {
            text.extend([" [", area, "]"]);
        }
        if !node.depends_on.is_empty() {
            // Rails do not show them.
            text.extend([" (needs ", &node.depends_on.join(", "), ")"]);
        }
        text
    }
}

fn aligned(rows: &[(String, String)]) -> String {
    let widths = rows.iter().filter(|(_, suffix)| !suffix.is_empty()).map(|(left, _)| left.chars().count());
    let width = widths.filter(|&width| width <= ALIGNED_WIDTH).max().unwrap_or(0);
    let mut text = String::new();
    for (left, suffix) in rows {
        text.push_str(left);
        if !suffix.is_empty() {
            let blanks = width.saturating_sub(left.chars().count()) + 2;
            text.extend(std::iter::repeat_n(' ', blanks));
            text.push_str(suffix);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::graph::{Graph, Node};

    fn drawing(edges: &[(&str, &[&str])]) -> String {
        let nodes = edges.iter().map(|(name, parents)| Node::following(*name, parents.iter().copied())).collect();
        let graph = Graph::new(nodes).unwrap();
        graph.draw(graph.order(), |_| String::new())
    }

    /// A drawing without the blanks at the beginning of this file's lines.
    fn lines(text: &str) -> String {
        text.lines().skip(1).map(|line| line.strip_prefix("            ").unwrap_or("").to_owned() + "\n").collect()
    }

    #[test]
    fn a_line_is_plain() {
        let graph = Graph::new(vec![
            Node::root("m1_create_alarms").area("alarms"),
            Node::following("m2_add_origin", ["m1_create_alarms"]),
            Node::following("m3_index", ["m2_add_origin"]).depends_on(["m1_create_alarms"]),
        ])
        .unwrap();
        let suffix = |position| if position == 2 { "pending" } else { "2026-11-01" }.to_owned();
        let expected = lines(
            "
            * m3_index (head) (needs m1_create_alarms)  pending
            * m2_add_origin                             2026-11-01
            * m1_create_alarms (base) [alarms]          2026-11-01",
        );
        assert_eq!(graph.draw(graph.order(), suffix), expected);
        assert_eq!(graph.draw(&[1], |_| String::new()), "* m2_add_origin\n");
        assert_eq!(graph.draw(&[], |_| String::new()), "");
    }

    #[test]
    fn branches_part_and_meet() {
        let expected = lines(
            "
            * e (head)
            * d (merge)
            |\\
            | * c
            * | b
            |/
            * a (branch) (base)",
        );
        let drawn = drawing(&[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"]), ("e", &["d"])]);
        assert_eq!(drawn, expected);
    }

    #[test]
    fn merges_cross() {
        let expected = lines(
            "
            * f (head) (merge)
            |\\
            | * e (merge)
            | |\\
            * | | d (merge)
            |\\ \\ \\
            | | |/
            | |/|
            | |/
            |/|
            | * c (branch)
            * | b (branch)
            |/
            * a (branch) (base)",
        );
        let edges: [(&str, &[&str]); 6] =
            [("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"]), ("e", &["b", "c"]), ("f", &["d", "e"])];
        assert_eq!(drawing(&edges), expected);
    }

    #[test]
    fn three_meet_in_one() {
        let expected = lines(
            "
            * e (head) (merge)
            |\\
            |\\ \\
            | | * d
            | * | c
            | |/
            * | b
            |/
            * a (branch) (base)",
        );
        let drawn = drawing(&[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["a"]), ("e", &["b", "c", "d"])]);
        assert_eq!(drawn, expected);
    }

    #[test]
    fn histories_side_by_side_stay_apart() {
        let expected = lines(
            "
            * x2 (head)
            | * a2 (head)
            * | x1 (base)
             /
            * a1 (base)

            * o (head) (base)",
        );
        let drawn = drawing(&[("o", &[]), ("a1", &[]), ("x1", &[]), ("a2", &["a1"]), ("x2", &["x1"])]);
        assert_eq!(drawn, expected);
    }
}
