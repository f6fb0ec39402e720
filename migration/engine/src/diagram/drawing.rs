//! What is drawn, whatever it shows: cards with lines of text, and links between them; and how large a card is.

use super::text::{shown, width};

/// Sizes of the fonts: of a card's name, of its rows, and of what is said below the name.
pub(super) const NAME: f64 = 13.0;
pub(super) const ROW: f64 = 12.0;
pub(super) const NOTE: f64 = 11.0;
/// Room between the border of a card and its text.
pub(super) const PADDING: f64 = 10.0;
/// Height of the line of a name, of a note, of a row.
pub(super) const NAME_LINE: f64 = 22.0;
pub(super) const NOTE_LINE: f64 = 14.0;
pub(super) const ROW_LINE: f64 = 16.0;
/// Room between the parts of a row.
const GAP: f64 = 14.0;

/// A picture before anything has its place.
pub(super) struct Drawing {
    pub title: String,
    pub cards: Vec<Card>,
    pub links: Vec<Link>,
    /// What the signs mean, line by line.
    pub legend: Vec<String>,
}

/// A box with a name and rows.
pub(super) struct Card {
    pub look: Look,
    /// The whole name.
    pub name: String,
    pub notes: Vec<String>,
    pub rows: Vec<Row>,
}

/// What a card is, which decides its colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Table,
    Hypertable,
    Aggregate,
    View,
    Enum,
    Revision,
    Head,
}

/// A row of a card: what is at its left, in the middle and at its right.
#[derive(Default)]
pub(super) struct Row {
    pub mark: String,
    pub name: String,
    pub detail: String,
}

/// A line from one card to another, which comes after it.
pub(super) struct Link {
    pub first: End,
    pub second: End,
    pub is_dashed: bool,
    /// What it means.
    pub about: String,
}

/// Where a line ends.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub card: usize,
    /// The row that it belongs to.
    pub row: Option<usize>,
    pub sign: Sign,
}

/// What is drawn at the end of a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    None,
    Arrow,
    /// Exactly one.
    One,
    /// None or one.
    Maybe,
    /// Any number.
    Many,
}

impl Card {
    /// A card, with texts that are not too long to be drawn.
    pub(super) fn new(look: Look, name: &str, notes: &[String], rows: Vec<Row>) -> Self {
        let row = |row: Row| Row { name: shown(&row.name, 40), detail: shown(&row.detail, 36), ..row };
        Self {
            look,
            name: name.to_owned(),
            notes: notes.iter().map(|note| shown(note, 60)).collect(),
            rows: rows.into_iter().map(row).collect(),
        }
    }

    /// The name as it is drawn.
    pub(super) fn title(&self) -> String {
        shown(&self.name, 48)
    }

    /// Where the names of the rows begin, from the left border.
    pub(super) fn names_from(&self) -> f64 {
        let marks = self.rows.iter().map(|row| width(&row.mark, NOTE)).fold(0.0, f64::max);
        if marks > 0.0 { PADDING + marks + GAP / 2.0 } else { PADDING }
    }

    pub(super) fn width(&self) -> f64 {
        let row = |row: &Row| {
            let detail = if row.detail.is_empty() { 0.0 } else { GAP + width(&row.detail, ROW) };
            self.names_from() + width(&row.name, ROW) + detail + PADDING
        };
        let notes = self.notes.iter().map(|note| width(note, NOTE) + 2.0 * PADDING);
        let lines = self.rows.iter().map(row).chain(notes);
        lines.fold(width(&self.title(), NAME) + 2.0 * PADDING, f64::max).ceil()
    }

    /// Height of what is above the rows.
    pub(super) fn head(&self) -> f64 {
        let notes = u32::try_from(self.notes.len()).unwrap_or(u32::MAX);
        let below = if notes > 0 { 5.0 } else { 2.0 };
        NAME_LINE + f64::from(notes) * NOTE_LINE + below
    }

    pub(super) fn height(&self) -> f64 {
        if self.rows.is_empty() { self.head() } else { self.row_top(self.rows.len()) + 4.0 }
    }

    /// Where a row begins, from the upper border.
    pub(super) fn row_top(&self, row: usize) -> f64 {
        self.head() + 4.0 + f64::from(u32::try_from(row).unwrap_or(u32::MAX)) * ROW_LINE
    }
}
