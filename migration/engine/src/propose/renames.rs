//! Tables and columns that have another name now, and those of which only the author knows whether they have.

use super::{
    Options,
    model::{Column, Schema, Table},
    step::Step,
    types,
};
use crate::error::Undecided;

/// Gives what is renamed its new name, and says with which steps. What may be renamed is asked, and a value
/// for a column that no entity has is a slip of the pen.
pub(super) fn apply(found: &mut Schema, wanted: &Schema, options: &Options) -> (Vec<Step>, Vec<Undecided>) {
    let (mut steps, mut undecided) = (Vec::new(), Vec::new());
    for (from, to) in &options.tables {
        if wanted.tables.contains_key(to) && !found.tables.contains_key(to) && rename_table(found, from, to) {
            steps.push(Step::RenameTable { from: from.clone(), to: to.clone() });
        } else {
            undecided.push(Undecided::NoRename { from: from.clone(), to: to.clone() });
        }
    }
    for (table, from, to) in &options.columns {
        let is_label = wanted.enums.contains_key(table);
        let is_wanted = wanted.tables.get(table).is_some_and(|table| table.column(to).is_some());
        if is_wanted && rename_column(found, table, from, to) {
            let (table, from, to) = (table.clone(), from.clone(), to.clone());
            steps.push(Step::RenameColumn { table, from, to });
        } else if !is_label {
            undecided.push(Undecided::NoRename { from: format!("{table}.{from}"), to: to.clone() });
        }
    }
    for (table, from, to) in said_by_entities(found, wanted) {
        if rename_column(found, &table, &from, &to) {
            steps.push(Step::RenameColumn { table, from, to });
        }
    }
    let is_wanted =
        |table: &str, column: &str| wanted.tables.get(table).is_some_and(|one| one.column(column).is_some());
    let unknown = options.fills.keys().filter(|(table, column)| !is_wanted(table, column));
    undecided.extend(unknown.map(|(table, column)| Undecided::NoFill { table: table.clone(), column: column.clone() }));
    ask(found, wanted, options, &mut undecided);
    (steps, undecided)
}

/// What `#[sea_orm(renamed_from = "…")]` says, and is not done yet.
fn said_by_entities(found: &Schema, wanted: &Schema) -> Vec<(String, String, String)> {
    let mut renames = Vec::new();
    for table in wanted.tables.values() {
        let Some(there) = found.tables.get(&table.name).filter(|there| !there.is_view) else { continue };
        for column in &table.columns {
            let is_open = |from: &&String| {
                there.column(from).is_some() && there.column(&column.name).is_none() && table.column(from).is_none()
            };
            if let Some(from) = column.renamed_from.as_ref().filter(is_open) {
                renames.push((table.name.clone(), from.clone(), column.name.clone()));
            }
        }
    }
    renames
}

fn ask(found: &Schema, wanted: &Schema, options: &Options, undecided: &mut Vec<Undecided>) {
    let new: Vec<&Table> = wanted.tables.values().filter(|table| !found.tables.contains_key(&table.name)).collect();
    for gone in found.tables.values().filter(|table| !table.is_view && !wanted.tables.contains_key(&table.name)) {
        let to: Vec<String> = new.iter().filter(|new| is_like(gone, new)).map(|new| new.name.clone()).collect();
        if !to.is_empty() && !options.lets_go(&gone.name) {
            undecided.push(Undecided::Renamed { of: None, from: gone.name.clone(), to });
        }
    }
    for table in wanted.tables.values() {
        let Some(there) = found.tables.get(&table.name).filter(|there| !there.is_view) else { continue };
        for gone in there.columns.iter().filter(|column| table.column(&column.name).is_none()) {
            let to = candidates(gone, table, there);
            if !to.is_empty() && !options.lets_go(&format!("{}.{}", table.name, gone.name)) {
                let of = Some(table.name.clone());
                undecided.push(Undecided::Renamed { of, from: gone.name.clone(), to });
            }
        }
    }
}

/// Whether a column that is gone may have another name now.
pub(super) fn is_candidate(gone: &Column, wanted: &Table, found: &Table) -> bool {
    !candidates(gone, wanted, found).is_empty()
}

/// The new columns that it may be now: those of its type.
fn candidates(gone: &Column, wanted: &Table, found: &Table) -> Vec<String> {
    let new = wanted.columns.iter().filter(|column| found.column(&column.name).is_none());
    new.filter(|column| is_same(gone, column)).map(|column| column.name.clone()).collect()
}

fn is_same(found: &Column, wanted: &Column) -> bool {
    match (&found.of_enum, &wanted.of_enum) {
        (Some(_), Some(_)) => true,
        (None, None) => {
            found.data_type.eq_ignore_ascii_case(&wanted.data_type)
                || found
                    .definition
                    .get_column_type()
                    .zip(wanted.definition.get_column_type())
                    .is_some_and(|(old, new)| old == new || types::can_change(old, new))
        }
        _ => false,
    }
}

/// Whether half of the columns have the same names.
fn is_like(gone: &Table, new: &Table) -> bool {
    let same = gone.columns.iter().filter(|column| new.column(&column.name).is_some()).count();
    2 * same >= Ord::max(gone.columns.len(), new.columns.len())
}

fn rename_table(schema: &mut Schema, from: &str, to: &str) -> bool {
    let Some(mut table) = schema.tables.remove(from) else { return false };
    to.clone_into(&mut table.name);
    schema.tables.insert(to.to_owned(), table);
    let references = schema.tables.values_mut().flat_map(|table| &mut table.references);
    for reference in references.filter(|reference| reference.target == from) {
        to.clone_into(&mut reference.target);
    }
    true
}

fn rename_column(schema: &mut Schema, table: &str, from: &str, to: &str) -> bool {
    let rename = |names: &mut Vec<String>| {
        for name in names.iter_mut().filter(|name| *name == from) {
            to.clone_into(name);
        }
    };
    let Some(changed) = schema.tables.get_mut(table) else { return false };
    let Some(column) = changed.columns.iter_mut().find(|column| column.name == from) else { return false };
    column.rename(to);
    for name in changed.batch.iter_mut().flat_map(|(segment, time)| [segment, time]).filter(|name| *name == from) {
        to.clone_into(name);
    }
    rename(&mut changed.primary);
    changed.indexes.iter_mut().for_each(|index| rename(&mut index.columns));
    changed.references.iter_mut().for_each(|reference| rename(&mut reference.columns));
    let references = schema.tables.values_mut().flat_map(|table| &mut table.references);
    for reference in references.filter(|reference| reference.target == table) {
        rename(&mut reference.target_columns);
    }
    true
}
