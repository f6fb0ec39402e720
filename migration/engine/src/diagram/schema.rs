//! A schema as a drawing.

use super::{
    drawing::{Card, Drawing, End, Link, Look, Row, Sign},
    model::{Key, Relation, RelationKind, Schema},
};

pub(super) fn drawing(schema: &Schema, title: String) -> Drawing {
    let enums = schema.enums.iter().map(|one| {
        let rows = one.labels.iter().map(|label| Row { name: label.clone(), ..Row::default() });
        Card::new(Look::Enum, &one.name, &["enum".to_owned()], rows.collect())
    });
    let cards = schema.relations.iter().map(card).chain(enums).collect();
    let mut links = Vec::new();
    let place = |name: &str| schema.relations.iter().position(|relation| relation.name == name);
    for reference in &schema.references {
        let (Some(first), Some(second)) = (place(&reference.target), place(&reference.table)) else { continue };
        let (target, table) = (&schema.relations[first], &schema.relations[second]);
        let (is_optional, is_single) = reference.is_optional_and_single(table);
        links.push(Link {
            first: End {
                card: first,
                row: reference.target_column.as_ref().and_then(|column| target.column(column)),
                sign: if is_optional { Sign::Maybe } else { Sign::One },
            },
            second: End {
                card: second,
                row: reference.columns.first().and_then(|column| table.column(column)),
                sign: if is_single { Sign::Maybe } else { Sign::Many },
            },
            is_dashed: false,
            about: format!("{} ({}) references {}", table.name, reference.columns.join(", "), target.name),
        });
    }
    for (second, relation) in schema.relations.iter().enumerate() {
        for first in relation.sources.iter().filter_map(|source| place(source)) {
            links.push(Link {
                first: End { card: first, row: None, sign: Sign::None },
                second: End { card: second, row: None, sign: Sign::Arrow },
                is_dashed: true,
                about: format!("{} reads {}", relation.name, schema.relations[first].name),
            });
        }
    }
    let legend = legend(schema, &links);
    Drawing { title, cards, links, legend }
}

fn card(relation: &Relation) -> Card {
    let look = match relation.kind {
        RelationKind::Table => Look::Table,
        RelationKind::Hypertable => Look::Hypertable,
        RelationKind::ContinuousAggregate => Look::Aggregate,
        RelationKind::MaterializedView | RelationKind::View => Look::View,
    };
    let rows = relation.columns.iter().map(|column| Row {
        mark: column.marks().collect::<Vec<_>>().join(" "),
        name: column.name.clone(),
        detail: {
            let null = if column.is_nullable && !relation.kind.is_view() { " null" } else { "" };
            // SQLite has columns without a type.
            format!("{}{null}", column.data_type).trim_start().to_owned()
        },
    });
    let noun = std::iter::once(relation.kind.noun().to_owned());
    Card::new(look, &relation.name, &noun.chain(relation.notes.iter().cloned()).collect::<Vec<_>>(), rows.collect())
}

/// What the signs of this drawing mean.
fn legend(schema: &Schema, links: &[Link]) -> Vec<String> {
    let columns = || schema.relations.iter().flat_map(|relation| &relation.columns);
    let signs = || links.iter().flat_map(|link| [link.first.sign, link.second.sign]);
    let marks = [
        (columns().any(|column| column.is(Key::Primary)), "PK primary key"),
        (columns().any(|column| column.is(Key::Foreign)), "FK foreign key"),
        (columns().any(|column| column.marks().any(|mark| mark == "UK")), "UK unique"),
        (columns().any(|column| column.is_nullable), "null: may be null"),
    ];
    let ends = [
        (signs().any(|sign| sign == Sign::One), "bar: exactly one"),
        (signs().any(|sign| sign == Sign::Maybe), "circle and bar: none or one"),
        (signs().any(|sign| sign == Sign::Many), "fork: any number"),
        (links.iter().any(|link| link.is_dashed), "dashed arrow: is read by"),
    ];
    let said = |signs: &[(bool, &str)]| {
        let said: Vec<&str> = signs.iter().filter(|(is_there, _)| *is_there).map(|(_, text)| *text).collect();
        said.join(" · ")
    };
    [said(&marks), said(&ends)].into_iter().filter(|line| !line.is_empty()).collect()
}
