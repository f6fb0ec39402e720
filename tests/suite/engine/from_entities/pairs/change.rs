//! Changes of a set of entities, as an author makes them, with what the author says about them.

use migration_engine::{
    propose::Options,
    sea_orm_migration::sea_orm::sea_query::{ColumnType, ForeignKeyAction, StringLen},
};
use tests::Backend;

use super::{
    Chance,
    shape::{Column, Entity, KEY, Shape, TABLES, Target},
};

/// Every kind of change.
macro_rules! kinds {
    ($($kind:ident: $name:literal,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($kind,)+
        }

        pub const KINDS: &[Kind] = &[$(Kind::$kind,)+];

        impl Kind {
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    ColumnAdded: "column added",
    RequiredColumnFilled: "column added, not null, filled",
    RequiredColumnDefaulted: "column added, not null, with default",
    ColumnDropped: "column dropped",
    ColumnRenamed: "column renamed, as the author says",
    ColumnRenamedByEntity: "column renamed, as the entity says",
    TypeWidened: "type widened",
    MayBeNull: "may be null",
    NotNull: "not null, filled",
    DefaultChanged: "default changed",
    Commented: "comment on a column",
    TableCommented: "comment on a table",
    IndexAdded: "index added",
    UniqueIndexAdded: "unique index added",
    IndexOfTwoAdded: "index over two columns added",
    IndexDropped: "index dropped",
    ReferenceAdded: "foreign key added",
    ReferenceDropped: "foreign key dropped",
    ReferenceActs: "actions of a foreign key changed",
    LabelAdded: "label added",
    LabelRenamed: "label renamed",
    LabelRetired: "label retired",
    LabelsReordered: "labels in another order",
    TableAdded: "table added",
    TableDropped: "table dropped",
    TableRenamed: "table renamed",
    TypeLosing: "type that loses: left to the author",
    KeyChanged: "primary key: left to the author",
    NotFilled: "not null, not filled: left to the author",
    LabelGone: "label gone, nothing said: left to the author",
}

const RENAMED: &str = "Client";

/// The second of a pair.
pub struct Changes {
    backend: Backend,
    shape: Shape,
    /// What there are answers for: names with the table's, and the other name or the value.
    renamed: Vec<(String, String, String)>,
    filled: Vec<(String, String)>,
    labels: Vec<(String, String)>,
    /// What becomes of the second table in the end: other changes know it by its first name.
    end: Option<Kind>,
    keeps_labels: bool,
    /// What has to be said to be the author's.
    pub left: Vec<String>,
    pub done: Vec<Kind>,
}

impl Changes {
    pub fn of(first: &Shape, backend: Backend) -> Self {
        Self {
            backend,
            shape: first.clone(),
            renamed: Vec::new(),
            filled: Vec::new(),
            labels: Vec::new(),
            end: None,
            keeps_labels: false,
            left: Vec::new(),
            done: Vec::new(),
        }
    }

    pub fn after(&self) -> &Shape {
        &self.shape
    }

    /// What the author says.
    pub fn options(&self) -> Options {
        let mut options = Options::default();
        let is_renamed = self.end == Some(Kind::TableRenamed);
        let now = |table: &String| if is_renamed && table == TABLES[1] { RENAMED.to_owned() } else { table.clone() };
        if is_renamed {
            options.rename(&format!("{}:{RENAMED}", TABLES[1])).unwrap();
        }
        for (table, from, to) in &self.renamed {
            options.rename(&format!("{}.{from}:{to}", now(table))).unwrap();
        }
        for (table, column) in &self.filled {
            options.fill(&format!("{}.{column}=1", now(table))).unwrap();
        }
        for (from, to) in &self.labels {
            options.rename(&format!("made_up.{from}:{to}")).unwrap();
        }
        // Nothing but what is said is renamed.
        options.allow_drop = !self.keeps_labels;
        options
    }

    /// Makes a change of a kind, where there is something for it.
    pub fn make(&mut self, chance: &mut Chance, kind: Kind) {
        if self.try_make(chance, kind).is_some() {
            self.done.push(kind);
        }
    }

    /// Makes what comes last.
    pub fn finish(&mut self) {
        let is_of = |table: &String| table == TABLES[1];
        let is_needed = self.shape.tables.len() > TABLES.len()
            || !self.left.is_empty()
            || self.renamed.iter().any(|(table, ..)| is_of(table))
            || self.filled.iter().any(|(table, _)| is_of(table));
        match self.end {
            Some(Kind::TableRenamed) => {
                let entity = self.shape.tables.remove(TABLES[1]).unwrap();
                self.shape.tables.insert(RENAMED.to_owned(), entity);
                for target in self.shape.tables.values_mut().flat_map(|table| &mut table.columns) {
                    if let Some(target) = target.target.as_mut().filter(|target| is_of(&target.table)) {
                        RENAMED.clone_into(&mut target.table);
                    }
                }
            }
            Some(_) if !is_needed => drop(self.shape.tables.remove(TABLES[1])),
            Some(end) => self.done.retain(|kind| *kind != end),
            None => {}
        }
    }

    /// A column that is as it was.
    fn column(&mut self, chance: &mut Chance, table: &str, fits: impl Fn(&Column) -> bool) -> Option<&mut Column> {
        let mut columns: Vec<&mut Column> = self.shape.table(table).columns.iter_mut().collect();
        columns.retain(|column| !column.is_settled && column.target.is_none() && fits(column));
        if columns.is_empty() {
            return None;
        }
        let at = chance.below(columns.len());
        let column = columns.swap_remove(at);
        column.is_settled = true;
        Some(column)
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each kind")]
    fn try_make(&mut self, chance: &mut Chance, kind: Kind) -> Option<()> {
        let table = chance.one_of(&TABLES);
        let name = format!("New{}", self.done.len());
        let backend = self.backend;
        match kind {
            Kind::ColumnAdded => {
                let new = Column { is_required: false, is_settled: true, ..Column::made_up(chance, backend, &name) };
                self.shape.table(table).columns.push(new);
            }
            Kind::RequiredColumnFilled => {
                let of = [ColumnType::Integer, ColumnType::string(Some(9)), ColumnType::Double, ColumnType::Text];
                let new = Column { is_required: true, is_settled: true, ..Column::of(&name, chance.one_of(&of)) };
                self.shape.table(table).columns.push(new);
                self.filled.push((table.to_owned(), name));
            }
            Kind::RequiredColumnDefaulted => {
                let of = [ColumnType::Integer, ColumnType::string(Some(9)), ColumnType::Boolean];
                let new = Column { is_required: true, is_settled: true, ..Column::of(&name, chance.one_of(&of)) };
                let default = new.usual().map(str::to_owned);
                self.shape.table(table).columns.push(Column { default, ..new });
            }
            Kind::ColumnDropped => {
                let name = self.column(chance, table, |column| column.name != "state")?.name.clone();
                self.shape.table(table).columns.retain(|column| column.name != name);
            }
            Kind::ColumnRenamed => {
                let column = self.column(chance, table, |column| column.index.is_none())?;
                let from = std::mem::replace(&mut column.name, name.clone());
                self.renamed.push((table.to_owned(), from, name));
            }
            Kind::ColumnRenamedByEntity => {
                let column = self.column(chance, table, |column| column.index.is_none())?;
                column.renamed_from = Some(std::mem::replace(&mut column.name, name));
            }
            Kind::TypeWidened => {
                // MySQL takes no default for a text.
                let column =
                    self.column(chance, table, |column| column.default.is_none() && wider(column).is_some())?;
                column.data_type = wider(column)?;
            }
            Kind::MayBeNull => {
                self.column(chance, table, |column| column.is_required)?.is_required = false;
            }
            Kind::NotNull => {
                let takes = |one: &Column| {
                    let number = matches!(one.data_type, ColumnType::Integer | ColumnType::Double | ColumnType::Text);
                    !one.is_required && number
                };
                let column = self.column(chance, table, takes)?;
                column.is_required = true;
                let name = column.name.clone();
                self.filled.push((table.to_owned(), name));
            }
            Kind::DefaultChanged => {
                let column = self.column(chance, table, |one| one.usual().is_some() && one.index.is_none())?;
                column.default = Some(match (&column.data_type, column.default.is_some()) {
                    (ColumnType::Enum { .. }, _) => "high".to_owned(),
                    (ColumnType::Boolean, _) | (_, false) => column.usual()?.to_owned(),
                    (ColumnType::String(_), true) => "other".to_owned(),
                    (_, true) => "8".to_owned(),
                });
            }
            Kind::Commented => {
                let column = self.column(chance, table, |_| true)?;
                column.comment = Some("what it is: \"a\\b\"; it's new".to_owned());
            }
            Kind::TableCommented => {
                self.shape.table(table).comment = Some("it's said of the table".to_owned());
            }
            Kind::IndexAdded | Kind::UniqueIndexAdded => {
                let is_number = |one: &Column| matches!(one.data_type, ColumnType::Integer | ColumnType::BigInteger);
                let column = self.column(chance, table, |one| one.index.is_none() && is_number(one))?;
                column.index = Some(kind == Kind::UniqueIndexAdded);
            }
            Kind::IndexOfTwoAdded => {
                let names = self.shape.tables[table].columns.iter().map(|one| one.name.clone());
                let columns: Vec<String> = names.filter(|name| ["number", "state"].contains(&name.as_str())).collect();
                if columns.len() < 2 {
                    return None;
                }
                for column in &mut self.shape.table(table).columns {
                    column.is_settled |= columns.contains(&column.name);
                }
                self.shape.table(table).index = columns;
            }
            Kind::IndexDropped => {
                self.column(chance, table, |column| column.index.is_some())?.index = None;
            }
            Kind::ReferenceAdded | Kind::ReferenceDropped | Kind::ReferenceActs => {
                let column = self.shape.table(TABLES[1]).columns.iter_mut().find(|one| one.name == "order_key")?;
                let to = Target { table: TABLES[0].to_owned(), on_delete: None, on_update: None };
                column.target = match (kind, column.target.take()) {
                    (Kind::ReferenceAdded, None) => Some(to),
                    (Kind::ReferenceDropped, Some(_)) => None,
                    (Kind::ReferenceActs, Some(target)) if target.on_update.is_none() => Some(Target {
                        on_delete: Some(ForeignKeyAction::SetNull),
                        on_update: Some(ForeignKeyAction::Cascade),
                        ..target
                    }),
                    (_, unchanged) => {
                        column.target = unchanged;
                        return None;
                    }
                };
            }
            Kind::LabelAdded => self.shape.labels.push(format!("{name}'s")),
            Kind::LabelRenamed => {
                let at = self.free_label()?;
                let from = std::mem::replace(&mut self.shape.labels[at], name.clone());
                self.follow(&from, &name);
                self.labels.push((from, name));
            }
            Kind::LabelRetired => {
                let at = self.free_label()?;
                let from = self.shape.labels.remove(at);
                let to = "none".to_owned();
                self.follow(&from, &to);
                self.labels.push((from, to));
            }
            Kind::LabelsReordered => self.shape.labels.reverse(),
            Kind::TableAdded => {
                let mut columns: Vec<Column> = ["x", "End"].map(|name| Column::made_up(chance, backend, name)).to_vec();
                let on_delete = chance.one_in(2).then_some(ForeignKeyAction::Cascade);
                let target = Some(Target { table: TABLES[1].to_owned(), on_delete, on_update: None });
                columns.push(Column { target, is_settled: true, ..Column::of("user_key", ColumnType::Integer) });
                let comment = chance.one_in(2).then(|| "it's new".to_owned());
                self.shape.tables.insert("table".to_owned(), Entity { columns, comment, ..Entity::default() });
            }
            Kind::TableDropped | Kind::TableRenamed => {
                if self.end.is_some() {
                    return None;
                }
                self.end = Some(kind);
            }
            Kind::TypeLosing => {
                let column =
                    self.column(chance, table, |one| one.data_type == ColumnType::Integer && !one.is_required)?;
                column.data_type = ColumnType::Date;
                let column = column.name.clone();
                self.left.push(format!(".{column}: "));
            }
            Kind::KeyChanged => {
                self.column(chance, table, |one| one.name == "number" && one.index.is_none())?;
                self.shape.table(table).other_key = Some("number".to_owned());
                self.left.push(format!("the primary key is ({KEY}), and the entity's is (number)"));
            }
            Kind::NotFilled => {
                let new = Column { is_required: true, is_settled: true, ..Column::of(&name, ColumnType::Integer) };
                self.shape.table(table).columns.push(new);
                self.left.push(format!(".{name}=VALUE"));
            }
            Kind::LabelGone => {
                let at = self.free_label()?;
                let label = self.shape.labels.remove(at);
                self.follow(&label, "none");
                self.keeps_labels = true;
                self.left.push(format!("the label {label} of the enum made_up is gone"));
            }
        }
        Some(())
    }

    /// The place of a label that was there, and is.
    fn free_label(&self) -> Option<usize> {
        self.shape.labels.iter().position(|label| ["low", "high"].contains(&label.as_str()))
    }

    /// Defaults name no label that is gone.
    fn follow(&mut self, from: &str, to: &str) {
        for column in self.shape.tables.values_mut().flat_map(|table| &mut table.columns) {
            if column.is_enum() && column.default.as_deref() == Some(from) {
                column.default = Some(to.to_owned());
            }
        }
    }
}

fn wider(column: &Column) -> Option<ColumnType> {
    Some(match column.data_type {
        ColumnType::TinyInteger => ColumnType::SmallInteger,
        ColumnType::SmallInteger => ColumnType::Integer,
        ColumnType::Integer => ColumnType::BigInteger,
        ColumnType::String(StringLen::N(_)) => ColumnType::Text,
        ColumnType::Decimal(Some(_)) => ColumnType::Decimal(Some((14, 2))),
        _ => return None,
    })
}
