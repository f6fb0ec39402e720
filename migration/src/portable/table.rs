//! Tables put together column by column, where each column brings the check that makes it mean the same on every backend.
//!
//! A check is named `<table>_<column>_check` and says what the backend's type does not: an enum is text with its labels
//! on SQLite, a number is neither NaN nor infinite, a moment lies where every client can read it.
//!
//! # How to add a kind of column
//!
//! A variant of [`Type`], its definition in [`Type::column`] and its rule in [`Type::check`].

use migration_timescale::{Dialect, MYSQL_TABLE_OPTIONS};
use sea_orm_migration::{
    prelude::*,
    sea_orm::DbBackend,
    sea_query::{IndexCreateStatement, TableCreateStatement},
};

use super::{
    decimal_check, enum_check, enum_column, json_column, moment_check, moment_column, now, number_check,
    text_list_check, text_list_column, uuid_column,
};

/// Name and labels of an enum type.
pub type EnumType = (&'static str, &'static [&'static str]);

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// A UUID.
    Uuid,
    /// Text of at most so many characters and at least one.
    Name(u32),
    /// Any text.
    Text,
    /// One of the labels.
    Enum(EnumType),
    /// A moment in time.
    Moment,
    /// A number in double precision.
    Number,
    /// A decimal number of so many digits, of which so many after the point.
    ///
    /// Written with more digits than that, it is rounded by PostgreSQL and MySQL, and refused by SQLite. That one has no
    /// decimals: it keeps the nearest number in double precision, which is the same decimal again when it is read, as long
    /// as there are no more than 15 digits.
    Decimal(u32, u32),
    /// How many of something: an integer that is not negative.
    Count,
    /// The number of a row, in another table for example.
    Id,
    /// True or false.
    Boolean,
    /// Any JSON.
    Json,
    /// A list of texts, empty when nothing is given. Never null.
    TextList,
    /// Bytes, as many as the backend takes in one value: 1 GB on PostgreSQL and SQLite, on MySQL what a packet holds.
    Bytes,
}

impl Type {
    /// The column, which may be null.
    pub fn column(self, backend: DbBackend, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        match self {
            Self::Uuid if backend == DbBackend::Sqlite => column.custom("blob"),
            Self::Uuid => column.uuid(),
            Self::Name(length) => column.string_len(length),
            Self::Text => column.text(),
            Self::Number => column.double(),
            // A column of double precision keeps what it is given as one, a decimal would be an integer where it can.
            Self::Decimal(..) if backend == DbBackend::Sqlite => column.double(),
            Self::Decimal(digits, after_point) => column.decimal_len(digits, after_point),
            Self::Count => column.integer(),
            Self::Id => column.big_integer(),
            Self::Boolean => column.boolean(),
            // Its blob ends at 64 KB.
            Self::Bytes if backend == DbBackend::MySql => column.custom("longblob"),
            Self::Bytes => column.blob(),
            Self::Enum((enum_name, labels)) => return enum_column(backend, name, enum_name, labels),
            Self::Moment => return moment_column(backend, name),
            Self::Json => return json_column(backend, name),
            Self::TextList => return text_list_column(backend, name),
        };
        column
    }

    /// What the backend's type does not say by itself, of a column that may be null.
    pub fn optional_check(self, backend: DbBackend, name: &str) -> Option<String> {
        // A check lets null pass, but the functions of SQLite make something of null.
        self.check(backend, name).map(|rule| match Dialect::of(backend) {
            Dialect::Sqlite => format!("{name} IS NULL OR ({rule})"),
            Dialect::Postgres | Dialect::MySql => rule,
        })
    }

    /// What the backend's type does not say by itself.
    pub fn check(self, backend: DbBackend, name: &str) -> Option<String> {
        let sqlite = backend == DbBackend::Sqlite;
        match self {
            Self::Uuid => sqlite.then(|| format!("typeof({name}) = 'blob' AND length({name}) = 16")),
            Self::Name(length) if sqlite => Some(format!("length({name}) BETWEEN 1 AND {length}")),
            Self::Name(_) => Some(format!("{name} <> ''")),
            Self::Text => None,
            Self::Enum((_, labels)) => sqlite.then(|| enum_check(name, labels)),
            Self::Moment => Some(moment_check(backend, name)),
            Self::Number => number_check(backend, name),
            Self::Decimal(digits, after_point) => decimal_check(backend, name, digits, after_point),
            Self::Count => Some(if sqlite {
                format!("typeof({name}) = 'integer' AND {name} BETWEEN 0 AND 2147483647")
            } else {
                format!("{name} >= 0")
            }),
            Self::Id => sqlite.then(|| format!("typeof({name}) = 'integer'")),
            Self::Boolean => (backend != DbBackend::Postgres).then(|| format!("{name} IN (0, 1)")),
            Self::Bytes => sqlite.then(|| format!("typeof({name}) = 'blob'")),
            Self::Json => sqlite.then(|| format!("json_valid({name})")),
            Self::TextList => Some(text_list_check(backend, name)),
        }
    }
}

/// A table in the making.
#[derive(Debug)]
pub struct PortableTable {
    backend: DbBackend,
    name: &'static str,
    statement: TableCreateStatement,
}

impl PortableTable {
    /// A table without columns.
    pub fn new(backend: DbBackend, name: &'static str) -> Self {
        let mut statement = Table::create();
        statement.table(name);
        if backend == DbBackend::MySql {
            // Any text, and "a" is not "A", as elsewhere; the server's default may be Latin-1.
            statement.character_set("utf8mb4").collate("utf8mb4_bin").extra(MYSQL_TABLE_OPTIONS);
        }
        Self { backend, name, statement }
    }

    /// The primary key `id`, a UUID that the database makes when none is given.
    pub fn uuid_key(mut self) -> Self {
        self.statement.col(uuid_column(self.backend, "id"));
        self.rule("id", Type::Uuid.check(self.backend, "id"));
        self.key(&["id"])
    }

    /// The number `id` of a row, which the database counts up: first in the primary key, before the columns by which a
    /// hypertable is cut, which have to be in every key of it.
    ///
    /// PostgreSQL takes it from the sequence `<table>_id_seq`. On SQLite it is the name of the row's own number, which is the
    /// key by itself; `AUTOINCREMENT` keeps it from giving the number of a row that is gone to a new one.
    ///
    /// It has 64 bits: one of 32 would be used up by 70 rows a second within a year.
    pub fn number_key(mut self, partitioned_by: &[&'static str]) -> Self {
        let mut id = ColumnDef::new("id");
        match Dialect::of(self.backend) {
            Dialect::Sqlite => {
                self.statement.col(id.integer().primary_key().auto_increment());
                return self;
            }
            Dialect::MySql => self.statement.col(id.big_integer().not_null().auto_increment()),
            Dialect::Postgres => self.statement.col(id.custom("bigserial").not_null()),
        };
        self.key(&[&["id"], partitioned_by].concat())
    }

    /// The number `id` of a row that has it from another table, which is counted there.
    pub fn number_from_elsewhere(mut self, partitioned_by: &[&'static str]) -> Self {
        let mut id = ColumnDef::new("id");
        match Dialect::of(self.backend) {
            Dialect::Sqlite => {
                self.statement.col(id.integer().primary_key());
                return self;
            }
            Dialect::MySql | Dialect::Postgres => self.statement.col(id.big_integer().not_null()),
        };
        self.key(&[&["id"], partitioned_by].concat())
    }

    /// A column that has a value in every row.
    pub fn required(self, name: &'static str, of: Type) -> Self {
        let column = of.column(self.backend, name).not_null().take();
        let rule = of.check(self.backend, name);
        self.column(column, name, rule)
    }

    /// A column that has a value in every row, this one when none is given.
    pub fn defaulting(self, name: &'static str, of: Type, default: impl Into<Expr>) -> Self {
        let column = of.column(self.backend, name).not_null().default(default).take();
        let rule = of.check(self.backend, name);
        self.column(column, name, rule)
    }

    /// A column that may be null.
    pub fn optional(self, name: &'static str, of: Type) -> Self {
        let (column, rule) = (of.column(self.backend, name), of.optional_check(self.backend, name));
        self.column(column, name, rule)
    }

    /// When the row was created.
    pub fn created_at(self) -> Self {
        let now = now(self.backend);
        self.defaulting("created_at", Type::Moment, now)
    }

    /// When the row was last changed.
    pub fn updated_at(self) -> Self {
        let now = now(self.backend);
        self.defaulting("updated_at", Type::Moment, now)
    }

    /// When the row was created and last changed.
    pub fn created_and_updated_at(self) -> Self {
        self.created_at().updated_at()
    }

    /// A column as it is written, with its rule.
    pub fn column(mut self, definition: ColumnDef, name: &str, rule: Option<String>) -> Self {
        self.statement.col(definition);
        self.rule(name, rule);
        self
    }

    /// A rule over several columns, `<table>_<about>_check`.
    pub fn check(mut self, about: &str, condition: &str) -> Self {
        self.rule(about, Some(condition.to_owned()));
        self
    }

    /// The primary key, `<table>_pkey`.
    pub fn key(mut self, columns: &[&'static str]) -> Self {
        let mut key = self.index("pkey", columns);
        self.statement.primary_key(&mut key);
        self
    }

    /// A unique constraint, `<table>_<columns>_key`.
    pub fn unique(mut self, columns: &[&'static str]) -> Self {
        let mut unique = self.index(&format!("{}_key", columns.join("_")), columns);
        self.statement.index(unique.unique());
        self
    }

    /// An index that is part of the statement, for MySQL, `<table>_<column>_idx`.
    pub fn inline_index(mut self, column: &'static str) -> Self {
        let mut index = self.index(&format!("{column}_idx"), &[column]);
        self.statement.index(&mut index);
        self
    }

    /// A reference to a column of the same name that is unique in another table, `<table>_<column>_fkey`.
    pub fn references(mut self, column: &'static str, other: &'static str) -> Self {
        let mut key = ForeignKey::create();
        key.name(format!("{}_{column}_fkey", self.name)).from(self.name, column).to(other, column);
        self.statement.foreign_key(&mut key);
        self
    }

    /// A reference to the `id` of another table, `<table>_<column>_fkey`, and what becomes of the row when that one goes.
    ///
    /// MySQL wants an index for it, and drops one of its own choice when there is another: so it is given one,
    /// `<table>_<column>_idx`.
    pub fn belongs_to(mut self, column: &'static str, other: &'static str, on_delete: ForeignKeyAction) -> Self {
        let mut key = ForeignKey::create();
        key.name(format!("{}_{column}_fkey", self.name)).from(self.name, column).to(other, "id").on_delete(on_delete);
        self.statement.foreign_key(&mut key);
        if self.backend == DbBackend::MySql { self.inline_index(column) } else { self }
    }

    /// The statement that creates the table.
    pub fn create(mut self) -> TableCreateStatement {
        self.statement.take()
    }

    fn rule(&mut self, about: &str, condition: Option<String>) {
        if let Some(condition) = condition {
            let named = Check::named(format!("{}_{about}_check", self.name), Expr::cust(condition));
            self.statement.check(named);
        }
    }

    fn index(&self, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
        let mut index = Index::create();
        index.name(format!("{}_{name}", self.name));
        for column in columns {
            index.col(*column);
        }
        index
    }
}

/// The index `<table>_<columns>_<moment>_idx`: newest first, ties broken by the id, as in every list.
pub fn newest_first(table: &'static str, of: &[&'static str], moment: &'static str) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name([&[table], of, &[moment, "idx"]].concat().join("_")).table(table);
    for column in of {
        index.col(*column);
    }
    index.col((moment, IndexOrder::Desc)).col(("id", IndexOrder::Desc)).take()
}
