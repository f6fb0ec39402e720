//! The live schema as a normalised text: what the checked-in dumps, fingerprints and comparisons are made of.
//!
//! A [`Catalog`] lists objects in a fixed order and leaves out what is not schema: the bookkeeping tables, extension
//! objects, TimescaleDB's internals, and the tables in which [`crate::revision::kept`] keeps values between `down` and `up`.
//! Two databases with equal catalogues behave alike. Where a column stands counts too, as a difference of its own.
//!
//! # How to add an object kind
//!
//! Give it a [`Kind`], read it in the file of each backend that has it, and `diff`, `fingerprint` and the dumps follow.

mod compare;
mod difference;
mod mysql;
mod postgres;
mod sqlite;
mod timescale;

use std::fmt;

use migration_timescale::{Capability, Dialect};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use difference::{Comparison, Difference, Part};

/// Kind of a schema object, in the order in which a dump shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Enum type with its labels in order.
    Enum,
    /// Domain, composite or range type.
    Type,
    /// Table, with what concerns it as a whole: partitioning, row level security, options.
    Table,
    /// Column of a table: type, nullability, default, position.
    Column,
    /// Primary key of a table.
    PrimaryKey,
    /// Any other constraint of a table.
    Constraint,
    /// TimescaleDB: dimension and chunk interval of a hypertable.
    Hypertable,
    /// TimescaleDB: columnstore settings of a hypertable.
    Columnstore,
    /// Index, with its validity.
    Index,
    /// TimescaleDB: policy or job of a hypertable.
    Policy,
    /// Sequence.
    Sequence,
    /// View, materialised view or continuous aggregate.
    View,
    /// Function or procedure.
    Function,
    /// Trigger, and whether it is enabled.
    Trigger,
    /// Rewrite rule.
    Rule,
    /// Policy of row level security.
    RowPolicy,
    /// MySQL: scheduled event.
    Event,
    /// Comment on an object.
    Comment,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enum => "enum",
            Self::Type => "type",
            Self::Table => "table",
            Self::Column => "column",
            Self::PrimaryKey => "primary key of",
            Self::Constraint => "constraint",
            Self::Hypertable => "hypertable",
            Self::Columnstore => "columnstore of",
            Self::Index => "index",
            Self::Policy => "policy",
            Self::Sequence => "sequence",
            Self::View => "view",
            Self::Function => "function",
            Self::Trigger => "trigger",
            Self::Rule => "rule",
            Self::RowPolicy => "row security policy",
            Self::Event => "event",
            Self::Comment => "comment on",
        })
    }
}

impl Kind {
    /// What such an object is called, in the plural unless there is one: for headings and counts.
    pub fn noun(self, count: usize) -> String {
        let kind = self.to_string();
        let noun = kind.trim_end_matches(" of").trim_end_matches(" on");
        match (count, noun.strip_suffix('y')) {
            (1, _) => noun.to_owned(),
            (_, Some(begin)) if noun.ends_with("policy") => format!("{begin}ies"),
            _ if noun.ends_with('x') => format!("{noun}es"),
            _ => format!("{noun}s"),
        }
    }
}

/// One object of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its name; columns and constraints as `table.name`.
    pub name: String,
    /// The table it belongs to, for the objects that belong to one.
    pub table: Option<String>,
    /// All that matters about it, as SQL or close to it.
    pub definition: String,
}

/// The schema of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    objects: Vec<Object>,
    /// Complete `CREATE` statements where the backend keeps them (SQLite, MySQL); else the dump is put together.
    statements: Vec<String>,
}

impl Catalog {
    /// Reads the schema behind `db`: the current schema (PostgreSQL), database (MySQL) or file (SQLite).
    /// `bookkeeping` is the name of SeaORM's migration table, which is left out, as is the engine's own beside it.
    pub async fn read<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<Self, DbErr> {
        let server = Capability::detect(db).await?;
        let mut catalog = match server.dialect() {
            Dialect::Postgres => postgres::read(db, server).await?,
            Dialect::MySql => mysql::read(db, bookkeeping).await?,
            Dialect::Sqlite => sqlite::read(db, bookkeeping).await?,
        };
        catalog.objects.retain(|object| !is_no_schema(object.table.as_deref().unwrap_or(&object.name), bookkeeping));
        // By kind and name; the columns of a table keep their order through the position in their definition.
        catalog.objects.sort_by(|a, b| (a.kind, &a.table, &a.name).cmp(&(b.kind, &b.table, &b.name)));
        Ok(catalog)
    }

    /// The objects, ordered by kind, table and name.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// SHA-256 over all objects, in hexadecimal.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for Object { kind, name, definition, .. } in &self.objects {
            hash.update(format!("{kind}\0{name}\0{definition}\0"));
        }
        hash.finalize().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }

    fn of_table(&self, kind: Kind, table: &str) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |object| object.kind == kind && object.table.as_deref() == Some(table))
    }
}

/// The dump: SQL for reading and for review in diffs.
impl fmt::Display for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.statements.is_empty() {
            return write!(f, "{}", self.statements.join("\n\n") + "\n");
        }
        let mut blocks: Vec<String> = Vec::new();
        for object in &self.objects {
            match object.kind {
                Kind::Table => blocks.push(self.table_sql(object)),
                Kind::Column | Kind::PrimaryKey | Kind::Constraint => {}
                _ => blocks.push(format!("{};", object.definition)),
            }
        }
        writeln!(f, "{}", blocks.join("\n\n"))
    }
}

impl Catalog {
    fn table_sql(&self, table: &Object) -> String {
        let mut columns: Vec<&Object> = self.of_table(Kind::Column, &table.name).collect();
        // "12 varchar(255) NOT NULL" starts with the position.
        columns.sort_by_key(|column| position(&column.definition));
        let columns = columns.into_iter().map(|column| {
            let name = column.name.rsplit_once('.').map_or(column.name.as_str(), |(_, name)| name);
            let definition = without_position(&column.definition);
            format!("    {name} {definition}")
        });
        let keys = self.of_table(Kind::PrimaryKey, &table.name).map(|key| format!("    {}", key.definition));
        let constraints = self.of_table(Kind::Constraint, &table.name).map(|constraint| {
            let name = constraint.name.rsplit_once('.').map_or(constraint.name.as_str(), |(_, name)| name);
            format!("    CONSTRAINT {name} {}", constraint.definition)
        });
        let lines: Vec<String> = columns.chain(keys).chain(constraints).collect();
        format!("CREATE TABLE {} (\n{}\n);", table.name, lines.join(",\n"))
    }
}

/// Whether a table is there for the engine's sake: SeaORM's bookkeeping, the engine's beside it, and what [`crate::revision::kept`]
/// keeps between `down` and `up`.
pub(crate) fn is_no_schema(table: &str, bookkeeping: &str) -> bool {
    table.starts_with(crate::revision::kept::PREFIX)
        || table.strip_prefix(bookkeeping).is_some_and(|rest| matches!(rest, "" | "_engine"))
}

/// Where a column stands, which its definition begins with.
fn position(definition: &str) -> u32 {
    definition.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(u32::MAX)
}

/// The definition of a column behind its position.
fn without_position(definition: &str) -> &str {
    definition.split_once(' ').map_or("", |(_, definition)| definition)
}
