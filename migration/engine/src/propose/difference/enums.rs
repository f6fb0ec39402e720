//! Enums: those that are new or go, and what their labels differ in.

use std::collections::BTreeMap;

use migration_timescale::Dialect;

use super::Work;
use crate::{
    error::Undecided,
    propose::{
        model::{Column, Table},
        step::{EnumUse, LabelChange, Step, What},
        types,
    },
};

/// Labels of an enum before and after, and the columns of it.
type Labels = (Vec<String>, Vec<String>, Vec<EnumUse>);

impl Work<'_> {
    /// Enums whose labels changed, that are new, or that no column has any more.
    pub(super) fn enums(&mut self) {
        let mut changes: BTreeMap<String, Labels> = BTreeMap::new();
        for table in self.wanted.tables.values() {
            let Some(there) = self.found.tables.get(&table.name) else { continue };
            for column in &table.columns {
                let Some((name, labels)) = &column.of_enum else { continue };
                let Some(found) = there.column(&column.name) else { continue };
                let Some((_, before)) = &found.of_enum else { continue };
                let default = found.default.as_deref().and_then(types::quoted);
                let entry = changes.entry(name.clone()).or_insert_with(|| (before.clone(), labels.clone(), Vec::new()));
                entry.2.push(EnumUse {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    is_nullable: !found.is_required(),
                    default,
                    comment: if self.has_comments() { found.comment() } else { column.comment() }.map(str::to_owned),
                    key: there.primary.clone(),
                    batch: there.batch.clone(),
                });
            }
        }
        for (name, (before, labels, columns)) in changes {
            self.labels(&name, before, &labels, &columns);
        }
        if self.dialect != Dialect::Postgres {
            // There an enum is part of its column, but revisions run everywhere.
            let made =
                self.groups.tables.iter().chain(&self.groups.columns).flat_map(enums_of).collect::<BTreeMap<_, _>>();
            let known = |name: &String| self.found_uses(name);
            let new: Vec<Step> = made
                .into_iter()
                .filter(|(name, _)| !known(name))
                .map(|(name, labels)| Step::CreateEnum { name, labels })
                .collect();
            self.groups.enums.extend(new);
            return;
        }
        for (name, labels) in self.wanted.enums.iter().filter(|(name, _)| !self.found.enums.contains_key(*name)) {
            let is_used =
                self.groups.tables.iter().chain(&self.groups.columns).flat_map(enums_of).any(|(used, _)| used == *name);
            if is_used {
                self.groups.enums.push(Step::CreateEnum { name: name.clone(), labels: labels.clone() });
            }
        }
        let lost: BTreeMap<String, Vec<String>> = self.groups.dropped.iter().flat_map(enums_of).collect();
        for (name, labels) in lost {
            let uses = |table: &&Table| {
                table
                    .columns
                    .iter()
                    .filter(|column| column.of_enum.as_ref().is_some_and(|(one, _)| *one == name))
                    .count()
            };
            let found: usize = self.found.tables.values().map(|table| uses(&table)).sum();
            let gone = self.groups.dropped.iter().flat_map(enums_of).filter(|(one, _)| *one == name).count();
            if found == gone && !self.wanted.enums.contains_key(&name) {
                self.groups.last.push(Step::DropEnum { name, labels });
            }
        }
    }

    /// Whether a column that there is has an enum that the entities call so.
    fn found_uses(&self, name: &str) -> bool {
        self.wanted.tables.values().any(|table| {
            let Some(there) = self.found.tables.get(&table.name) else { return false };
            let has = |column: &&Column| column.of_enum.as_ref().is_some_and(|(one, _)| one == name);
            table.columns.iter().filter(has).any(|column| there.column(&column.name).is_some())
        })
    }

    fn labels(&mut self, name: &str, mut before: Vec<String>, labels: &[String], columns: &[EnumUse]) {
        let old = before.clone();
        let mut gone: Vec<String> = before.iter().filter(|label| !labels.contains(label)).cloned().collect();
        let mut new: Vec<String> = labels.iter().filter(|label| !before.contains(label)).cloned().collect();
        let mut push = |before: &mut Vec<String>, what: What, instead: Option<&String>| {
            let after: Vec<String> = match &what {
                What::Add(label) => before.iter().chain([label]).cloned().collect(),
                What::Rename(from, to) => {
                    before.iter().map(|one| if one == from { to } else { one }).cloned().collect()
                }
                What::Retire(label) => before.iter().filter(|one| *one != label).cloned().collect(),
            };
            // One that was there and stays: in one transaction PostgreSQL takes no label that is new.
            let stays = old.iter().filter(|label| labels.contains(label) && before.contains(label));
            let default = columns.iter().find_map(|one| one.default.as_ref());
            let new_ones =
                || default.filter(|one| stays.clone().any(|label| label == *one)).or(stays.clone().next_back());
            let instead = match &what {
                What::Add(_) => new_ones(),
                What::Rename(..) | What::Retire(_) => instead,
            };
            let instead = instead.cloned();
            let (name, columns) = (name.to_owned(), columns.to_vec());
            let change = LabelChange { name, before: before.clone(), columns, what, instead };
            self.groups.enums.push(Step::Labels { change, back: false });
            *before = after;
        };
        // What rows get that have a label that goes.
        let mut instead: BTreeMap<String, String> = BTreeMap::new();
        for (from, to) in self.options.renames_of(name) {
            if !gone.contains(&from) {
                self.undecided.push(Undecided::NoRename { from: format!("{name}.{from}"), to });
            } else if new.contains(&to) {
                gone.retain(|label| *label != from);
                new.retain(|label| *label != to);
                push(&mut before, What::Rename(from, to), None);
            } else {
                instead.insert(from, to);
            }
        }
        let wrong = instead.iter().filter(|(_, to)| !old.contains(to) || !labels.contains(to));
        self.undecided
            .extend(wrong.map(|(from, to)| Undecided::NoRename { from: format!("{name}.{from}"), to: to.clone() }));
        let open = |label: &&String| !instead.contains_key(*label) && !self.options.lets_go(&format!("{name}.{label}"));
        if gone.iter().any(|label| open(&label)) {
            let stays: Vec<String> = labels.iter().filter(|label| old.contains(label)).cloned().collect();
            self.undecided.extend(gone.iter().filter(open).map(|label| Undecided::Label {
                of: name.to_owned(),
                from: label.clone(),
                new: new.clone(),
                stays: stays.clone(),
            }));
            return;
        }
        for label in new {
            push(&mut before, What::Add(label), None);
        }
        for label in gone {
            let instead = instead.get(&label);
            push(&mut before, What::Retire(label.clone()), instead);
        }
        if before != labels {
            self.notes.push(format!("the labels of {name} stand in another order than the entity's, and stay so"));
        }
    }
}

/// The enums of what a step makes or drops.
fn enums_of(step: &Step) -> Vec<(String, Vec<String>)> {
    match step {
        Step::CreateTable { table } => table.columns.iter().filter_map(|column| column.of_enum.clone()).collect(),
        Step::AddColumn { column, .. } | Step::DropColumn { column, .. } => {
            column.of_enum.clone().into_iter().collect()
        }
        _ => Vec::new(),
    }
}
