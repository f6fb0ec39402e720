//! A set of entities that is made up.

use std::collections::BTreeMap;

use migration_engine::{
    project::entities::Entities,
    sea_orm_migration::sea_orm::sea_query::{
        ColumnDef, ColumnType, ForeignKey, ForeignKeyAction, Index, IndexCreateStatement, IntoIden, RcOrArc, StringLen,
        Table, TableCreateStatement,
    },
};
use tests::Backend;

use super::Chance;

/// Both are words of SQL.
pub const TABLES: [&str; 2] = ["order", "user"];
/// The keys are called so.
pub const KEY: &str = "key";
const COLUMNS: [&str; 6] = ["Group", "select", "c2", "from", "a-b", "c5"];

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    /// What it was called before, where the entity says so.
    pub renamed_from: Option<String>,
    pub data_type: ColumnType,
    pub is_required: bool,
    pub default: Option<String>,
    pub comment: Option<String>,
    /// Whether it has an index, and whether that is unique.
    pub index: Option<bool>,
    pub target: Option<Target>,
    /// Whether it is changed already, or is not to be.
    pub is_settled: bool,
}

/// What it refers to.
#[derive(Clone, Debug)]
pub struct Target {
    pub table: String,
    pub on_delete: Option<ForeignKeyAction>,
    pub on_update: Option<ForeignKeyAction>,
}

#[derive(Clone, Debug, Default)]
pub struct Entity {
    /// Beside the key.
    pub columns: Vec<Column>,
    pub comment: Option<String>,
    /// Columns of an index over several.
    pub index: Vec<String>,
    /// Whether the key is of another column.
    pub other_key: Option<String>,
}

/// Tables by name, and the labels of the one enum.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    pub tables: BTreeMap<String, Entity>,
    pub labels: Vec<String>,
}

/// The types that the backend has.
fn types(backend: Backend) -> Vec<ColumnType> {
    let mut types = vec![
        ColumnType::Char(Some(4)),
        ColumnType::string(None),
        ColumnType::string(Some(40)),
        ColumnType::Text,
        ColumnType::Blob,
        ColumnType::TinyInteger,
        ColumnType::SmallInteger,
        ColumnType::Integer,
        ColumnType::BigInteger,
        ColumnType::TinyUnsigned,
        ColumnType::SmallUnsigned,
        ColumnType::Unsigned,
        ColumnType::BigUnsigned,
        ColumnType::Float,
        ColumnType::Double,
        ColumnType::Decimal(None),
        ColumnType::Decimal(Some((10, 2))),
        ColumnType::Money(None),
        ColumnType::DateTime,
        ColumnType::Timestamp,
        ColumnType::TimestampWithTimeZone,
        ColumnType::Time,
        ColumnType::Date,
        ColumnType::Binary(16),
        ColumnType::VarBinary(StringLen::None),
        ColumnType::VarBinary(StringLen::N(20)),
        ColumnType::Boolean,
        ColumnType::Json,
        ColumnType::JsonBinary,
        ColumnType::Uuid,
    ];
    match backend {
        Backend::Postgres | Backend::Timescale => types.extend([
            ColumnType::String(StringLen::Max),
            ColumnType::VarBinary(StringLen::Max),
            ColumnType::Interval(None, None),
            ColumnType::Array(RcOrArc::new(ColumnType::Text)),
            ColumnType::Array(RcOrArc::new(ColumnType::Integer)),
            ColumnType::Cidr,
            ColumnType::Inet,
            ColumnType::MacAddr,
            ColumnType::Bit(Some(3)),
            ColumnType::VarBit(5),
            ColumnType::Custom("int4range".into_iden()),
        ]),
        Backend::Mariadb => types.extend([
            ColumnType::Year,
            ColumnType::Bit(Some(3)),
            ColumnType::Money(Some((10, 2))),
            ColumnType::Custom("mediumtext".into_iden()),
        ]),
        Backend::Sqlite => types.extend([
            ColumnType::String(StringLen::Max),
            ColumnType::VarBinary(StringLen::Max),
            ColumnType::Money(Some((10, 2))),
        ]),
    }
    types
}

/// The enum, with whatever labels it has.
pub fn of_enum() -> ColumnType {
    ColumnType::Enum { name: "made_up".into_iden(), variants: Vec::new() }
}

impl Column {
    pub fn of(name: &str, data_type: ColumnType) -> Self {
        Self {
            name: name.to_owned(),
            renamed_from: None,
            data_type,
            is_required: false,
            default: None,
            comment: None,
            index: None,
            target: None,
            is_settled: false,
        }
    }

    pub fn made_up(chance: &mut Chance, backend: Backend, name: &str) -> Self {
        let data_type = if chance.one_in(6) { of_enum() } else { chance.one_of(&types(backend)) };
        let mut column = Self::of(name, data_type);
        column.is_required = chance.one_in(3);
        column.comment = chance.one_in(4).then(|| "it's \\ said".to_owned());
        if chance.one_in(3) {
            column.default = column.usual().map(str::to_owned);
        }
        let is_small = matches!(column.data_type, ColumnType::Integer | ColumnType::BigInteger | ColumnType::Date);
        if is_small && column.default.is_none() && chance.one_in(2) {
            column.index = Some(chance.one_in(2));
        }
        column
    }

    /// A default, of those types that take a plain one everywhere.
    pub fn usual(&self) -> Option<&'static str> {
        match &self.data_type {
            ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger => Some("7"),
            ColumnType::String(StringLen::N(_)) => Some("it's"),
            ColumnType::Boolean => Some("true"),
            ColumnType::Enum { .. } => Some("low"),
            _ => None,
        }
    }

    pub fn is_enum(&self) -> bool {
        matches!(self.data_type, ColumnType::Enum { .. })
    }

    fn definition(&self, labels: &[String]) -> ColumnDef {
        let data_type = match &self.data_type {
            ColumnType::Enum { name, .. } => {
                let variants = labels.iter().map(|label| label.clone().into_iden()).collect();
                ColumnType::Enum { name: name.clone(), variants }
            }
            other => other.clone(),
        };
        let mut definition = ColumnDef::new_with_type(self.name.clone(), data_type);
        if self.is_required {
            definition.not_null();
        }
        match self.default.as_deref() {
            Some("true") => definition.default(true),
            Some(text) => match text.parse::<i32>() {
                Ok(number) => definition.default(number),
                Err(_) => definition.default(text),
            },
            None => &mut definition,
        };
        // As SeaORM writes it.
        let before = self.renamed_from.iter().map(|from| format!("renamed_from \"{from}\""));
        let said: Vec<String> = self.comment.iter().cloned().chain(before).collect();
        if !said.is_empty() {
            definition.comment(said.join("; "));
        }
        definition
    }
}

impl Shape {
    pub fn made_up(chance: &mut Chance, backend: Backend) -> Self {
        let mut shape = Self { labels: ["low", "high", "none"].map(str::to_owned).to_vec(), ..Self::default() };
        for table in TABLES {
            let columns = &COLUMNS[..4 + chance.below(3)];
            let mut columns: Vec<Column> = columns.iter().map(|name| Column::made_up(chance, backend, name)).collect();
            // What a change needs is there.
            columns.push(Column::of("state", of_enum()));
            columns.push(Column { is_required: true, ..Column::of("number", ColumnType::Integer) });
            let comment = chance.one_in(3).then(|| format!("of {table}"));
            shape.tables.insert(table.to_owned(), Entity { columns, comment, ..Entity::default() });
        }
        let on_delete = chance.one_in(2).then_some(ForeignKeyAction::Cascade);
        let target = chance.one_in(2).then(|| Target { table: TABLES[0].to_owned(), on_delete, on_update: None });
        let of = Column { target, is_settled: true, ..Column::of("order_key", ColumnType::Integer) };
        shape.table(TABLES[1]).columns.push(of);
        shape
    }

    pub fn table(&mut self, name: &str) -> &mut Entity {
        self.tables.get_mut(name).unwrap()
    }

    pub fn types(&self) -> impl Iterator<Item = String> {
        self.tables.values().flat_map(|table| &table.columns).map(|column| format!("{:?}", column.data_type))
    }

    /// As SeaORM makes them of entities.
    pub fn entities(&self) -> Entities {
        let tables = self.tables.iter().map(|(name, entity)| entity.statements(name, &self.labels));
        Entities::of(tables.collect())
    }
}

impl Entity {
    fn statements(&self, name: &str, labels: &[String]) -> (TableCreateStatement, Vec<IndexCreateStatement>) {
        let mut table = Table::create();
        table.table(name.to_owned());
        let mut key = ColumnDef::new(KEY.to_owned()).integer().not_null().take();
        if self.other_key.is_none() {
            key.auto_increment().primary_key();
        }
        table.col(&mut key);
        if let Some(comment) = &self.comment {
            table.comment(comment);
        }
        let mut indexes = Vec::new();
        let mut index = |columns: &[String], is_unique: bool| {
            let mut index = Index::create();
            index.name(format!("idx-{name}-{}", columns.join("-"))).table(name.to_owned());
            for column in columns {
                index.col(column.clone());
            }
            if is_unique {
                index.unique();
            }
            indexes.push(index);
        };
        if !self.index.is_empty() {
            index(&self.index, false);
        }
        for column in &self.columns {
            let mut definition = column.definition(labels);
            if self.other_key.as_ref() == Some(&column.name) {
                definition.primary_key();
            }
            table.col(&mut definition);
            if let Some(is_unique) = column.index {
                index(std::slice::from_ref(&column.name), is_unique);
            }
            if let Some(target) = &column.target {
                let mut key = ForeignKey::create();
                key.name(format!("fk-{name}-{}", column.name)).from(name.to_owned(), column.name.clone());
                key.to(target.table.clone(), KEY);
                if let Some(action) = target.on_delete {
                    key.on_delete(action);
                }
                if let Some(action) = target.on_update {
                    key.on_update(action);
                }
                table.foreign_key(&mut key);
            }
        }
        (table, indexes)
    }
}
