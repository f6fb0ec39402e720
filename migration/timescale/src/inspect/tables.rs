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
const PARTS: &str = "WITH RECURSIVE roots AS (SELECT c.relname::text AS name, c.oid AS root, CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'm' THEN 'view' ELSE 'table' END AS kind \
     FROM pg_class c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition \
     AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'){aggregates}), \
     inherited AS (SELECT r.root, r.root AS part FROM roots r UNION ALL SELECT h.root, i.inhrelid FROM inherited h JOIN pg_inherits i ON i.inhparent = h.part), \
     parts AS (SELECT root, part, false AS packed, 0::bigint AS packed_rows FROM inherited{columnstore}) ";
const AGGREGATES: &str = " UNION ALL SELECT g.view_name::text, format('%I.%I', g.materialization_hypertable_schema, g.materialization_hypertable_name)::regclass::oid, 'aggregate' \
     FROM timescaledb_information.continuous_aggregates g WHERE g.view_schema = current_schema()";
/// What the columnstore keeps of a chunk is a table of its own that inherits from nothing.
const COLUMNSTORE: &str = " UNION ALL SELECT h.root, k.packed, true, coalesce(k.rows, 0) FROM inherited h JOIN {packed} k ON k.chunk = h.part";
/// A chunk in the columnstore keeps no rows of its own: its packed rows are counted instead.
const SUMS: &str = "SELECT r.name, r.root, {kind} AS kind, sum(pg_total_relation_size(c.oid) - pg_indexes_size(c.oid) - coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0))::bigint AS \"table\", \
     sum(pg_indexes_size(c.oid))::bigint AS index, sum(coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0))::bigint AS toast, \
     sum(pg_total_relation_size(c.oid))::bigint AS total, \
     coalesce(sum(pg_stat_get_live_tuples(c.oid)) FILTER (WHERE NOT p.packed), 0)::bigint AS live_rows, sum(p.packed_rows)::bigint AS packed_rows, \
     coalesce(sum(pg_stat_get_dead_tuples(c.oid)), 0)::bigint AS dead_rows, \
     max(greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid))) AS last_vacuum_at, \
     max(greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))) AS last_analyze_at \
     FROM roots r JOIN parts p ON p.root = r.root JOIN pg_class c ON c.oid = p.part GROUP BY r.name, r.kind, r.root";
/// TimescaleDB says itself how large a hypertable is, wherever it keeps the rows.
const OF_HYPERTABLES: &str = "SELECT s.name, s.kind, coalesce(z.\"table\", s.\"table\") AS \"table\", coalesce(z.index, s.index) AS index, \
     coalesce(z.toast, s.toast) AS toast, coalesce(z.total, s.total) AS total, s.live_rows, s.packed_rows, s.dead_rows, s.last_vacuum_at, s.last_analyze_at \
     FROM ({sums}) s LEFT JOIN LATERAL (SELECT coalesce(d.table_bytes, 0) AS \"table\", coalesce(d.index_bytes, 0) AS index, coalesce(d.toast_bytes, 0) AS toast, \
     coalesce(d.total_bytes, 0) AS total FROM hypertable_detailed_size(CASE WHEN s.kind IN ('hypertable', 'aggregate') THEN s.root::regclass END) d) z ON true \
     ORDER BY total DESC, s.name";
const OF_TABLES: &str = "SELECT s.* FROM ({sums}) s ORDER BY s.total DESC, s.name";
const IS_HYPERTABLE: &str = "CASE WHEN EXISTS (SELECT 1 FROM timescaledb_information.hypertables h WHERE h.hypertable_schema = current_schema() AND h.hypertable_name = r.name) THEN 'hypertable' ELSE r.kind END";

const MYSQL: &str = "SELECT TABLE_NAME AS name, IF(CREATE_OPTIONS LIKE '%partitioned%', 'partitioned', 'table') AS kind, \
     CAST(COALESCE(DATA_LENGTH, 0) AS SIGNED) AS `table`, CAST(COALESCE(INDEX_LENGTH, 0) AS SIGNED) AS `index`, CAST(0 AS SIGNED) AS toast, \
     CAST(COALESCE(DATA_LENGTH + INDEX_LENGTH, 0) AS SIGNED) AS total, CAST(COALESCE(TABLE_ROWS, 0) AS SIGNED) AS live_rows, CAST(0 AS SIGNED) AS packed_rows, \
     CAST(NULL AS SIGNED) AS dead_rows, CAST(NULL AS DATETIME) AS last_vacuum_at, CAST(NULL AS DATETIME) AS last_analyze_at \
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY total DESC, name";

// Of a table's own tree the leaves hold the rows, of one without row ids all of its pages do.
const SQLITE: &str = "WITH trees AS MATERIALIZED (SELECT name, sum(pgsize) AS bytes, sum(CASE pagetype WHEN 'leaf' THEN ncell ELSE 0 END) AS leaves, \
     sum(ncell) AS cells FROM dbstat GROUP BY name) \
     SELECT t.name AS name, 'table' AS kind, max(CASE WHEN o.name = t.name THEN s.bytes ELSE 0 END) AS \"table\", \
     sum(CASE WHEN o.name = t.name THEN 0 ELSE s.bytes END) AS \"index\", 0 AS toast, sum(s.bytes) AS total, \
     max(CASE WHEN o.name <> t.name THEN 0 WHEN t.wr THEN s.cells ELSE s.leaves END) AS live_rows, 0 AS packed_rows, \
     NULL AS dead_rows, NULL AS last_vacuum_at, NULL AS last_analyze_at \
     FROM pragma_table_list t JOIN sqlite_master o ON o.tbl_name = t.name AND o.type IN ('table', 'index') JOIN trees s ON s.name = o.name \
     WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' GROUP BY t.name ORDER BY total DESC, t.name";
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
