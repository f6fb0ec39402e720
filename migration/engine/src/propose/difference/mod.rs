//! What differs between the schema that there is and the one that the entities say, as steps that make the second of the
//! first.

mod enums;

use std::collections::{BTreeMap, BTreeSet};

use migration_timescale::Dialect;
use sea_orm::sea_query::ColumnDef;

use super::{
    Options, fill,
    model::{Column, Index, Reference, Schema, Table},
    renames,
    step::{Kept, KeptRows, Step},
    types,
    wanted::has_type,
};
use crate::error::Undecided;

/// What came of a comparison.
#[derive(Default)]
pub(super) struct Difference {
    pub steps: Vec<Step>,
    /// What only the author can say.
    pub undecided: Vec<Undecided>,
    /// What is left as it is, and why.
    pub notes: Vec<String>,
}

/// The steps by what they are: in the order in which they run.
#[derive(Default)]
struct Groups {
    renames: Vec<Step>,
    first: Vec<Step>,
    enums: Vec<Step>,
    tables: Vec<Step>,
    columns: Vec<Step>,
    dropped: Vec<Step>,
    indexes: Vec<Step>,
    references: Vec<Step>,
    last: Vec<Step>,
}

struct Work<'a> {
    dialect: Dialect,
    found: Schema,
    wanted: &'a Schema,
    options: &'a Options,
    groups: Groups,
    /// Labels that are defaults under another name, by table and column.
    defaults: BTreeMap<(String, String), String>,
    undecided: Vec<Undecided>,
    notes: Vec<String>,
}

/// Compares them. What is renamed counts as the same.
pub(super) fn difference(dialect: Dialect, found: &Schema, wanted: &Schema, options: &Options) -> Difference {
    let mut found = found.clone();
    let (renamed, undecided) = renames::apply(&mut found, wanted, options);
    let groups = Groups { renames: renamed, ..Groups::default() };
    let (defaults, notes) = (BTreeMap::new(), Vec::new());
    let mut work = Work { dialect, found, wanted, options, groups, defaults, undecided, notes };
    let said: Vec<String> = work.undecided.iter().flat_map(Undecided::new_ones).collect();
    work.defaults();
    work.tables(&said);
    work.enums();
    let Groups { renames, first, enums, tables, columns, dropped, indexes, references, last } = work.groups;
    let steps = [renames, first, enums, tables, columns, dropped, indexes, references, last].concat();
    Difference { steps, undecided: work.undecided, notes: work.notes }
}

impl Work<'_> {
    /// A label that goes or is renamed is no default meanwhile.
    fn defaults(&mut self) {
        for table in self.wanted.tables.values() {
            let Some(found) = self.found.tables.get_mut(&table.name) else { continue };
            for column in &table.columns {
                let Some((of_enum, labels)) = &column.of_enum else { continue };
                let Some(there) = found.columns.iter_mut().find(|one| one.name == column.name) else { continue };
                let Some(label) = there.default.as_deref().and_then(types::quoted) else { continue };
                if there.of_enum.is_none() || labels.contains(&label) {
                    continue;
                }
                let from = there.clone();
                there.forget_default();
                let (table, to) = (table.name.clone(), there.clone());
                self.groups.first.push(Step::ChangeColumn { table: table.clone(), from, to });
                let renamed = self.options.renames_of(of_enum).into_iter().find(|(from, _)| *from == label);
                if let Some((_, now)) = renamed {
                    self.defaults.insert((table, column.name.clone()), now);
                }
            }
        }
    }

    fn tables(&mut self, undecided: &[String]) {
        let wanted = self.wanted;
        let is_new = |name: &String| !self.found.tables.contains_key(name);
        let new: Vec<&Table> = wanted.tables.values().filter(|table| is_new(&table.name)).collect();
        self.create(new.into_iter().filter(|table| !undecided.contains(&table.name)).collect());
        for table in wanted.tables.values() {
            // An entity of a view is read, and made by nobody's entity.
            if let Some(found) = self.found.tables.get(&table.name).filter(|found| !found.is_view).cloned() {
                self.table(&found, table, undecided);
            }
        }
        if self.dialect == Dialect::Sqlite && wanted.tables.values().any(Table::is_commented) {
            let what = "what entities say in comments on tables and columns that are there is compared on other servers: SQLite keeps none";
            self.notes.push(what.to_owned());
        }
        let gone: Vec<Table> = self.found.tables.values().filter(|table| !table.is_view).cloned().collect();
        for table in gone.into_iter().filter(|table| !wanted.tables.contains_key(&table.name)) {
            if self.options.allow_drop {
                self.groups.last.push(Step::SetAside { table: table.name });
            } else {
                self.notes.push(format!("table {} is no entity's, and stays (--allow-drop lets it go)", table.name));
            }
        }
    }

    /// New tables, those that others refer to first. Where they refer to each other, a key comes afterwards.
    fn create(&mut self, mut new: Vec<&Table>) {
        let names: BTreeSet<&str> = new.iter().map(|table| table.name.as_str()).collect();
        let mut made: BTreeSet<&str> = BTreeSet::new();
        while !new.is_empty() {
            let waits = |table: &Table| {
                let targets = table.references.iter().map(|reference| reference.target.as_str());
                targets
                    .filter(|target| *target != table.name && names.contains(target))
                    .any(|target| !made.contains(target))
            };
            let next = new.iter().position(|table| !waits(table)).unwrap_or(0);
            let table = new.remove(next);
            if let Some(column) = table.columns.iter().find(|column| !has_type(self.dialect, &column.definition)) {
                self.decide(&table.name, &column.name, "this server has no such type; write the table by hand");
            }
            let (now, later): (Vec<Reference>, Vec<Reference>) =
                table.references.iter().cloned().partition(|reference| {
                    let target = reference.target.as_str();
                    target == table.name || !names.contains(target) || made.contains(target)
                });
            made.insert(&table.name);
            self.groups.tables.push(Step::CreateTable { table: Table { references: now, ..table.clone() } });
            for index in &table.indexes {
                let (table, index) = (table.name.clone(), index.clone());
                self.groups.indexes.push(Step::CreateIndex { table, index, is_new: true });
            }
            for reference in later {
                self.groups.references.push(Step::AddReference { table: table.name.clone(), reference });
            }
        }
    }

    fn table(&mut self, found: &Table, wanted: &Table, undecided: &[String]) {
        let name = &wanted.name;
        let is_undecided = |column: &str| undecided.contains(&format!("{name}.{column}"));
        let mut gone = Vec::new();
        for column in &found.columns {
            match wanted.column(&column.name) {
                Some(wanted) => self.column(found, column, wanted),
                // Its new name is asked for.
                None if renames::is_candidate(column, wanted, found)
                    && !self.options.lets_go(&format!("{name}.{}", column.name)) => {}
                None => gone.push(column.name.clone()),
            }
        }
        for column in wanted.columns.iter().filter(|column| found.column(&column.name).is_none()) {
            if !is_undecided(&column.name) {
                self.add_column(found, column);
            }
        }
        if !found.is_known_by(&wanted.primary) {
            let what = format!(
                "the primary key is ({}), and the entity's is ({})",
                found.primary.join(", "),
                wanted.primary.join(", ")
            );
            self.decide(name, &wanted.primary.join(", "), &format!("{what}; a key is changed by hand"));
        }
        // What an entity does not say, anything is.
        if let Some(to) =
            wanted.comment.clone().filter(|said| Some(said) != found.comment.as_ref() && self.has_comments())
        {
            let from = found.comment.clone().unwrap_or_default();
            self.groups.columns.push(Step::CommentTable { table: name.clone(), from, to });
        }
        self.indexes(found, wanted, &gone);
        self.references(found, wanted, &gone);
        for column in found.columns.iter().filter(|column| gone.contains(&column.name)) {
            if found.primary.contains(&column.name) {
                self.decide(name, &column.name, "it is part of the primary key, which is changed by hand");
                continue;
            }
            let kept = kept(found, column);
            let (table, column) = (name.clone(), column.clone());
            self.groups.dropped.push(Step::DropColumn { table, column, kept });
        }
    }

    fn add_column(&mut self, table: &Table, column: &Column) {
        let name = &table.name;
        if !has_type(self.dialect, &column.definition) {
            self.decide(name, &column.name, "this server has no such type; write the column by hand");
            return;
        }
        let spec = column.definition.get_column_spec();
        if table.primary.is_empty() || spec.primary_key {
            self.decide(name, &column.name, "a key is changed by hand");
            return;
        }
        let kept = kept(table, column);
        if !column.is_required() || spec.default.is_some() {
            let (table, column) = (name.clone(), column.clone());
            self.groups.columns.push(Step::AddColumn { table, column, kept });
            return;
        }
        let Some(fill) = self.options.fills.get(&(name.clone(), column.name.clone())) else {
            self.undecided.push(Undecided::Fill { table: name.clone(), column: column.name.clone() });
            return;
        };
        let optional = Column { definition: nullable(&column.definition), ..column.clone() };
        let key = table.primary.clone();
        let Some(value) = self.value(name, column, fill) else { return };
        self.groups.columns.extend([
            Step::AddColumn { table: name.clone(), column: optional.clone(), kept },
            Step::Fill { table: name.clone(), key, column: column.clone(), value },
            Step::ChangeColumn { table: name.clone(), from: optional, to: column.clone() },
        ]);
    }

    fn column(&mut self, table: &Table, found: &Column, wanted: &Column) {
        let name = &table.name;
        let mut wanted = wanted.clone();
        if let Some(label) =
            self.defaults.get(&(name.clone(), wanted.name.clone())).filter(|_| wanted.default.is_none())
        {
            wanted.default = Some(label.clone());
            wanted.definition.default(label.clone());
        }
        let wanted = &wanted;
        let is_enum = wanted.of_enum.is_some() && found.of_enum.is_some();
        let own = Some(wanted.data_type.as_str()).filter(|own| !own.is_empty());
        let (old, new) = (found.definition.get_column_type(), wanted.definition.get_column_type());
        let same_type = is_enum || new.is_none_or(|new| types::fits(self.dialect, new, own, &found.data_type));
        let is_key = table.primary.contains(&found.name);
        let same_null = is_key || found.is_required() == wanted.is_required();
        // An entity without a default says nothing about it.
        let same_default = wanted.default.is_none() || wanted.default == found.default || is_key;
        let same_comment = wanted.comment().is_none() || wanted.comment() == found.comment() || !self.has_comments();
        if same_type && same_null && same_default && same_comment {
            return;
        }
        if !same_type && (is_key || !old.zip(new).is_some_and(|(old, new)| types::can_change(old, new))) {
            self.decide(
                name,
                &found.name,
                &format!(
                    "{} does not become {} without a loss; write by hand how its values are converted, or give the entity \
                     another column and take this one out later",
                    found.data_type, wanted.data_type
                ),
            );
            return;
        }
        // It has the name that the entity gives it, and the labels that it has by then.
        let found = &mut Column { of_enum: self.enum_then(found, wanted).or(found.of_enum.clone()), ..found.clone() };
        if let Some(said) = wanted.comment().filter(|_| !self.has_comments()) {
            found.definition.comment(said);
        }
        // On MySQL a change states the whole column.
        let counts = is_key && wanted.definition.get_column_spec().auto_increment;
        if counts {
            found.definition.auto_increment();
        }
        let found = &*found;
        // What is the same is said as it is found.
        let data_type = if same_type { &found.definition } else { &wanted.definition };
        let mut definition = data_type.get_column_type().map_or_else(
            || ColumnDef::new(found.name.clone()),
            |one| ColumnDef::new_with_type(found.name.clone(), one.clone()),
        );
        if found.is_required() && is_key || !is_key && wanted.is_required() {
            definition.not_null();
        }
        let default = if same_default { &found.definition } else { &wanted.definition };
        if let Some(default) = &default.get_column_spec().default {
            definition.default(default.clone());
        }
        if let Some(comment) = wanted.comment().or(found.comment()) {
            definition.comment(comment);
        }
        if counts {
            definition.auto_increment();
        }
        let to = Column {
            name: found.name.clone(),
            data_type: if same_type { found.data_type.clone() } else { wanted.data_type.clone() },
            default: if same_default { found.default.clone() } else { wanted.default.clone() },
            renamed_from: None,
            of_enum: found.of_enum.clone(),
            definition,
        };
        if !same_null && wanted.is_required() {
            let fill = self.options.fills.get(&(name.clone(), found.name.clone()));
            let Some((fill, kept)) = fill.zip(kept(table, found)) else {
                self.undecided.push(Undecided::Fill { table: name.clone(), column: found.name.clone() });
                return;
            };
            let kept = Kept { rows: KeptRows::WithoutValue, ..kept };
            let Some(value) = self.value(name, &to, fill) else { return };
            self.groups.columns.push(Step::FillKept { kept, value });
        }
        self.groups.columns.push(Step::ChangeColumn { table: name.clone(), from: found.clone(), to });
    }

    /// The enum of a column by its name in the entity, with its labels as they stand once they have changed: in the order
    /// that they had.
    fn enum_then(&self, found: &Column, wanted: &Column) -> Option<(String, Vec<String>)> {
        let ((_, found), (name, wanted)) = found.of_enum.as_ref().zip(wanted.of_enum.as_ref())?;
        let renames = self.options.renames_of(name);
        let now = |label: &String| {
            let other = renames.iter().find(|(from, to)| from == label && wanted.contains(to) && !found.contains(to));
            other.filter(|_| !wanted.contains(label)).map_or_else(|| label.clone(), |(_, to)| to.clone())
        };
        let mut labels: Vec<String> = found.iter().map(now).filter(|label| wanted.contains(label)).collect();
        labels.extend(wanted.iter().filter(|label| !labels.contains(label)).cloned().collect::<Vec<_>>());
        Some((name.clone(), labels))
    }

    fn indexes(&mut self, found: &Table, wanted: &Table, gone: &[String]) {
        let table = &wanted.name;
        let has = |index: &Index| {
            if index.is_unique { found.has_unique(&index.columns) } else { found.has_index(&index.columns) }
        };
        for index in wanted.indexes.iter().filter(|index| !has(index)) {
            self.groups.indexes.push(Step::CreateIndex { table: table.clone(), index: index.clone(), is_new: false });
        }
        for index in &found.indexes {
            let loses_column = index.columns.iter().any(|column| gone.contains(column));
            let same = |one: &&Index| {
                one.is_unique == index.is_unique
                    && (one.columns == index.columns
                        || (one.is_unique && found.has_unique(&one.columns) && same_set(&one.columns, &index.columns)))
            };
            let is_wanted = wanted.indexes.iter().any(|one| same(&one));
            let is_replaced = wanted.indexes.iter().any(|one| !has(one) && one.name == index.name);
            if loses_column || is_replaced || (index.is_of_entity() && !is_wanted && self.options.allow_drop) {
                self.groups.first.push(Step::DropIndex { table: table.clone(), index: index.clone(), is_new: false });
            } else if index.is_of_entity() && !is_wanted {
                // Entities that sea-orm-cli generates name few of them.
                let name = &index.name;
                self.notes.push(format!("index {name} of {table} is no entity's, and stays (--allow-drop lets it go)"));
            }
        }
    }

    fn references(&mut self, found: &Table, wanted: &Table, gone: &[String]) {
        let table = &wanted.name;
        // What an entity does not say of an action, anything is.
        let same = |one: &Reference, found: &Reference| {
            let action = |said: &Option<String>, found: &Option<String>| {
                said.is_none() || types::action(said.as_deref()) == *found
            };
            one.leads_as(found) && action(&one.on_delete, &found.on_delete) && action(&one.on_update, &found.on_update)
        };
        for reference in &found.references {
            let loses_column = reference.columns.iter().any(|column| gone.contains(column));
            let led = wanted.references.iter().find(|one| one.leads_as(reference));
            let changes = led.is_some_and(|one| !same(one, reference));
            if loses_column || changes || (led.is_none() && reference.is_of_entity()) {
                self.groups.first.push(Step::DropReference { table: table.clone(), reference: reference.clone() });
            } else if led.is_none() {
                let columns = reference.columns.join(", ");
                self.notes.push(format!("the foreign key {table} ({columns}) is no entity's, and stays"));
            }
        }
        for reference in &wanted.references {
            if !found.references.iter().any(|one| same(reference, one)) {
                self.groups.references.push(Step::AddReference { table: table.clone(), reference: reference.clone() });
            }
        }
    }

    /// Whether the server keeps what is said of tables and columns.
    fn has_comments(&self) -> bool {
        self.dialect != Dialect::Sqlite
    }

    /// What rows get that have none, as SQL.
    fn value(&mut self, table: &str, column: &Column, fill: &str) -> Option<String> {
        let value = fill::value(column, fill);
        let misfit = |why| Undecided::Misfit {
            table: table.to_owned(),
            column: column.name.clone(),
            value: fill.to_owned(),
            why,
        };
        value.map_err(|why| self.undecided.push(misfit(why))).ok()
    }

    fn decide(&mut self, table: &str, column: &str, what: &str) {
        self.undecided.push(Undecided::ByHand {
            table: table.to_owned(),
            column: column.to_owned(),
            what: what.to_owned(),
        });
    }
}

fn same_set(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|name| other.contains(name))
}

fn nullable(definition: &ColumnDef) -> ColumnDef {
    let mut optional = ColumnDef::new(definition.get_column_name());
    if let Some(data_type) = definition.get_column_type() {
        optional = ColumnDef::new_with_type(definition.get_column_name(), data_type.clone());
    }
    optional.take()
}

/// What to keep of a column when it goes; nothing without a key to know its rows by.
fn kept(table: &Table, column: &Column) -> Option<Kept> {
    if table.primary.is_empty() {
        return None;
    }
    Some(Kept {
        table: table.name.clone(),
        column: column.name.clone(),
        key: table.primary.clone(),
        of_enum: column.of_enum.as_ref().map(|(name, _)| name.clone()),
        rows: if column.is_required() || column.default.is_some() { KeptRows::All } else { KeptRows::WithValue },
        batch: table.batch.clone(),
    })
}
