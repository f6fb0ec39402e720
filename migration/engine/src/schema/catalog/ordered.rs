//! Statements in an order that works, from what needs what.

use std::collections::{BTreeMap, BTreeSet};

use super::Kind;

/// Places, and those that each needs.
pub(super) type Needs = BTreeMap<String, BTreeSet<String>>;

/// What a server says of something that a statement makes, see `postgres.rs`.
pub(super) struct Made {
    pub(super) kind: Kind,
    /// Where it stands among others, unless something needs it earlier or it needs something.
    pub(super) rank: usize,
    /// Of a column in its table.
    pub(super) position: u32,
    pub(super) name: String,
    pub(super) table: Option<String>,
    pub(super) place: Option<String>,
    pub(super) sql: Option<String>,
    pub(super) late: Option<String>,
    pub(super) needs: BTreeSet<String>,
}

/// A statement, or a table with its parts.
struct Node {
    rank: (usize, String),
    places: Vec<String>,
    needs: BTreeSet<String>,
    sql: String,
    /// Behind the columns of a table.
    behind: Option<String>,
    parts: Vec<Part>,
}

/// A column, default or constraint.
struct Part {
    /// Of the column: a default stands with it.
    column: Option<String>,
    place: Option<String>,
    needs: BTreeSet<String>,
    inline: Option<String>,
    late: Option<String>,
}

/// The statements, each behind those that make what it needs. Where two need each other, a default or a constraint of one
/// is added later.
pub(super) fn in_order(mut made: Vec<Made>, mut needs: Needs) -> Vec<String> {
    made.sort_by(|one, other| (one.rank, one.position, &one.name).cmp(&(other.rank, other.position, &other.name)));
    let mut nodes: Vec<Node> = Vec::new();
    let mut parts: BTreeMap<String, Vec<Made>> = BTreeMap::new();
    for one in made {
        if matches!(one.kind, Kind::Column | Kind::PrimaryKey | Kind::Constraint) {
            parts.entry(one.table.clone().unwrap_or_default()).or_default().push(one);
        } else if let Some(sql) = one.sql {
            let mut needed = one.needs;
            needed.extend(one.place.as_ref().and_then(|place| needs.remove(place)).unwrap_or_default());
            let behind = if one.kind == Kind::Table { one.late } else { None };
            nodes.push(Node {
                rank: (one.rank, one.name),
                places: one.place.into_iter().collect(),
                needs: needed,
                sql,
                behind,
                parts: Vec::new(),
            });
        }
    }
    for node in nodes.iter_mut().filter(|node| node.behind.is_some()) {
        let of_table = parts.remove(&node.rank.1).unwrap_or_default();
        node.parts = of_table.into_iter().map(|part| to_part(part, &node.places, &mut needs)).collect();
        // A key of the table to itself is there with it.
        let own: BTreeSet<String> = node.parts.iter().filter_map(|part| part.place.clone()).collect();
        for part in &mut node.parts {
            part.needs.retain(|place| !own.contains(place));
        }
    }
    let mut known: BTreeSet<String> = nodes.iter().flat_map(|node| node.places.iter().cloned()).collect();
    known.extend(nodes.iter().flat_map(|node| &node.parts).filter_map(|part| part.place.clone()));
    for node in &mut nodes {
        node.needs.retain(|place| known.contains(place) && !node.places.contains(place));
    }
    nodes.sort_by(|one, other| one.rank.cmp(&other.rank));
    let (mut statements, mut there) = (Vec::new(), BTreeSet::new());
    while !nodes.is_empty() {
        let has = |needs: &BTreeSet<String>| needs.iter().all(|place| there.contains(place) || !known.contains(place));
        let is_ready = |node: &Node| has(&node.needs);
        let is_whole = |node: &Node| is_ready(node) && node.parts.iter().all(|part| has(&part.needs));
        // What needs itself in a circle is given as it is: the client says what is wrong with it.
        let next = nodes.iter().position(is_whole).or_else(|| nodes.iter().position(is_ready)).unwrap_or(0);
        let mut node = nodes.remove(next);
        let (now, later): (Vec<Part>, Vec<Part>) =
            std::mem::take(&mut node.parts).into_iter().partition(|part| has(&part.needs) && part.inline.is_some());
        statements.push(match &node.behind {
            Some(behind) => table(&node.sql, &now, behind),
            None => node.sql,
        });
        there.extend(node.places);
        there.extend(now.into_iter().filter_map(|part| part.place));
        for part in later {
            let Some(sql) = part.late else { continue };
            let at = nodes.partition_point(|other| other.rank < node.rank);
            let places = part.place.into_iter().collect();
            let rank = node.rank.clone();
            nodes.insert(at, Node { rank, places, needs: part.needs, sql, behind: None, parts: Vec::new() });
        }
    }
    statements
}

fn to_part(part: Made, table: &[String], needs: &mut Needs) -> Part {
    // A column has the place of its table.
    let place = part.place.filter(|place| !table.contains(place));
    let mut needed = place.as_ref().and_then(|place| needs.remove(place)).unwrap_or_default();
    needed.retain(|place| !table.contains(place));
    let column = (part.kind == Kind::Column).then_some(part.name);
    Part { column, place, needs: needed, inline: part.sql, late: part.late }
}

fn table(head: &str, parts: &[Part], behind: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let is_default = |part: &&Part| part.place.is_some();
    let (constraints, columns): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.column.is_none());
    let (defaults, columns): (Vec<&Part>, Vec<&Part>) = columns.into_iter().partition(is_default);
    for column in columns {
        let default = defaults.iter().find(|default| default.column == column.column);
        let inline = |part: &Part| part.inline.clone().unwrap_or_default();
        lines.push(inline(column) + &default.map(|default| inline(default)).unwrap_or_default());
    }
    lines.extend(constraints.iter().filter_map(|constraint| constraint.inline.clone()));
    if lines.is_empty() {
        return format!("{head} (){behind}");
    }
    format!("{head} (\n    {}\n){behind}", lines.join(",\n    "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(kind: Kind, rank: usize, name: &str, sql: &str) -> Made {
        let (table, place) = (name.split('.').next().map(str::to_owned), Some(name.to_owned()));
        let late = Some(format!("LATE {sql}")).filter(|_| kind != Kind::Table).or(Some(String::new()));
        Made {
            kind,
            rank,
            position: 0,
            name: name.to_owned(),
            table,
            place,
            sql: Some(sql.to_owned()),
            late,
            needs: BTreeSet::new(),
        }
    }

    fn needs(pairs: &[(&str, &str)]) -> Needs {
        let mut needs = Needs::new();
        for (one, other) in pairs {
            needs.entry((*one).to_owned()).or_default().insert((*other).to_owned());
        }
        needs
    }

    #[test]
    fn what_is_needed_comes_first_and_a_circle_is_cut() {
        let all = vec![
            made(Kind::Table, 2, "a", "TABLE a"),
            made(Kind::Constraint, 3, "a.b", "FOREIGN KEY b"),
            made(Kind::Table, 2, "b", "TABLE b"),
            made(Kind::Constraint, 3, "b.a", "FOREIGN KEY a"),
            made(Kind::View, 1, "v", "VIEW v"),
            made(Kind::Function, 4, "f", "FUNCTION f"),
        ];
        let needed = needs(&[("a.b", "b"), ("b.a", "a"), ("v", "f"), ("a.b", "a"), ("f", "of an extension")]);
        assert_eq!(
            in_order(all, needed),
            ["FUNCTION f", "VIEW v", "TABLE a ()", "TABLE b (\n    FOREIGN KEY a\n)", "LATE FOREIGN KEY b"]
        );
    }
}
