//! Columns for people: as wide as their widest cell, numbers on the right.

/// A cell without an answer.
pub(super) const NOTHING: &str = "-";

/// Rows under a header.
pub(super) struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns; those that begin with `>` are flush right.
    pub(super) fn of(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), rows: Vec::new() }
    }

    /// Adds a row, one cell a column.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The text, each line behind two spaces. A column in which no row has anything to say is left out.
    pub(super) fn text(&self) -> String {
        let silent = |column: usize| self.rows.iter().all(|row| row.get(column).is_some_and(|cell| cell == NOTHING));
        let silent: Vec<bool> = (0..self.header.len()).map(|column| !self.rows.is_empty() && silent(column)).collect();
        let titles = self.header.iter().map(|title| title.trim_start_matches('>').to_owned()).collect();
        let lines: Vec<&Vec<String>> = std::iter::once(&titles).chain(&self.rows).collect();
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let line =
            |cells: &Vec<String>| {
                let shown = cells.iter().zip(&widths).zip(&self.header).zip(&silent).filter(|(_, silent)| !**silent);
                let padded = shown.map(|(((cell, &width), title), _)| {
                    if title.starts_with('>') { format!("{cell:>width$}") } else { format!("{cell:width$}") }
                });
                format!("  {}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
            };
        lines.into_iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_an_answer_are_left_out() {
        let mut table = Table::of(&["name", ">dead", "since"]);
        table.row(["a", "-", "-"].map(str::to_owned));
        table.row(["b", "-", "now"].map(str::to_owned));
        assert_eq!(table.text(), "  name  since\n  a     -\n  b     now\n");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::of(&["name", ">rows", "since"]);
        table.row(["übergroß", "1,000", "now"].map(str::to_owned));
        table.row(["a", "2", ""].map(str::to_owned));
        assert_eq!(table.text(), "  name       rows  since\n  übergroß  1,000  now\n  a             2\n");
    }
}
