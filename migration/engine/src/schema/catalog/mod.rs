//! The live schema as a normalised text: what the checked-in dumps, fingerprints and comparisons are made of.
//!
//! A [`Catalog`] lists objects in a fixed order and leaves out what is not schema: the bookkeeping tables, extension
//! objects, TimescaleDB's internals, and the tables in which [`crate::revision::kept`] keeps values between `down` and `up`.
//! Two databases with equal catalogues behave alike; column order counts.
//!
//! # How to add an object kind
//!
//! Give it a [`Kind`], read it in the file of each backend that has it, and `diff`, `fingerprint` and the dumps follow.

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

/// How one object differs between two catalogues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// The object's kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Definition on the expected side, if it is there.
    pub expected: Option<String>,
    /// Definition on the live side, if it is there.
    pub live: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, .. } = self;
        // Of a table without options there is nothing to say beside its columns.
        let told = |definition: &str| if definition.is_empty() { String::new() } else { format!(": {definition}") };
        let or_none = |definition: &str| if definition.is_empty() { "nothing".into() } else { definition.to_owned() };
        match (&self.expected, &self.live) {
            (Some(expected), Some(live)) => {
                write!(f, "{kind} {name}: expected {}, the database has {}", or_none(expected), or_none(live))
            }
            (Some(expected), None) => write!(f, "{kind} {name} is missing from the database{}", told(expected)),
            (None, Some(live)) => write!(f, "{kind} {name} is not expected{}", told(live)),
            (None, None) => write!(f, "{kind} {name}"),
        }
    }
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

    /// Every object that differs from `expected` (this catalogue is the live one), in catalogue order.
    pub fn diff(&self, expected: &Self) -> Vec<Difference> {
        let key = |object: &Object| (object.kind, object.name.clone());
        let live: std::collections::BTreeMap<_, _> = self.objects.iter().map(|o| (key(o), &o.definition)).collect();
        let wanted: std::collections::BTreeMap<_, _> =
            expected.objects.iter().map(|o| (key(o), &o.definition)).collect();
        let keys: std::collections::BTreeSet<_> = live.keys().chain(wanted.keys()).cloned().collect();
        keys.into_iter()
            .filter(|key| live.get(key) != wanted.get(key))
            .map(|key| Difference {
                expected: wanted.get(&key).map(|text| (*text).clone()),
                live: live.get(&key).map(|text| (*text).clone()),
                kind: key.0,
                name: key.1,
            })
            .collect()
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
            let definition = column.definition.split_once(' ').map_or("", |(_, definition)| definition);
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

fn position(definition: &str) -> u32 {
    definition.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(objects: &[(Kind, &str, &str)]) -> Catalog {
        let objects = objects
            .iter()
            .map(|(kind, name, definition)| Object {
                kind: *kind,
                name: (*name).to_owned(),
                table: None,
                definition: (*definition).to_owned(),
            })
            .collect();
        Catalog { objects, statements: vec![] }
    }

    #[test]
    fn differences_say_which_side_has_what() {
        let expected = catalog(&[(Kind::Column, "a.x", "1 integer"), (Kind::Index, "i", "CREATE INDEX i")]);
        let live = catalog(&[(Kind::Column, "a.x", "1 text"), (Kind::Enum, "e", "CREATE TYPE e")]);
        let lines: Vec<String> = live.diff(&expected).iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "enum e is not expected: CREATE TYPE e",
                "column a.x: expected 1 integer, the database has 1 text",
                "index i is missing from the database: CREATE INDEX i",
            ]
        );
        assert_ne!(expected.fingerprint(), live.fingerprint());
        assert!(live.diff(&live.clone()).is_empty());
    }
}
