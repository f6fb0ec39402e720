//! The tables of an area as its clients were promised them, against the catalogue of each backend and against bad rows.
//!
//! # How to add a table
//!
//! A [`Table`] in `TABLES` of `suite/<area>/mod.rs`, written down from what was promised and not from a revision.

use Kind::{Boolean, Bytes, Count, Decimal, Double, Enum, Instant, Json, Key, Moment, Name, Text, Uuid, Whole};
use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tests::{Backend, TestDatabase, rows_as_text, scalar};

use crate::rows::{Row, at, no_moments, no_numbers};

/// A table.
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    /// Columns of the primary key.
    pub key: &'static str,
    /// Columns of each unique key.
    pub unique: &'static [&'static str],
    /// `column table.column`.
    pub references: &'static [&'static str],
    /// Columns of each index, and `desc`.
    pub indexes: &'static [&'static str],
    /// Columns of each index that a hypertable does not need.
    pub without_chunks: &'static [&'static str],
    /// Columns of the primary key of `<table>_archive`, which has the same columns.
    pub archive: Option<&'static str>,
    /// Values that are taken where those of the kind are not.
    pub good: &'static [(&'static str, &'static str)],
    /// Values that are refused beside those that no column of the kind takes.
    pub bad: &'static [(&'static str, &'static str)],
}

/// A column.
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    required: bool,
    default: Option<Default>,
}

/// What a column holds.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A number that the database counts up.
    Key,
    Uuid,
    Name(u32),
    Text,
    /// Name of the type on PostgreSQL, and its labels.
    Enum(&'static str, &'static [&'static str]),
    Moment,
    /// A moment of any year, where MySQL and SQLite check none.
    Instant,
    Json,
    Decimal(u32, u32),
    Double,
    Count,
    /// A whole number of any size, such as the number of a row of another table.
    Whole,
    Boolean,
    Bytes,
}

#[derive(Clone, Copy)]
pub enum Default {
    Now,
    NewUuid,
    Label(&'static str),
    Zero,
    Number(&'static str),
    True,
    False,
}

pub const ID: Column = required("id", Key);
pub const UUID: Column = defaulting("id", Uuid, Default::NewUuid);
pub const CREATED_AT: Column = defaulting("created_at", Moment, Default::Now);
pub const UPDATED_AT: Column = defaulting("updated_at", Moment, Default::Now);

/// Never null.
pub const fn required(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: true, default: None }
}

/// May be null.
pub const fn optional(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: false, default: None }
}

/// Never null, and filled in.
pub const fn defaulting(name: &'static str, kind: Kind, default: Default) -> Column {
    Column { name, kind, required: true, default: Some(default) }
}

impl Table {
    /// A table with nothing but columns and a key.
    pub const fn of(name: &'static str, columns: &'static [Column], key: &'static str) -> Self {
        Self {
            name,
            columns,
            key,
            unique: &[],
            references: &[],
            indexes: &[],
            without_chunks: &[],
            archive: None,
            good: &[],
            bad: &[],
        }
    }

    fn numbered(&self) -> bool {
        matches!(self.columns[0].kind, Key)
    }

    /// Columns as the catalogue has them.
    fn column_lines(&self, backend: Backend) -> Vec<String> {
        self.columns.iter().map(|column| column.line(self.name, backend)).collect()
    }

    /// Columns of its archive: the number is given elsewhere.
    fn archive_column_lines(&self, backend: Backend) -> Vec<String> {
        let mut lines = self.column_lines(backend);
        lines[0] = lines[0].replace(&format!(" default nextval('{}_id_seq'::regclass)", self.name), "");
        lines[0] = lines[0].replace(" auto_increment", "");
        lines
    }

    /// Keys of its archive.
    fn archive_key_lines(&self, backend: Backend) -> Vec<String> {
        let archived = self.archive.filter(|_| backend != Backend::Sqlite);
        let keys = archived.into_iter().map(|key| format!("key {key}"));
        keys.chain(self.unique.iter().map(|columns| format!("unique {columns}"))).collect()
    }

    fn archive_name(&self) -> Option<String> {
        self.archive.map(|_| format!("{}_archive", self.name))
    }

    /// Keys, references and indexes as the catalogue has them, sorted.
    fn key_lines(&self, backend: Backend) -> Vec<String> {
        let lines = |kind: &str, of: &[&str]| of.iter().map(|columns| format!("{kind} {columns}")).collect::<Vec<_>>();
        // The name of the row's own number.
        let key: &[&str] = if backend == Backend::Sqlite && self.numbered() { &[] } else { &[self.key] };
        let indexes: Vec<&str> =
            self.indexes.iter().copied().filter(|index| is_postgres(backend) || !index.starts_with("gin ")).collect();
        let mut all = [lines("key", key), lines("unique", self.unique), lines("foreign", self.references)].concat();
        if backend != Backend::Timescale {
            all.extend(lines("index", self.without_chunks));
        }
        all.extend(indexes.into_iter().map(|index| match index.strip_prefix("gin ") {
            Some(columns) => format!("gin {columns}"),
            None => format!("index {index}"),
        }));
        all.sort();
        all
    }
}

fn is_postgres(backend: Backend) -> bool {
    matches!(backend, Backend::Postgres | Backend::Timescale)
}

impl Column {
    fn line(&self, table: &str, backend: Backend) -> String {
        let numbered = matches!(self.kind, Key);
        let null = if self.required && !(numbered && backend == Backend::Sqlite) { " not null" } else { "" };
        let default = match (self.default, backend) {
            (None, Backend::Postgres | Backend::Timescale) if numbered => {
                format!(" default nextval('{table}_id_seq'::regclass)")
            }
            (None, Backend::Mariadb) if numbered => " auto_increment".to_owned(),
            (None, _) => String::new(),
            (Some(default), backend) => format!(" default {}", default.text(backend, self.kind)),
        };
        format!("{} {}{null}{default}", self.name, self.kind.type_text(backend))
    }

    /// A value that is taken, in SQL.
    fn good(&self, backend: Backend) -> String {
        match self.kind {
            Key | Decimal(..) | Double | Count | Whole => "1".to_owned(),
            Uuid => tests::fixtures::id(backend, 7),
            Name(_) | Text => "'x'".to_owned(),
            Enum(_, labels) => format!("'{}'", labels[0]),
            Moment | Instant => at(backend, "05 12:00:00"),
            Json => "'{\"a\": [1, null]}'".to_owned(),
            Boolean => "TRUE".to_owned(),
            Bytes if is_postgres(backend) => "'\\x00ff'".to_owned(),
            Bytes => "x'00ff'".to_owned(),
        }
    }

    /// Values that are refused, in SQL.
    fn bad(&self, backend: Backend) -> Vec<String> {
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let postgres = is_postgres(backend);
        let mut bad = match self.kind {
            Uuid => owned(match backend {
                Backend::Sqlite => &["x'00'", "'x'"],
                // It fills up what is shorter.
                Backend::Mariadb => &["x'0102030405060708090a0b0c0d0e0f1011'"],
                Backend::Postgres | Backend::Timescale => &["'x'"],
            }),
            Name(length) => vec!["''".to_owned(), format!("'{}'", "ö".repeat(length as usize + 1))],
            // A label in another case is another text.
            Enum(_, labels) => {
                let other_case =
                    if labels[0] == labels[0].to_uppercase() { str::to_lowercase } else { str::to_uppercase };
                // MySQL takes it for the label and stores that.
                let other_case = (backend != Backend::Mariadb).then(|| format!("'{}'", other_case(labels[0])));
                other_case.into_iter().chain(owned(&["''", "'no such'"])).collect()
            }
            Moment => owned(no_moments(backend)),
            Instant => {
                no_moments(backend).iter().filter(|text| !text.contains("1969")).map(|&text| text.to_owned()).collect()
            }
            Json => owned(&["'{'", "''"]),
            Decimal(digits, after_point) => {
                let beyond = "9".repeat((digits - after_point + 1) as usize);
                let mut bad = vec![beyond.clone(), format!("-{beyond}"), "'warm'".to_owned()];
                if postgres {
                    bad.push("'NaN'".to_owned());
                }
                if backend == Backend::Sqlite {
                    // The others round it.
                    bad.push(format!("0.{}1", "0".repeat(after_point as usize)));
                }
                bad
            }
            Double => owned(no_numbers(backend)),
            Count => owned(&["-1", "2147483648", "'many'"]),
            Whole => owned(&["'many'"]),
            Boolean if postgres => owned(&["'perhaps'"]),
            Boolean => owned(&["2", "-1"]),
            Bytes if backend == Backend::Sqlite => owned(&["'text'"]),
            Key | Text | Bytes => Vec::new(),
        };
        // Null is where MySQL and SQLite count on.
        if self.required && !matches!(self.kind, Key) {
            bad.push("NULL".to_owned());
        }
        bad
    }
}

impl Kind {
    fn type_text(self, backend: Backend) -> String {
        let names = |postgres: &str, mysql: &str, sqlite: &str| match backend {
            Backend::Postgres | Backend::Timescale => postgres.to_owned(),
            Backend::Mariadb => mysql.to_owned(),
            Backend::Sqlite => sqlite.to_owned(),
        };
        match self {
            Uuid => names("uuid", "binary(16)", "blob"),
            Name(length) => names(
                &format!("character varying({length})"),
                &format!("varchar({length})"),
                &format!("varchar({length})"),
            ),
            Text => names("text", "text", "text"),
            Enum(name, labels) => names(name, &format!("enum('{}')", labels.join("','")), "text"),
            Moment | Instant => names("timestamp with time zone", "datetime(6)", "text"),
            Json => names("jsonb", "longtext", "text"),
            Decimal(digits, after_point) => names(
                &format!("numeric({digits},{after_point})"),
                &format!("decimal({digits},{after_point})"),
                "double",
            ),
            Double => names("double precision", "double", "double"),
            Count => names("integer", "int(11)", "integer"),
            Key | Whole => names("bigint", "bigint(20)", "integer"),
            Boolean => names("boolean", "tinyint(1)", "boolean"),
            Bytes => names("bytea", "longblob", "blob"),
        }
    }
}

impl Default {
    fn text(self, backend: Backend, kind: Kind) -> String {
        let names = |postgres: &str, mysql: &str, sqlite: &str| match backend {
            Backend::Postgres | Backend::Timescale => postgres.to_owned(),
            Backend::Mariadb => mysql.to_owned(),
            Backend::Sqlite => sqlite.to_owned(),
        };
        match self {
            Self::Now => names("now()", "utc_timestamp(6)", "(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')"),
            Self::NewUuid => names("gen_random_uuid()", "unhex(replace(uuid(),'-',''))", "randomblob(16)"),
            Self::Label(label) => {
                let of = match kind {
                    Enum(name, _) => name,
                    _ => "character varying",
                };
                names(&format!("'{label}'::{of}"), &format!("'{label}'"), &format!("'{label}'"))
            }
            Self::Zero => names("0", "0", "0"),
            Self::Number(number) => names(number, number, number),
            Self::True => names("true", "1", "TRUE"),
            Self::False => names("false", "0", "FALSE"),
        }
    }
}

/// The finished schema of an area has these tables, column by column and key by key, and no others.
pub async fn is_kept(database: TestDatabase, area: &'static str, tables: &[Table]) {
    let backend = database.backend();
    let db = finished(&database, area).await;
    let archives = tables.iter().filter_map(Table::archive_name);
    are_there(&db, backend, tables, archives.collect()).await;
    for table in tables {
        let mut keys = asked(&db, backend, KEYS, table.name).await;
        keys.sort();
        assert_eq!(keys, table.key_lines(backend), "{}", table.name);
        if let Some(archive) = table.archive_name() {
            assert_eq!(asked(&db, backend, COLUMNS, &archive).await, table.archive_column_lines(backend), "{archive}");
            let mut keys = asked(&db, backend, KEYS, &archive).await;
            keys.sort();
            assert_eq!(keys, table.archive_key_lines(backend), "{archive}");
        }
    }
}

/// The finished schema of an area has these tables, with these columns, unique keys and references, and no others. For an
/// area in which each backend has indexes of its own, and partitions instead of references to what is cut by time.
pub async fn columns_are_kept(database: TestDatabase, area: &'static str, tables: &[Table], partitioned: &[&str]) {
    let backend = database.backend();
    let db = finished(&database, area).await;
    are_there(&db, backend, tables, Vec::new()).await;
    let is_said = |line: &String| {
        let refers = |table: &&str| line.starts_with("foreign ") && line.contains(&format!(" {table}."));
        (line.starts_with("unique ") || line.starts_with("foreign ")) && !partitioned.iter().any(refers)
    };
    for table in tables {
        let mut keys = asked(&db, backend, KEYS, table.name).await;
        keys.retain(is_said);
        keys.sort();
        let mut expected = table.key_lines(backend);
        expected.retain(is_said);
        assert_eq!(keys, expected, "{}", table.name);
    }
}

async fn are_there(db: &DatabaseConnection, backend: Backend, tables: &[Table], archives: Vec<String>) {
    let mut names: Vec<String> = tables.iter().map(|table| table.name.to_owned()).chain(archives).collect();
    names.sort_unstable();
    let mut found = rows_as_text(db, TABLES[place(backend)]).await;
    found.sort_unstable();
    assert_eq!(found, names);
    for table in tables {
        assert_eq!(asked(db, backend, COLUMNS, table.name).await, table.column_lines(backend), "{}", table.name);
        for column in table.columns {
            let Enum(name, labels) = column.kind else { continue };
            if is_postgres(backend) {
                let found = scalar(db, &LABELS.replace("{type}", name)).await;
                assert_eq!(found, Some(labels.join(", ")), "{name}");
            }
        }
    }
}

async fn asked(db: &DatabaseConnection, backend: Backend, of: [&str; 3], table: &str) -> Vec<String> {
    rows_as_text(db, &of[place(backend)].replace("{table}", table)).await
}

/// Each column refuses what it should not hold; the tables in the order in which they refer to each other.
pub async fn bad_rows_are_refused(database: TestDatabase, area: &'static str, tables: &[Table]) {
    let backend = database.backend();
    let db = finished(&database, area).await;
    let quote = |name: &str| Dialect::of(db.get_database_backend()).quote(name);
    for table in tables {
        // Its number is given: the tables that refer to it have to know it, and one that was refused used up a number.
        let value = |column: &Column| {
            let own = table.good.iter().find(|(name, _)| *name == column.name);
            own.map_or_else(|| column.good(backend), |(_, value)| (*value).to_owned())
        };
        let good: Vec<(String, String)> =
            table.columns.iter().map(|column| (quote(column.name), value(column))).collect();
        let of_kind = |column: &Column| column.bad(backend).into_iter().map(|value| (quote(column.name), value));
        let mut bad: Vec<(String, String)> = table.columns.iter().flat_map(of_kind).collect();
        bad.extend(table.bad.iter().map(|(column, value)| (quote(column), (*value).to_owned())));
        let row = Row::of(table.name, &borrowed(&good));
        row.refuses(&db, &borrowed(&bad)).await;
        // What is unique is not there twice, whatever else is new.
        if !table.unique.is_empty() || !table.numbered() {
            let again = if table.numbered() { quote(table.columns[0].name) } else { String::new() };
            assert!(db.execute_unprepared(&row.insert(&again, "2")).await.is_err(), "{}: twice", table.name);
        }
    }
}

/// What is cut into chunks, how these are stored in the columnstore, and what jobs do with them.
pub async fn is_partitioned(area: &'static str, expected: &[&str]) {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = finished(&database, area).await;
    assert_eq!(rows_as_text(&db, PARTITIONS).await, expected);
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(column, value)| (column.as_str(), value.as_str())).collect()
}

async fn finished(database: &TestDatabase, area: &'static str) -> DatabaseConnection {
    database.up_of(area, || tests::area(area), None).await;
    database.connect().await
}

fn place(backend: Backend) -> usize {
    match backend {
        Backend::Postgres | Backend::Timescale => 0,
        Backend::Mariadb => 1,
        Backend::Sqlite => 2,
    }
}

/// Names of the tables, without the bookkeeping and what was kept aside.
const TABLES: [&str; 3] = [
    "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') \
     AND NOT relispartition AND relname !~ '^(seaql|_kept_)'",
    "SELECT CAST(TABLE_NAME AS char) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
     AND TABLE_NAME NOT REGEXP '^(seaql|_kept_)'",
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT GLOB 'seaql*' \
     AND name NOT GLOB 'sqlite*' AND name NOT GLOB '_kept_*'",
];

/// Columns of a table in their order: type, null, default. Without the tenant, which PostgreSQL alone has, and the words of
/// full text, which each backend has in its own way; the dumps of the schema and `suite/rights/tenants.rs` tell of them.
const COLUMNS: [&str; 3] = [
    "SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END \
     || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') FROM pg_attribute a \
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
     WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('tenant', 'search_vector') \
     ORDER BY a.attnum",
    "SELECT CAST(CONCAT(COLUMN_NAME, ' ', COLUMN_TYPE, IF(IS_NULLABLE = 'NO', ' not null', ''), \
     IF(COALESCE(COLUMN_DEFAULT, 'NULL') = 'NULL', '', CONCAT(' default ', COLUMN_DEFAULT)), \
     IF(EXTRA = '', '', CONCAT(' ', EXTRA))) AS char) FROM information_schema.COLUMNS \
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{table}' AND COLUMN_NAME <> 'search_text' \
     ORDER BY ORDINAL_POSITION",
    "SELECT name || ' ' || lower(type) || CASE WHEN \"notnull\" THEN ' not null' ELSE '' END \
     || coalesce(' default ' || dflt_value, '') FROM pragma_table_info('{table}') ORDER BY cid",
];

/// Keys, references and indexes of a table, without the tenant as well.
const KEYS: [&str; 3] = [
    "SELECT CASE WHEN m.amname = 'gin' THEN 'gin ' WHEN x.indisprimary THEN 'key ' WHEN x.indisunique THEN 'unique ' \
     ELSE 'index ' END || string_agg(a.attname || CASE WHEN x.indoption[k.n - 1] & 1 = 1 THEN ' desc' ELSE '' END, ', ' \
     ORDER BY k.n) FILTER (WHERE a.attname <> 'tenant') FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam \
     CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY k(attnum, n) \
     JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum \
     WHERE x.indrelid = '{table}'::regclass GROUP BY x.indexrelid, m.amname, x.indisprimary, x.indisunique \
     UNION ALL SELECT format('foreign %s %s.%s', a.attname, c.confrelid::regclass, b.attname) FROM pg_constraint c \
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
     JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] \
     WHERE c.conrelid = '{table}'::regclass AND c.contype = 'f'",
    "SELECT CAST(CONCAT(IF(INDEX_NAME = 'PRIMARY', 'key ', IF(NON_UNIQUE = 0, 'unique ', 'index ')), \
     GROUP_CONCAT(CONCAT(COLUMN_NAME, IF(COLLATION = 'D', ' desc', '')) ORDER BY SEQ_IN_INDEX SEPARATOR ', ')) AS char) \
     FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{table}' \
     GROUP BY INDEX_NAME, NON_UNIQUE \
     UNION ALL SELECT CAST(CONCAT('foreign ', COLUMN_NAME, ' ', REFERENCED_TABLE_NAME, '.', REFERENCED_COLUMN_NAME) AS char) \
     FROM information_schema.KEY_COLUMN_USAGE \
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{table}' AND REFERENCED_TABLE_NAME IS NOT NULL",
    "SELECT CASE WHEN l.origin = 'pk' THEN 'key ' WHEN l.\"unique\" THEN 'unique ' ELSE 'index ' END || (SELECT group_concat(c.text, ', ') \
     FROM (SELECT name || CASE WHEN \"desc\" THEN ' desc' ELSE '' END AS text FROM pragma_index_xinfo(l.name) \
     WHERE key ORDER BY seqno) c) FROM pragma_index_list('{table}') l \
     UNION ALL SELECT 'foreign ' || \"from\" || ' ' || \"table\" || '.' || \"to\" FROM pragma_foreign_key_list('{table}')",
];

const LABELS: &str = "SELECT string_agg(enumlabel::text, ', ' ORDER BY enumsortorder) FROM pg_enum \
     WHERE enumtypid = '{type}'::regtype";

const PARTITIONS: &str = "SELECT line FROM (\
     SELECT format('%s is cut by %s', hypertable_name, string_agg(format('%s %s', column_name, \
     coalesce(time_interval::text, num_partitions::text)), ', ' ORDER BY dimension_number)) AS line \
     FROM timescaledb_information.dimensions WHERE hypertable_schema = current_schema() GROUP BY hypertable_name \
     UNION ALL SELECT format('%s is stored by %s, %s', hypertable, segmentby, orderby) \
     FROM timescaledb_information.hypertable_columnstore_settings WHERE orderby IS NOT NULL \
     UNION ALL SELECT format('%s: %s %s', hypertable_name, proc_name, coalesce(config->>'compress_after', config->>'drop_after')) \
     FROM timescaledb_information.jobs WHERE hypertable_schema = current_schema()) l ORDER BY line COLLATE \"C\"";
