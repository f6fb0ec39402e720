//! A drawing is read back: its rails have to lead from every revision to exactly its parents.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::any_state;

/// The characters of a drawing, and where its rails lead.
struct Drawing<'a> {
    lines: Vec<&'a [u8]>,
}

impl<'a> Drawing<'a> {
    fn of(text: &'a str) -> Self {
        Self { lines: text.lines().map(str::as_bytes).collect() }
    }

    /// The character at a place. Only rails count: what follows the star of a line and a blank is the name.
    fn at(&self, (row, column): (usize, usize)) -> u8 {
        let Some(line) = self.lines.get(row) else { return b' ' };
        let name = line.iter().position(u8::is_ascii_lowercase).unwrap_or(line.len());
        if column < name { line[column] } else { b' ' }
    }

    /// The stars that the rails below a place lead to.
    fn below(&self, (row, column): (usize, usize)) -> Vec<(usize, usize)> {
        let mut ends = Vec::new();
        let next = row + 1;
        match self.at((next, column)) {
            b'*' => ends.push((next, column)),
            b'|' => ends.extend(self.below((next, column))),
            _ => {}
        }
        if self.at((next, column + 1)) == b'\\' {
            ends.extend(self.below((next, column + 2)));
        }
        // What comes down across this rail from further right is not its own, if it has a way straight down.
        let straight = matches!(self.at((next, column)), b'|' | b'*') && self.at((row, column)) == b'|';
        let crossed = straight && matches!(self.at((row, column + 1)), b'/' | b'_');
        if column > 0 && self.at((next, column - 1)) == b'/' && !crossed {
            ends.extend(self.leftwards((next, column - 1)));
        }
        ends
    }

    /// Follows a `/`, across other rails as far as the underscores and the `/` in the next line go.
    fn leftwards(&self, (row, slash): (usize, usize)) -> Vec<(usize, usize)> {
        let mut across = slash;
        while across >= 2 && self.at((row, across - 2)) == b'_' {
            across -= 2;
        }
        let crosses = self.at((row, across - 1)) == b'|' && across >= 2 && self.at((row + 1, across - 2)) == b'/';
        let to = if crosses { across - 3 } else { across - 1 };
        self.below((row + usize::from(crosses), to))
    }

    fn name_at(&self, (row, _): (usize, usize)) -> &'a str {
        let line = std::str::from_utf8(self.lines[row]).unwrap();
        line.trim_start_matches(['|', '*', ' ']).split(' ').next().unwrap_or_default()
    }

    fn stars(&self) -> Vec<(usize, usize)> {
        (0..self.lines.len())
            .filter_map(|row| self.lines[row].iter().position(|&byte| byte == b'*').map(|column| (row, column)))
            .collect()
    }
}

proptest! {
    #[test]
    fn names_every_revision_once_newest_first((graph, drawn, _) in any_state()) {
        let positions: Vec<usize> = (0..graph.len()).filter(|&position| drawn[position]).collect();
        let text = graph.draw(&positions, |position| format!("#{position}"));
        let drawing = Drawing::of(&text);
        let named: Vec<&str> = drawing.stars().into_iter().map(|star| drawing.name_at(star)).collect();
        let newest_first = graph.order().iter().rev().filter(|&&position| drawn[position]);
        prop_assert_eq!(named, newest_first.map(|&position| graph.name(position)).collect::<Vec<_>>());
        prop_assert!(text.lines().all(|line| line == line.trim_end()), "{}", text);
    }

    #[test]
    fn rails_lead_to_the_parents((graph, drawn, _) in any_state()) {
        let positions: Vec<usize> = (0..graph.len()).filter(|&position| drawn[position]).collect();
        let text = graph.draw(&positions, |_| String::new());
        let drawing = Drawing::of(&text);
        for star in drawing.stars() {
            let led_to: BTreeSet<&str> = drawing.below(star).into_iter().map(|end| drawing.name_at(end)).collect();
            let position = graph.position(drawing.name_at(star)).unwrap();
            let parents = graph.parents(position).iter().filter(|&&parent| drawn[parent]);
            let parents: BTreeSet<&str> = parents.map(|&parent| graph.name(parent)).collect();
            prop_assert_eq!(led_to, parents, "below {} in\n{}", drawing.name_at(star), text);
        }
    }
}
