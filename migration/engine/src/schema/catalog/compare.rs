//! Two catalogues compared, object by object.

use std::collections::{BTreeMap, BTreeSet};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Catalog, Difference, Kind, Object, Part, position, without_position};

type Key<'a> = (Kind, Option<&'a str>, &'a str);

impl Catalog {
    /// Every object that differs from `expected` (this catalogue is the live one), in catalogue order.
    ///
    /// What belongs to a table or view that is missing is part of that one difference. A column that stands elsewhere only
    /// because one before it is missing or new does not differ.
    pub fn diff(&self, expected: &Self) -> Vec<Difference> {
        let (live, wanted) = (self.by_key(), expected.by_key());
        let moved = moved_columns(expected, self);
        let keys: BTreeSet<Key<'_>> = live.keys().chain(wanted.keys()).copied().collect();
        let differing = keys.into_iter().filter_map(|key| {
            let (expected, live) = (wanted.get(&key).copied(), live.get(&key).copied());
            let same = match (expected, live) {
                (Some(expected), Some(live))
                    if key.0 == Kind::Column && !moved.contains(&(key.1.unwrap_or_default(), key.2)) =>
                {
                    without_position(&expected.definition) == without_position(&live.definition)
                }
                (Some(expected), Some(live)) => expected.definition == live.definition,
                _ => false,
            };
            let object = live.or(expected).filter(|_| !same)?;
            Some(Difference {
                kind: object.kind,
                name: object.name.clone(),
                table: object.table.clone(),
                expected: expected.map(|object| object.definition.clone()),
                live: live.map(|object| object.definition.clone()),
                parts: Vec::new(),
            })
        });
        with_parts(differing.collect())
    }

    fn by_key(&self) -> BTreeMap<Key<'_>, &Object> {
        // A column `b.c` of the table `a` and `c` of `a.b` are named alike; a sequence may change its table.
        let keyed = self.objects.iter().map(|object| {
            let table = object.table.as_deref().filter(|table| object.name.starts_with(&format!("{table}.")));
            ((object.kind, table, object.name.as_str()), object)
        });
        keyed.collect()
    }

    /// The columns of each table, in their order.
    fn columns(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut columns: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
        for column in self.objects.iter().filter(|object| object.kind == Kind::Column) {
            columns.entry(column.table.as_deref().unwrap_or_default()).or_default().push(column);
        }
        let in_order = columns.into_iter().map(|(table, mut columns)| {
            columns.sort_by_key(|column| position(&column.definition));
            (table, columns.into_iter().map(|column| column.name.as_str()).collect())
        });
        in_order.collect()
    }
}

/// The fewest columns that stand elsewhere among the others.
fn moved_columns<'a>(expected: &'a Catalog, live: &'a Catalog) -> BTreeSet<(&'a str, &'a str)> {
    let (expected, live) = (expected.columns(), live.columns());
    let both = expected.iter().filter_map(|(table, expected)| Some((*table, expected, live.get(table)?)));
    let moved = both.flat_map(|(table, expected, live)| {
        let changes = capture_diff_slices(Algorithm::Myers, live, expected);
        let stay: BTreeSet<usize> = changes
            .iter()
            .filter(|change| matches!(change, DiffOp::Equal { .. }))
            .flat_map(DiffOp::new_range)
            .collect();
        let moved = expected.iter().enumerate().filter(|(at, name)| !stay.contains(at) && live.contains(name));
        moved.map(|(_, name)| (table, *name)).collect::<Vec<_>>()
    });
    moved.collect()
}

/// Puts what belongs to a missing table or view into its difference.
fn with_parts(differences: Vec<Difference>) -> Vec<Difference> {
    let is_whole = |one: &Difference| matches!(one.kind, Kind::Table | Kind::View) && one.is_one_sided();
    let (mut wholes, others): (Vec<_>, Vec<_>) = differences.into_iter().partition(is_whole);
    let mut rest = Vec::new();
    for one in others {
        let whole = wholes.iter_mut().find(|whole| {
            one.is_one_sided()
                && one.table.as_ref() == Some(&whole.name)
                && one.expected.is_some() == whole.expected.is_some()
        });
        match whole {
            Some(whole) => whole.parts.push(Part { kind: one.kind, name: one.name }),
            None => rest.push(one),
        }
    }
    rest.append(&mut wholes);
    rest.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::catalog::Comparison;

    /// What belongs to a table is named `table.object`.
    fn catalog(objects: &[(Kind, &str, &str)]) -> Catalog {
        let objects = objects.iter().map(|(kind, name, definition)| Object {
            kind: *kind,
            name: (*name).to_owned(),
            table: Some(name.split('.').next().unwrap_or_default().to_owned()),
            definition: (*definition).to_owned(),
        });
        Catalog { objects: objects.collect() }
    }

    fn table(columns: &[&str]) -> Catalog {
        let definitions: Vec<(String, String)> =
            columns.iter().zip(1..).map(|(name, at)| (format!("a.{name}"), format!("{at} text"))).collect();
        let mut objects = vec![(Kind::Table, "a", "")];
        objects.extend(definitions.iter().map(|(name, text)| (Kind::Column, name.as_str(), text.as_str())));
        catalog(&objects)
    }

    fn lines(live: &Catalog, expected: &Catalog) -> Vec<String> {
        live.diff(expected).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn differences_say_which_side_has_what() {
        let expected = catalog(&[(Kind::Column, "a.x", "1 integer"), (Kind::Index, "i", "CREATE INDEX i")]);
        let live = catalog(&[(Kind::Column, "a.x", "1 text"), (Kind::Enum, "e", "CREATE TYPE e")]);
        assert_eq!(
            lines(&live, &expected),
            [
                "enum e is not expected: CREATE TYPE e",
                "column a.x: expected integer, the database has text",
                "index i is missing from the database: CREATE INDEX i",
            ]
        );
        assert_ne!(expected.fingerprint(), live.fingerprint());
        assert!(live.diff(&live.clone()).is_empty());
    }

    #[test]
    fn a_missing_table_is_one_difference() {
        let none = catalog(&[]);
        let some = catalog(&[
            (Kind::Table, "a", ""),
            (Kind::Column, "a.x", "1 text"),
            (Kind::Column, "a.y", "2 text"),
            (Kind::PrimaryKey, "a", "PRIMARY KEY (x)"),
            (Kind::Index, "a.i", "INDEX (y)"),
            (Kind::View, "v", "CREATE VIEW v AS SELECT x FROM a"),
            (Kind::Comment, "v", "COMMENT IS 'x'"),
        ]);
        let of = |comparison: Comparison, live: &Catalog, expected: &Catalog| -> Vec<String> {
            live.diff(expected).iter().map(|one| format!("{}{}", one.name, one.told(comparison))).collect()
        };
        assert_eq!(
            of(Comparison::WithRevisions, &none, &some),
            [
                "a is missing from the database, with 2 columns, 1 primary key, 1 index",
                "v is missing from the database, with 1 comment: CREATE VIEW v AS SELECT x FROM a",
            ]
        );
        assert!(
            of(Comparison::WithBefore, &some, &none)[0].ends_with("is left, with 2 columns, 1 primary key, 1 index")
        );
        assert_eq!(some.diff(&none)[0].parts[0], Part { kind: Kind::Column, name: "a.x".to_owned() });
    }

    #[test]
    fn position_alone_is_said_as_a_position() {
        let at_the_end = lines(&table(&["a", "c", "d", "b"]), &table(&["a", "b", "c", "d"]));
        assert_eq!(at_the_end, ["column a.b stands 4th instead of 2nd"]);
        let moved = &table(&["a", "c", "d", "b"]).diff(&table(&["a", "b", "c", "d"]))[0];
        assert!(moved.is_position());
        let swapped = lines(&table(&["a", "c", "b"]), &table(&["a", "b", "c"]));
        assert_eq!(swapped, ["column a.b stands 3rd instead of 2nd"], "as a column that was dropped and added");
        // Those behind a column that is missing or new stand where they should.
        assert_eq!(
            lines(&table(&["a", "c", "d"]), &table(&["a", "b", "c", "d"])),
            ["column a.b is missing from the database: text"]
        );
        assert_eq!(lines(&table(&["x", "a", "b"]), &table(&["a", "b"])), ["column a.x is not expected: text"]);
    }
}
