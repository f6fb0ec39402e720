//! The lines beside the revisions, as `git log --graph` draws them: newest at the top, one rail for every revision that
//! is still to come and has a child above.

/// The rails between one revision and the next. Column N is drawn at character 2N.
#[derive(Default)]
pub(super) struct Rails {
    /// For every column the revision its rail leads to; never the same one twice.
    columns: Vec<usize>,
    /// Whether the rightmost rail ended at the revision above: a new one would take its column.
    ended: bool,
}

impl Rails {
    /// A line to put before a revision that would otherwise stand right below one that it has nothing to do with.
    pub(super) fn gap(&self, revision: usize) -> Option<String> {
        let apart = self.ended && self.column_of(revision).is_none();
        apart.then(|| Line::rails(0..self.columns.len()).text())
    }

    /// The rails on a revision's own line, and its column.
    pub(super) fn revision(&mut self, revision: usize) -> (String, usize) {
        let column = self.column_of(revision).unwrap_or_else(|| {
            self.columns.push(revision);
            self.columns.len() - 1
        });
        let mut line = Line::rails(0..self.columns.len());
        line.put(2 * column, '*');
        (line.text(), column)
    }

    /// The lines below a revision, where its rail parts, joins another or ends.
    pub(super) fn below(&mut self, column: usize, parents: &[usize]) -> Vec<String> {
        let mut lines = Vec::new();
        self.ended = false;
        let Some((&first, others)) = parents.split_first() else {
            self.end(column, &mut lines);
            return lines;
        };
        for &parent in others.iter().rev() {
            self.part(column, parent, &mut lines);
        }
        let same = self.column_of(first);
        self.columns[column] = first;
        if let Some(same) = same.filter(|&same| same != column) {
            self.join(column.max(same), column.min(same), &mut lines);
        }
        lines
    }

    fn column_of(&self, revision: usize) -> Option<usize> {
        self.columns.iter().position(|&awaited| awaited == revision)
    }

    /// The rail ends; those right of it move in.
    fn end(&mut self, column: usize, lines: &mut Vec<String>) {
        let right = column + 1..self.columns.len();
        self.columns.remove(column);
        self.ended = right.is_empty();
        if !self.ended {
            let mut line = Line::rails(0..column);
            line.move_left(right);
            lines.push(line.text());
        }
    }

    /// A second rail leaves the column for another parent.
    fn part(&mut self, column: usize, parent: usize, lines: &mut Vec<String>) {
        match self.column_of(parent) {
            Some(left) if left < column => self.cross(column, left, true, lines),
            Some(right) if right == column + 1 => {
                let mut line = Line::rails(0..self.columns.len());
                line.put(2 * column + 1, '\\');
                lines.push(line.text());
            }
            same => {
                let mut line = Line::rails(0..=column);
                line.move_right(column..self.columns.len());
                lines.push(line.text());
                self.columns.insert(column + 1, parent);
                if let Some(right) = same {
                    self.join(right + 1, column + 1, lines);
                }
            }
        }
    }

    /// Two rails that lead to the same revision become the left one.
    fn join(&mut self, from: usize, into: usize, lines: &mut Vec<String>) {
        self.cross(from, into, false, lines);
    }

    /// A line from a column to one left of it, across those between; the column itself goes on if it is kept.
    fn cross(&mut self, from: usize, into: usize, keep: bool, lines: &mut Vec<String>) {
        let count = self.columns.len();
        let mut line = Line::rails(0..if keep { count } else { from });
        line.put(2 * from - 1, '/');
        if !keep {
            line.move_left(from + 1..count);
            self.columns.remove(from);
        }
        for between in into + 1..from - 1 {
            line.put(2 * between + 1, '_');
        }
        lines.push(line.text());
        if into + 1 < from {
            let mut line = Line::rails(0..self.columns.len());
            line.put(2 * into + 1, '/');
            lines.push(line.text());
        }
    }
}

/// One line of rails under construction.
struct Line(Vec<char>);

impl Line {
    /// Straight rails in these columns.
    fn rails(columns: impl IntoIterator<Item = usize>) -> Self {
        let mut line = Self(Vec::new());
        columns.into_iter().for_each(|column| line.put(2 * column, '|'));
        line
    }

    /// Rails in these columns go one column to the left.
    fn move_left(&mut self, columns: impl IntoIterator<Item = usize>) {
        columns.into_iter().for_each(|column| self.put(2 * column - 1, '/'));
    }

    /// Rails in these columns go one column to the right.
    fn move_right(&mut self, columns: impl IntoIterator<Item = usize>) {
        columns.into_iter().for_each(|column| self.put(2 * column + 1, '\\'));
    }

    fn put(&mut self, place: usize, character: char) {
        if self.0.len() <= place {
            self.0.resize(place + 1, ' ');
        }
        self.0[place] = character;
    }

    fn text(self) -> String {
        self.0.into_iter().collect()
    }
}
