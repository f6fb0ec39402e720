//! Tables: sizes, dead rows, and when they were last vacuumed and analyzed.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde::Serialize;

use super::{Answer, Bytes, answer::rows};
use crate::{Capability, Dialect, internals};

/// What kind of table it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// An ordinary table.
    #[default]
    Table,
    /// A partitioned table, its partitions included.
    Partitioned,
    /// A materialised view.
    MaterializedView,
    /// A hypertable, its chunks included.
    Hypertable,
    /// What a continuous aggregate has stored.
    ContinuousAggregate,
}

/// A table, with all of its chunks or partitions summed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, FromQueryResult)]
pub struct TableState {
    /// Its name.
    pub name: String,
    /// What it is.
    #[sea_orm(skip)]
    pub kind: TableKind,
    /// Its size.
    #[sea_orm(nested)]
    pub bytes: Bytes,
    /// Live rows as the server's statistics count them, those in the columnstore left out; on SQLite as they are.
    pub live_rows: i64,
    /// Rows that were packed into the columnstore.
    #[sea_orm(skip)]
    pub columnstore_rows: Answer<i64>,
    /// Rows that were deleted or replaced and still take space, those of the columnstore included where
    /// [`columnstore_rows`](Self::columnstore_rows) are known; null on MySQL and SQLite, which do not count them.
    pub dead_rows: Option<i64>,
    /// Last vacuum of any of its parts, by hand or automatic.
    pub last_vacuum_at: Option<DateTime<Utc>>,
    /// Last analyze of any of its parts, by hand or automatic.
    pub last_analyze_at: Option<DateTime<Utc>>,
    /// Whether dead rows are worth a look, see [`TableState::MANY_DEAD_ROWS`].
    #[sea_orm(skip)]
    pub needs_vacuum: bool,
}

impl TableState {
    /// So many dead rows are worth a look when they are also more than a quarter of the live ones: autovacuum with its
    /// defaults (50 rows and a fifth) would have removed them.
    pub const MANY_DEAD_ROWS: i64 = 10_000;

    fn has_too_many_dead_rows(&self) -> bool {
        self.dead_rows.is_some_and(|dead| dead > Self::MANY_DEAD_ROWS && dead > self.live_rows / 4)
    }
}

/// Tables of the schema as `root`, and everything they consist of as `part`: partitions and chunks inherit from them.
const PARTS: &str = include_str!("tables_parts.sql");
const AGGREGATES: &str = " UNION ALL SELECT g.view_name::text, format('%I.%I', g.materialization_hypertable_schema, g.materialization_hypertable_name)::regclass::oid, 'aggregate' \
     FROM timescaledb_information.continuous_aggregates g WHERE g.view_schema = current_schema()";
/// What the columnstore keeps of a chunk is a table of its own that inherits from nothing.
const COLUMNSTORE: &str = " UNION ALL SELECT h.root, k.packed, true, coalesce(k.rows, 0) FROM inherited h JOIN {packed} k ON k.chunk = h.part";
/// A chunk in the columnstore keeps no rows of its own: its packed rows are counted instead.
const SUMS: &str = include_str!("tables_sums.sql");
/// TimescaleDB says itself how large a hypertable is, wherever it keeps the rows.
const OF_HYPERTABLES: &str = include_str!("tables_of_hypertables.sql");
const OF_TABLES: &str = "SELECT s.* FROM ({sums}) s ORDER BY s.total DESC, s.name";
const IS_HYPERTABLE: &str = "CASE WHEN EXISTS (SELECT 1 FROM timescaledb_information.hypertables h WHERE h.hypertable_schema = current_schema() AND h.hypertable_name = r.name) THEN 'hypertable' ELSE r.kind END";

const MYSQL: &str = include_str!("tables_mysql.sql");

// Of a table's own tree the leaves hold the rows, of one without row ids all of its pages do.
const SQLITE: &str = include_str!("tables_sqlite.sql");
const SQLITE_FILE: &str = "SELECT page_count * page_size AS bytes, sqlite_compileoption_used('ENABLE_DBSTAT_VTAB') AS has_dbstat \
     FROM pragma_page_count, pragma_page_size";
/// A larger SQLite file is not read from end to end only to measure it.
const LARGEST_FILE: i64 = 1 << 30;

/// Why the tables of an SQLite file are not measured, if so.
fn unmeasured(bytes: i64, has_dbstat: bool) -> Option<String> {
    if !has_dbstat {
        return Some("the size of each table needs an SQLite that is built with dbstat".to_owned());
    }
    (bytes > LARGEST_FILE).then(|| {
        "the size of each table is not looked for in a file of more than 1 GiB: all of it has to be read".to_owned()
    })
}

/// The tables of the schema, the largest first; row counts are the server's estimates, on SQLite exact. One round trip, on
/// SQLite two, which read all of a file up to 1 GiB.
pub async fn tables<C: ConnectionTrait>(db: &C, server: Capability) -> Result<Answer<Vec<TableState>>, DbErr> {
    let packed = server.has_columnstore().then(|| internals::PACKED_CHUNKS.on(server));
    let sql = match server.dialect() {
        Dialect::Postgres => {
            let columnstore = packed.iter().flatten().map(|packed| COLUMNSTORE.replace("{packed}", packed));
            let (kind, all) =
                if server.has_hypertables() { (IS_HYPERTABLE, OF_HYPERTABLES) } else { ("r.kind", OF_TABLES) };
            PARTS
                .replace("{aggregates}", if server.has_columnstore() { AGGREGATES } else { "" })
                .replace("{columnstore}", &columnstore.collect::<String>())
                + &all.replace("{sums}", &SUMS.replace("{kind}", kind))
        }
        Dialect::MySql => MYSQL.to_owned(),
        Dialect::Sqlite => {
            let file = rows(db, SQLITE_FILE).await?.pop();
            let (bytes, has_dbstat) = match file {
                Some(file) => (file.try_get("", "bytes")?, file.try_get("", "has_dbstat")?),
                None => (0, false),
            };
            match unmeasured(bytes, has_dbstat) {
                Some(why) => return Ok(Answer::Unavailable { why }),
                None => SQLITE.to_owned(),
            }
        }
    };
    let found = rows(db, &sql).await?;
    let states = found.iter().map(|row| {
        let state = TableState::from_query_result(row, "")?;
        let kind = kind(&row.try_get::<String>("", "kind")?);
        let columnstore_rows = match &packed {
            Some(Err(not_known)) => not_known.clone().into(),
            Some(Ok(_)) | None => Answer::given(row.try_get("", "packed_rows")?),
        };
        Ok(TableState { kind, columnstore_rows, needs_vacuum: state.has_too_many_dead_rows(), ..state })
    });
    Ok(Answer::given(states.collect::<Result<_, DbErr>>()?))
}

fn kind(text: &str) -> TableKind {
    match text {
        "partitioned" => TableKind::Partitioned,
        "view" => TableKind::MaterializedView,
        "hypertable" => TableKind::Hypertable,
        "aggregate" => TableKind::ContinuousAggregate,
        _ => TableKind::Table,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_measured_when_that_is_possible_and_cheap() {
        assert_eq!(unmeasured(LARGEST_FILE, true), None);
        assert!(unmeasured(LARGEST_FILE + 1, true).unwrap().contains("1 GiB"));
        assert!(unmeasured(0, false).unwrap().contains("dbstat"));
    }

    #[test]
    fn dead_rows_are_worth_a_look_when_they_are_many_and_a_large_share() {
        let table = |live_rows, dead_rows| TableState {
            name: "readings".to_owned(),
            kind: TableKind::Table,
            bytes: Bytes::default(),
            live_rows,
            columnstore_rows: Answer::given(0),
            dead_rows,
            last_vacuum_at: None,
            last_analyze_at: None,
            needs_vacuum: false,
        };
        for (live, dead, expected) in
            [(0, Some(9_999), false), (0, Some(10_001), true), (1_000_000, Some(200_000), false), (1, None, false)]
        {
            assert_eq!(table(live, dead).has_too_many_dead_rows(), expected, "{live} {dead:?}");
        }
    }
}
