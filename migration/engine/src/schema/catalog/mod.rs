//! The live schema as a normalised text: what the checked-in dumps, fingerprints and comparisons are made of.
//!
//! A [`Catalog`] lists objects in a fixed order and leaves out what is not schema: the bookkeeping tables, extension
//! objects, TimescaleDB's internals, and the tables in which [`crate::revision::kept`] keeps values between `down` and `up`.
//! Two databases with equal catalogues behave alike. Where a column stands counts too, as a difference of its own.
//!
//! # How to add an object kind
//!
//! Give it a [`Kind`], read it in the file of each backend that has it (on PostgreSQL a query in a file of its own), and
//! `diff`, `fingerprint` and [`statements`] follow. Then one of them in `tests/suite/engine/objects`.

mod compare;
mod difference;
mod mysql;
mod ordered;
mod postgres;
mod sqlite;

use std::{collections::BTreeMap, fmt};

use migration_timescale::{Capability, Dialect};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use difference::{Comparison, Difference, Part};

use crate::recording::render;

/// Kind of a schema object, in the order in which a dump shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Enum type with its labels in order.
    Enum,
    /// Domain, composite, range or base type.
    Type,
    /// Collation.
    Collation,
    /// Configuration, dictionary, parser or template of text search.
    TextSearch,
    /// Conversion between encodings.
    Conversion,
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
    /// Function, procedure or aggregate.
    Function,
    /// Operator.
    Operator,
    /// Operator class or family.
    OperatorClass,
    /// Cast from or to a type of the schema, or by a function of it.
    Cast,
    /// Statistics over several columns.
    Statistics,
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
            Self::Collation => "collation",
            Self::TextSearch => "text search",
            Self::Conversion => "conversion",
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
            Self::Operator | Self::OperatorClass => "operator",
            Self::Cast => "cast",
            Self::Statistics => "statistics",
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
            _ if noun.ends_with('x') || noun.ends_with("ch") => format!("{noun}es"),
            _ if noun.ends_with('s') => noun.to_owned(),
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
}

impl Catalog {
    /// Reads the schema behind `db`: the current schema (PostgreSQL), database (MySQL) or file (SQLite).
    /// `bookkeeping` is the name of SeaORM's migration table, which is left out, as is the engine's own beside it.
    pub async fn read<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<Self, DbErr> {
        let server = Capability::detect(db).await?;
        let objects = match server.dialect() {
            Dialect::Postgres => postgres::read(db, server).await?,
            Dialect::MySql => mysql::read(db, bookkeeping).await?.0,
            Dialect::Sqlite => sqlite::read(db, bookkeeping).await?.0,
        };
        // By kind and name; the columns of a table keep their order through the position in their definition. Where two
        // go by one name, a check without a name and a column for example, none hides the other.
        let mut named: BTreeMap<(Kind, Option<String>, String), Vec<String>> = BTreeMap::new();
        for Object { kind, name, table, definition } in objects {
            if !is_no_schema(table.as_deref().unwrap_or(&name), bookkeeping) {
                named.entry((kind, table, name)).or_default().push(definition);
            }
        }
        let objects = named.into_iter().map(|((kind, table, name), mut definitions)| {
            definitions.sort();
            Object { kind, name, table, definition: definitions.join("; ") }
        });
        Ok(Self { objects: objects.collect() })
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
}

/// Statements that make the schema behind `db` in an empty one, in an order that works, each as the client takes it. They
/// are those of [`Catalog::read`], and what it leaves out is left out here.
///
/// # Errors
///
/// Those of the database.
pub async fn statements<C: ConnectionTrait>(db: &C, bookkeeping: &str) -> Result<Vec<String>, DbErr> {
    let server = Capability::detect(db).await?;
    let statements = match server.dialect() {
        Dialect::Postgres => postgres::statements(db, server, bookkeeping).await?,
        Dialect::MySql => mysql::read(db, bookkeeping).await?.1,
        Dialect::Sqlite => sqlite::read(db, bookkeeping).await?.1,
    };
    Ok(statements.iter().map(|sql| render::statement(server.backend(), sql)).collect())
}

/// What a client needs before them: how to run them, the session, and that keys may lead to tables that are not there yet.
pub(crate) fn header(backend: DbBackend) -> String {
    let own = match Dialect::of(backend) {
        Dialect::Postgres => "SET check_function_bodies = off;\n",
        Dialect::MySql => "SET SESSION foreign_key_checks = 0;\n",
        Dialect::Sqlite => "PRAGMA foreign_keys = OFF;\n",
    };
    format!("-- Run it with: {}\n\n{}{own}", render::client(backend), render::session(backend))
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
