//! How one object differs, for machines and for people.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use similar::TextDiff;

use super::{Kind, position, without_position};
use crate::sql::line::shorten;

/// Longer definitions are shown line by line.
const LONGEST: usize = 100;

/// How one object differs between two catalogues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// The object's kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The table it belongs to, for the objects that belong to one.
    pub table: Option<String>,
    /// Definition on the expected side, if it is there.
    pub expected: Option<String>,
    /// Definition on the live side, if it is there.
    pub live: Option<String>,
    /// What belongs to a table or view that only one side has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub parts: Vec<Part>,
}

/// What belongs to a table or view that only one side has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Part {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

/// What the live schema is compared with, which decides the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// What the revisions make.
    WithRevisions,
    /// What it was before.
    WithBefore,
}

impl Difference {
    /// Whether only one side has the object.
    pub fn is_one_sided(&self) -> bool {
        self.expected.is_some() != self.live.is_some()
    }

    /// Whether it is a column that stands elsewhere, and nothing else. No failure: a column that `down` adds back stands
    /// last, and no server can put it elsewhere.
    pub fn is_position(&self) -> bool {
        self.kind == Kind::Column
            && matches!((&self.expected, &self.live), (Some(expected), Some(live))
                if without_position(expected) == without_position(live))
    }

    /// What is said behind kind and name. Between long definitions it is a unified diff on lines of its own.
    pub fn told(&self, comparison: Comparison) -> String {
        let said = |definition: &str| match shorten(self.shown(definition)) {
            definition if definition.is_empty() => self.with_parts(),
            definition => format!("{}: {definition}", self.with_parts()),
        };
        match (&self.expected, &self.live, comparison) {
            (Some(expected), Some(live), _) if self.is_position() => {
                format!(" stands {} instead of {}", ordinal(position(live)), ordinal(position(expected)))
            }
            (Some(expected), Some(live), _) => changed(self.shown(expected), self.shown(live), comparison),
            (Some(expected), None, Comparison::WithRevisions) => {
                format!(" is missing from the database{}", said(expected))
            }
            (Some(expected), None, Comparison::WithBefore) => format!(" is gone{}", said(expected)),
            (None, Some(live), Comparison::WithRevisions) => format!(" is not expected{}", said(live)),
            (None, Some(live), Comparison::WithBefore) => format!(" is left{}", said(live)),
            (None, None, _) => String::new(),
        }
    }

    /// The definition as people read it.
    fn shown<'d>(&self, definition: &'d str) -> &'d str {
        if self.kind == Kind::Column { without_position(definition) } else { definition }
    }

    /// What is missing or new with it, by kind.
    fn with_parts(&self) -> String {
        let kinds = self.parts.chunk_by(|one, next| one.kind == next.kind);
        let counts: Vec<String> =
            kinds.map(|parts| format!("{} {}", parts.len(), parts[0].kind.noun(parts.len()))).collect();
        if counts.is_empty() { String::new() } else { format!(", with {}", counts.join(", ")) }
    }
}

/// Compared with what the revisions make.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.kind, self.name, self.told(Comparison::WithRevisions))
    }
}

/// Both definitions: on the line, or when they are long as a unified diff below it.
fn changed(expected: &str, live: &str, comparison: Comparison) -> String {
    let is_long = |definition: &str| definition.contains('\n') || definition.chars().count() > LONGEST;
    let is_diff = is_long(expected) || is_long(live);
    let or_nothing = |definition: &str, mark: &'static str| match definition {
        _ if is_diff => mark.to_owned(),
        "" => "nothing".to_owned(),
        definition => definition.to_owned(),
    };
    let (was, is) = (or_nothing(expected, "-"), or_nothing(live, "+"));
    let words = match comparison {
        Comparison::WithRevisions => format!(": expected {was}, the database has {is}"),
        Comparison::WithBefore => format!(" is {is} and was {was}"),
    };
    if !is_diff {
        return words;
    }
    let (expected, live) = (in_lines(expected), in_lines(live));
    let diff = TextDiff::from_lines(&expected, &live);
    format!("{words}\n{}", diff.unified_diff()).trim_end().to_owned()
}

/// A long definition that the server gives on one line is broken at its commas.
fn in_lines(definition: &str) -> String {
    let definition = definition.trim_end();
    if definition.contains('\n') { format!("{definition}\n") } else { format!("{}\n", definition.replace(", ", ",\n")) }
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(expected: &str, live: &str) -> Difference {
        Difference {
            kind: Kind::Function,
            name: "touch()".to_owned(),
            table: None,
            expected: Some(expected.to_owned()),
            live: Some(live.to_owned()),
            parts: Vec::new(),
        }
    }

    #[test]
    fn long_definitions_differ_line_by_line() {
        let several = function("CREATE FUNCTION touch()\nAS $$\nold\n$$", "CREATE FUNCTION touch()\nAS $$\nnew\n$$");
        assert_eq!(
            several.to_string(),
            "function touch(): expected -, the database has +\n@@ -1,4 +1,4 @@\n CREATE FUNCTION touch()\n AS $$\n-old\n+new\n $$"
        );
        assert!(several.told(Comparison::WithBefore).starts_with(" is + and was -\n@@"));
        let columns = (1..40).map(|number| format!("c{number}")).collect::<Vec<_>>().join(", ");
        let one = function(&format!("SELECT {columns}"), &format!("SELECT {}", columns.replace("c20", "x")));
        assert_eq!(one.to_string().lines().filter(|line| line.starts_with(['-', '+'])).count(), 2, "{one}");
    }

    #[test]
    fn numbers_have_endings() {
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 13th 21st 112th"
        );
    }
}
