//! Pairs of entity sets that are made up, before and after: over the column types that SeaORM has, and every change that
//! the difference knows. Seeded: pair 7 is the same on every machine.

use std::{collections::BTreeMap, fmt::Write};

use migration_engine::{
    Project,
    project::entities::Entities,
    propose::{Compared, Options},
    sea_orm_migration::{
        MigrationTrait,
        sea_orm::sea_query::{
            ColumnDef, ColumnType, ForeignKey, ForeignKeyAction, Index, IntoIden, RcOrArc, StringLen, Table,
        },
    },
};
use tests::{Backend, TestDatabase, on_every_backend};

use super::proved;

on_every_backend!(pairs_are_proved);

/// How many pairs `make test` tries on each backend; `FROM_ENTITIES_PAIRS` is another number.
const PAIRS: u64 = 12;

/// Numbers that look like chance (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    data_type: ColumnType,
    is_required: bool,
    default: Option<&'static str>,
    index: Option<bool>,
    /// The table that it refers to.
    target: Option<String>,
    cascades: bool,
}

/// Tables and their columns beside the key; the labels of the one enum.
#[derive(Clone, Debug, Default)]
struct Shape {
    tables: BTreeMap<String, Vec<Column>>,
    labels: Vec<String>,
}

/// The types that the backend has.
fn types(backend: Backend, labels: &[String]) -> Vec<ColumnType> {
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
        ColumnType::Float,
        ColumnType::Double,
        ColumnType::Decimal(Some((10, 2))),
        ColumnType::DateTime,
        ColumnType::Timestamp,
        ColumnType::TimestampWithTimeZone,
        ColumnType::Time,
        ColumnType::Date,
        ColumnType::Binary(16),
        ColumnType::VarBinary(StringLen::N(20)),
        ColumnType::Boolean,
        ColumnType::Json,
        ColumnType::JsonBinary,
        ColumnType::Uuid,
        ColumnType::Enum {
            name: "made_up".into_iden(),
            variants: labels.iter().map(|label| label.clone().into_iden()).collect(),
        },
    ];
    match backend {
        Backend::Postgres | Backend::Timescale => types.extend([
            ColumnType::Interval(None, None),
            ColumnType::Array(RcOrArc::new(ColumnType::Text)),
            ColumnType::Cidr,
            ColumnType::Inet,
            ColumnType::MacAddr,
            ColumnType::Bit(Some(3)),
            ColumnType::VarBit(5),
        ]),
        Backend::Mariadb => types.extend([ColumnType::Year, ColumnType::Bit(Some(3)), ColumnType::Unsigned]),
        Backend::Sqlite => {}
    }
    types
}

fn column(chance: &mut Chance, backend: Backend, labels: &[String], name: String) -> Column {
    let types = types(backend, labels);
    let data_type = types[chance.below(types.len())].clone();
    let default = match data_type {
        ColumnType::Integer | ColumnType::BigInteger | ColumnType::SmallInteger if chance.one_in(3) => Some("7"),
        ColumnType::String(_) if chance.one_in(3) => Some("it's"),
        _ => None,
    };
    let can_be_indexed = matches!(data_type, ColumnType::Integer | ColumnType::BigInteger | ColumnType::Date);
    let index = (can_be_indexed && default.is_none() && chance.one_in(2)).then(|| chance.one_in(2));
    Column { name, data_type, is_required: chance.one_in(3), default, index, target: None, cascades: chance.one_in(2) }
}

fn before(chance: &mut Chance, backend: Backend) -> Shape {
    let mut shape = Shape { labels: ["low", "high"].map(str::to_owned).to_vec(), ..Shape::default() };
    for table in 0..2 {
        let columns = 0..4 + chance.below(3);
        let columns =
            columns.map(|number| column(chance, backend, &shape.labels.clone(), format!("c{number}"))).collect();
        shape.tables.insert(format!("t{table}"), columns);
    }
    if chance.one_in(2) {
        refer(chance, &mut shape, "t1", "t0");
    }
    shape
}

fn refer(chance: &mut Chance, shape: &mut Shape, from: &str, to: &str) {
    let name = format!("{to}_id");
    if let Some(column) = shape.tables.get_mut(from).unwrap().iter_mut().find(|column| column.name == name) {
        column.target = Some(to.to_owned());
        return;
    }
    let column = Column {
        name,
        data_type: ColumnType::Integer,
        is_required: false,
        default: None,
        index: None,
        target: Some(to.to_owned()),
        cascades: chance.one_in(2),
    };
    shape.tables.get_mut(from).unwrap().push(column);
}

/// Changes some of it; says what, and what the author would.
fn change(chance: &mut Chance, backend: Backend, shape: &mut Shape, options: &mut Options) -> Vec<&'static str> {
    let mut done = Vec::new();
    for number in 0..2 + chance.below(4) {
        let table = format!("t{}", chance.below(2));
        let labels = shape.labels.clone();
        let columns = shape.tables.get_mut(&table).unwrap();
        let at = chance.below(columns.len());
        // Whatever was touched in this pair is left alone.
        let is_free = !columns[at].name.starts_with('n') && columns[at].target.is_none();
        match chance.below(10) {
            0 | 1 => {
                let mut new = column(chance, backend, &labels, format!("n{number}"));
                new.is_required = false;
                columns.push(new);
                done.push("column added");
            }
            2 => {
                let name = format!("n{number}");
                options.fill(&format!("{table}.{name}=1")).unwrap();
                let data_type =
                    [ColumnType::Integer, ColumnType::string(Some(9)), ColumnType::Double][chance.below(3)].clone();
                let new = Column {
                    name,
                    data_type,
                    is_required: true,
                    default: None,
                    index: None,
                    target: None,
                    cascades: false,
                };
                columns.push(new);
                done.push("required column added");
            }
            3 if is_free && columns.len() > 2 => {
                columns.remove(at);
                done.push("column dropped");
            }
            4 if is_free && columns[at].index.is_none() => {
                let to = format!("n{number}");
                options.rename(&format!("{table}.{}:{to}", columns[at].name)).unwrap();
                columns[at].name = to;
                done.push("column renamed");
            }
            5 if is_free => {
                let wider = match columns[at].data_type {
                    ColumnType::SmallInteger => Some(ColumnType::Integer),
                    ColumnType::Integer => Some(ColumnType::BigInteger),
                    ColumnType::String(StringLen::N(_)) => Some(ColumnType::Text),
                    ColumnType::Decimal(_) => Some(ColumnType::Decimal(Some((14, 2)))),
                    _ => None,
                };
                // A default of a text is no business of MySQL's.
                if let Some(wider) = wider.filter(|_| columns[at].default.is_none()) {
                    columns[at].data_type = wider;
                    done.push("type changed");
                }
            }
            6 if is_free && columns[at].is_required => {
                columns[at].is_required = false;
                done.push("may be null");
            }
            7 if is_free => {
                if columns[at].index.take().is_some() {
                    done.push("index dropped");
                } else if columns[at].data_type == ColumnType::Integer {
                    columns[at].index = Some(false);
                    done.push("index added");
                }
            }
            8 => {
                if let Some(at) = columns.iter().position(|column| column.target.is_some()) {
                    columns[at].target = None;
                    done.push("foreign key dropped");
                } else if table == "t1" {
                    refer(chance, shape, "t1", "t0");
                    done.push("foreign key added");
                }
            }
            9 => {
                shape.labels.push(format!("l{number}"));
                done.push("label added");
            }
            _ => {}
        }
    }
    if chance.one_in(3) {
        let columns =
            (0..3).map(|number| column(chance, backend, &shape.labels.clone(), format!("c{number}"))).collect();
        shape.tables.insert("t2".to_owned(), columns);
        refer(chance, shape, "t2", "t1");
        done.push("table added");
    }
    done
}

fn entities(shape: &Shape) -> Entities {
    let mut tables = Vec::new();
    for (name, columns) in &shape.tables {
        let mut table = Table::create();
        table.table(name.clone()).col(ColumnDef::new("id").integer().not_null().auto_increment().primary_key());
        let mut indexes = Vec::new();
        for column in columns {
            let data_type = match &column.data_type {
                ColumnType::Enum { name, .. } => ColumnType::Enum {
                    name: name.clone(),
                    variants: shape.labels.iter().map(|label| label.clone().into_iden()).collect(),
                },
                other => other.clone(),
            };
            let mut definition = ColumnDef::new_with_type(column.name.clone(), data_type);
            if column.is_required {
                definition.not_null();
            }
            match column.default {
                Some("7") => definition.default(7),
                Some(text) => definition.default(text),
                None => &mut definition,
            };
            table.col(&mut definition);
            if let Some(is_unique) = column.index {
                let mut index = Index::create();
                index.name(format!("idx-{name}-{}", column.name)).table(name.clone()).col(column.name.clone());
                if is_unique {
                    index.unique();
                }
                indexes.push(index);
            }
            if let Some(target) = &column.target {
                let mut key = ForeignKey::create();
                key.name(format!("fk-{name}-{}", column.name)).from(name.clone(), column.name.clone());
                key.to(target.clone(), "id");
                if column.cascades {
                    key.on_delete(ForeignKeyAction::Cascade);
                }
                table.foreign_key(&mut key);
            }
        }
        tables.push((table, indexes));
    }
    Entities::of(tables)
}

async fn pairs_are_proved(database: TestDatabase) {
    let pairs = std::env::var("FROM_ENTITIES_PAIRS").ok().and_then(|number| number.parse().ok()).unwrap_or(PAIRS);
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..pairs {
        let mut chance = Chance(seed);
        let first = before(&mut chance, database.backend());
        let (mut second, mut options) = (first.clone(), Options::default());
        let changes = change(&mut chance, database.backend(), &mut second, &mut options);

        let empty = database.runner_of(Project::of(Vec::new()).entities(entities(&first))).await;
        let made = Compared::read(&empty).await.unwrap().proposal("m1_made", &Options::default());
        let made = made.unwrap_or_else(|open| panic!("pair {seed}: {open:?}"));
        empty.close().await;
        let revisions: Vec<Box<dyn MigrationTrait>> = vec![made.revision()];
        let runner = database.runner_of(Project::of(revisions).entities(entities(&second))).await;
        let compared = Compared::read(&runner)
            .await
            .unwrap_or_else(|error| panic!("pair {seed}: {}\n{first:#?}", error.on_one_line()));
        options.allow_drop = true;
        let proposal = compared.proposal("m2_changed", &options);
        let proposal = proposal.unwrap_or_else(|open| panic!("pair {seed}: {open:?}"));
        println!("pair {seed}: {}", proposal.lines().join("; "));
        if !proposal.is_empty() {
            proved(&runner, &compared, &proposal).await;
        }
        runner.close().await;
        for change in changes {
            *tried.entry(change).or_default() += 1;
        }
    }
    let mut table = format!("{pairs} pairs on {:?}\n", database.backend());
    for (change, count) in &tried {
        let _ = writeln!(table, "{count:5}  {change}");
    }
    print!("{table}");
    assert!(tried.len() >= 6, "{table}");
}
