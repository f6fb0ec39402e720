//! Differences between schemas, for people: grouped by kind, and which of them to look at first.

use super::text::each;
use crate::schema::catalog::{Comparison, Difference};

/// A heading for each kind, behind `before`, and its differences below.
pub(in crate::cli) fn grouped(differences: &[&Difference], comparison: Comparison, before: &str) -> String {
    let kinds: Vec<&[&Difference]> = differences.chunk_by(|one, next| one.kind == next.kind).collect();
    each(&kinds, |of_kind| {
        let heading = format!("  {before}{}\n", of_kind[0].kind.noun(of_kind.len()));
        let line = |one: &&Difference| format!("{}{}\n", one.name, one.told(comparison));
        heading + &indented(&each(of_kind, line), "    ")
    })
}

/// The line that says what to look at first, where there are several: what is missing and most others name. Else the
/// first, as catalogues list first what others need.
pub(in crate::cli) fn look_first(differences: &[&Difference]) -> String {
    let [first, _, ..] = differences else { return String::new() };
    let missing = differences.iter().filter(|one| one.live.is_none());
    let named = missing.map(|one| (differences.iter().filter(|other| names(other, one)).count(), one));
    // `max_by_key` gives the last of those that are alike.
    let (count, root) = named.rev().max_by_key(|(count, _)| *count).unwrap_or((0, first));
    let why = match count {
        0 => String::new(),
        1 => ": one of the others names it".to_owned(),
        count => format!(": {count} of the others name it"),
    };
    format!("look first at {} {}{why}\n", root.kind, root.name)
}

/// Whether a difference is about something that names the object: of its table, or in its definition.
fn names(difference: &Difference, object: &Difference) -> bool {
    let own = object.table.as_deref().unwrap_or(&object.name);
    let name = object.name.strip_prefix(own).and_then(|rest| rest.strip_prefix('.')).unwrap_or(&object.name);
    let is_same_table = name == object.name || difference.table == object.table;
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let definition = difference.expected.as_deref().unwrap_or_default();
    let is_word =
        |at: usize| !definition[..at].ends_with(is_letter) && !definition[at + name.len()..].starts_with(is_letter);
    difference != object && is_same_table && definition.match_indices(name).any(|(at, _)| is_word(at))
}

/// Each line behind some spaces.
pub(in crate::cli) fn indented(text: &str, by: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    each(&lines, |line| format!("{by}{line}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::catalog::Kind;

    fn missing(kind: Kind, name: &str, table: Option<&str>, definition: &str) -> Difference {
        Difference {
            kind,
            name: name.to_owned(),
            table: table.map(str::to_owned),
            expected: Some(definition.to_owned()),
            live: None,
            parts: Vec::new(),
        }
    }

    #[test]
    fn what_most_others_name_is_looked_at_first() {
        let all = [
            missing(Kind::Column, "b.note", Some("b"), "3 text"),
            missing(Kind::Column, "b.owner", Some("b"), "4 integer"),
            missing(Kind::Constraint, "b.fk", Some("b"), "FOREIGN KEY (owner) REFERENCES owners(id)"),
            missing(Kind::Constraint, "c.fk", Some("c"), "FOREIGN KEY (owner) REFERENCES owners(id)"),
            missing(Kind::Index, "i", Some("b"), "CREATE INDEX i ON b (owner, owner_id)"),
        ];
        let looked = |differences: &[Difference]| look_first(&differences.iter().collect::<Vec<_>>());
        assert_eq!(looked(&all), "look first at column b.owner: 2 of the others name it\n");
        assert_eq!(looked(&all[..2]), "look first at column b.note\n");
        assert_eq!(looked(&all[..1]), "");
    }

    #[test]
    fn differences_are_grouped_by_kind() {
        let all = [
            missing(Kind::Column, "b.note", Some("b"), "3 text"),
            missing(Kind::Column, "b.owner", Some("b"), "4 integer"),
            missing(Kind::Index, "i", Some("b"), "CREATE INDEX i ON b (owner)"),
        ];
        let text = grouped(&all.iter().collect::<Vec<_>>(), Comparison::WithBefore, "after down, ");
        assert_eq!(
            text,
            "  after down, columns\n    b.note is gone: text\n    b.owner is gone: integer\n  \
             after down, index\n    i is gone: CREATE INDEX i ON b (owner)\n"
        );
    }
}
