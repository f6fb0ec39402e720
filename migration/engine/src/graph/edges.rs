//! Edges between positions, stored in two flat vectors so that ten thousand revisions cost two allocations.

/// For every position the positions it points to.
#[derive(Clone, Debug)]
pub(super) struct Edges {
    /// Where each position's targets begin in `targets`; one more entry than there are positions.
    starts: Vec<usize>,
    targets: Vec<usize>,
}

impl Edges {
    /// From `(from, to)` pairs; a position's targets keep the order of the pairs.
    pub(super) fn new(positions: usize, pairs: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut starts = vec![0; positions + 1];
        for (from, _) in pairs.clone() {
            starts[from + 1] += 1;
        }
        for position in 0..positions {
            starts[position + 1] += starts[position];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; starts[positions]];
        for (from, to) in pairs {
            targets[next[from]] = to;
            next[from] += 1;
        }
        Self { starts, targets }
    }

    pub(super) fn of(&self, position: usize) -> &[usize] {
        &self.targets[self.starts[position]..self.starts[position + 1]]
    }

    /// Marks everything that can be reached from some positions, themselves included.
    pub(super) fn reach(&self, from: &[usize]) -> Vec<bool> {
        let mut marked = vec![false; self.starts.len() - 1];
        let mut open = from.to_vec();
        while let Some(position) = open.pop() {
            if !std::mem::replace(&mut marked[position], true) {
                open.extend(self.of(position).iter().filter(|&&next| !marked[next]));
            }
        }
        marked
    }
}
