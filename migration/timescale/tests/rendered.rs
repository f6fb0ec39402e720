//! What every operation renders for every kind of server: one file per operation in `tests/rendered`, reviewed in diffs.
//!
//! Servers that get the same are listed together. After a change that is meant, write the files anew with
//! `UPDATE_RENDERED=1 cargo test -p migration-timescale --test rendered`.
//!
//! # How to add an operation
//!
//! A test that calls [`rendered`] with the name of its file and what it renders.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::{fmt::Write, fs, path::Path};

use migration_timescale::{
    AggregateIndex, ArchivePolicy, Capability, ChecksOnNewColumns, ChunkInterval, Chunks, Columnstore,
    ColumnstorePolicy, ContinuousAggregate, Dialect, HashDimension, Hypertable, HypertableColumn, Interval, Job,
    Maintenance, Number, PerChunkIndex, RefreshPolicy, RenderError, ReorderPolicy, RetentionPolicy, SparseIndex,
    TenantPolicy, Version, Window, bucket_sql,
};
use sea_orm::sea_query::{ColumnDef, Index, MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder, Table};

/// Every version that brought something, the one before it, and what there is beside.
fn servers() -> Vec<(String, Capability)> {
    let floors = [
        (8, 1),
        (9, 0),
        (11, 2),
        (12, 2),
        (13, 0),
        (17, 2),
        (18, 0),
        (19, 3),
        (20, 0),
        (21, 4),
        (22, 1),
        (23, 1),
        (24, 0),
        (25, 2),
        (26, 0),
        (28, 3),
    ];
    let full = floors.map(|(minor, patch)| Capability::timescale_full(Version::new(2, minor, patch)));
    let apache =
        [(12, 2), (13, 0), (28, 3)].map(|(minor, patch)| Capability::timescale_apache(Version::new(2, minor, patch)));
    let wasm = Capability::timescale_full(Version::new(2, 23, 0)).in_web_assembly();
    let plain = [Capability::postgres(), Capability::sqlite(), Capability::mysql()];
    let named = full.into_iter().chain(apache).chain(plain).map(|server| (server.to_string(), server));
    named.chain([(format!("{wasm}, in WebAssembly"), wasm)]).collect()
}

/// Compares what is rendered for each server with the file.
fn rendered<E: Into<RenderError>>(operation: &str, render: impl Fn(Capability) -> Result<Vec<String>, E>) {
    let mut groups: Vec<(Vec<String>, String)> = Vec::new();
    for (name, server) in servers() {
        let text = match render(server).map_err(Into::into) {
            Ok(statements) if statements.is_empty() => "nothing to do\n".to_owned(),
            Ok(statements) => statements.join(";\n") + ";\n",
            Err(RenderError::Unsupported(skipped)) => format!("skipped: {} needs {}\n", skipped.feature, skipped.needs),
            Err(RenderError::Refused(refused)) => format!("refused: {refused}\n"),
        };
        match groups.iter_mut().find(|(_, known)| *known == text) {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], text)),
        }
    }
    let mut found = String::new();
    for (names, text) in groups {
        writeln!(found, "-- {}\n{text}", short(&names)).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rendered").join(format!("{operation}.txt"));
    if std::env::var_os("UPDATE_RENDERED").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if expected != found {
        let diff = similar::TextDiff::from_lines(&expected, &found);
        panic!("{} differs (UPDATE_RENDERED=1 writes it anew):\n{}", path.display(), diff.unified_diff());
    }
}

/// `TimescaleDB 2.18.0, 2.20.0; SQLite`: what is said of the one before is not said again.
fn short(names: &[String]) -> String {
    let mut line = String::new();
    for name in names {
        let is_plain_version = |name: &str| name.starts_with("TimescaleDB ") && !name.contains(',');
        match name.strip_prefix("TimescaleDB ") {
            Some(version) if is_plain_version(name) && line.starts_with("TimescaleDB ") => {
                write!(line, ", {version}").unwrap();
            }
            _ if line.is_empty() => line.push_str(name),
            _ => write!(line, "; {name}").unwrap(),
        }
    }
    line
}

fn all<E: Into<RenderError>>(
    statements: impl IntoIterator<Item = Result<String, E>>,
) -> Result<Vec<String>, RenderError> {
    statements.into_iter().map(|sql| sql.map_err(Into::into)).collect()
}

#[allow(clippy::unnecessary_wraps, reason = "what `rendered` takes")]
fn infallible(statements: Vec<String>) -> Result<Vec<String>, RenderError> {
    Ok(statements)
}

fn hourly() -> ContinuousAggregate {
    ContinuousAggregate::on("readings", "readings_hourly")
        .bucket("bucket", "taken_at", Interval::hours(1))
        .group_by("sensor_id")
        .aggregate("avg_value", "avg(value)")
        .aggregate("readings", "count(*)")
}

fn weekly() -> ContinuousAggregate {
    ContinuousAggregate::stacked_on(&hourly(), "readings_weekly", Interval::weeks(1))
        .group_by("sensor_id")
        .aggregate_as("avg_value", Number::Double, "sum(avg_value * readings) / sum(readings)")
        .aggregate_as("readings", Number::BigInt, "sum(readings)")
}

fn at(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().unwrap()
}

#[test]
fn hypertable() {
    let hypertable = Hypertable::by_range("readings", "taken_at").chunk_interval("7 days");
    rendered("hypertable", |server| {
        all([hypertable.create_sql(server), hypertable.clone().only_when_empty().create_sql(server)])
    });
}

#[test]
fn hypertable_spread_by_a_hash() {
    let hypertable = Hypertable::by_range("snapshots", "taken_at").chunk_interval("7 days").spread_by("machine_id", 4);
    rendered("hypertable_spread_by_a_hash", |server| all([hypertable.create_sql(server)]));
}

#[test]
fn hypertable_with_its_table() {
    let mut table = Table::create();
    table.table("readings").col(ColumnDef::new("taken_at").timestamp_with_time_zone().not_null());
    table.col(ColumnDef::new("id").integer().not_null());
    table.primary_key(Index::create().col("id").col("taken_at"));
    let hypertable = Hypertable::by_range("readings", "taken_at").chunk_interval("7 days");
    rendered("hypertable_with_its_table", |server| {
        let mut statements = hypertable.create_table_sql(&table, server)?;
        statements.push(hypertable.drop_table_sql(server));
        infallible(statements)
    });
}

#[test]
fn hash_dimension() {
    let dimension = HashDimension::of("snapshots", "machine_id", 4);
    rendered("hash_dimension", |server| all([dimension.add_sql(server), dimension.set_partitions_sql(server)]));
}

#[test]
fn chunk_interval() {
    let (new, old) = (Interval::days(1), Interval::weeks(1));
    rendered("chunk_interval", |server| {
        all([new, old].map(|interval| ChunkInterval::of("readings", interval).set_sql(server)))
    });
}

#[test]
fn hypertable_column() {
    let column = ColumnDef::new("quality").double().not_null().default(1.0).take();
    let changes = [HypertableColumn::add("readings", column), HypertableColumn::drop("readings", "quality")];
    rendered("hypertable_column", |server| {
        infallible(
            changes
                .iter()
                .map(|change| match server.dialect() {
                    Dialect::MySql => change.statement().to_string(MysqlQueryBuilder),
                    Dialect::Sqlite => change.statement().to_string(SqliteQueryBuilder),
                    Dialect::Postgres => change.statement().to_string(PostgresQueryBuilder),
                })
                .collect(),
        )
    });
}

#[test]
fn per_chunk_index() {
    let index = Index::create().name("readings_value_idx").table("readings").col("value").take();
    let index = PerChunkIndex::new("readings", "readings_value_idx", index);
    rendered("per_chunk_index", |server| all([index.create_sql(server), Ok(index.drop_sql(server))]));
}

#[test]
fn checks_on_new_columns() {
    let checks = ChecksOnNewColumns::on("readings").check("readings_quality_check", "quality >= 0");
    rendered("checks_on_new_columns", |server| {
        infallible(if server.has_columnstore() {
            vec![checks.add_to_columnstore_sql()]
        } else {
            vec![checks.add_unvalidated_sql(), checks.validate_sql()]
        })
    });
}

#[test]
fn columnstore() {
    let columnstore = Columnstore::on("readings").segment_by("sensor_id").order_by("taken_at DESC");
    rendered("columnstore", |server| {
        let mut statements = vec![columnstore.enable_sql(server)?];
        statements.extend(columnstore.disable_sql(server)?);
        infallible(statements)
    });
}

#[test]
fn sparse_index() {
    let columnstore = Columnstore::on("readings").segment_by("sensor_id").order_by("taken_at DESC");
    let indexed = columnstore.sparse_index(SparseIndex::minmax("value")).sparse_index(SparseIndex::bloom(&["unit"]));
    rendered("sparse_index", |server| {
        all([indexed.sparse_sql(server), indexed.reset_sparse_sql(server).map_err(Into::into)])
    });
    let composite = indexed.sparse_index(SparseIndex::bloom(&["unit", "quality"]));
    rendered("sparse_index_of_several_columns", |server| all([composite.sparse_sql(server)]));
}

#[test]
fn chunks() {
    let old = Chunks::of("readings").older_than(Interval::days(7));
    let stretch = Chunks::of("readings").since(at("2026-01-05T00:00:00Z")).before(at("2026-02-02T00:00:00Z"));
    let one = Chunks::one("_timescaledb_internal._hyper_1_1_chunk");
    let each = old.clone().one_by_one();
    rendered("chunks", |server| {
        all([&old, &stretch, &one, &each].into_iter().flat_map(|chunks| {
            [chunks.compress_sql(server), chunks.recompress_sql(server), chunks.decompress_sql(server)]
        }))
    });
}

#[test]
fn columnstore_of_an_aggregate() {
    let columnstore = Columnstore::on_aggregate(&hourly());
    rendered("columnstore_of_an_aggregate", |server| {
        let mut statements = vec![columnstore.enable_sql(server)?];
        statements.extend(columnstore.disable_sql(server)?);
        Ok::<_, RenderError>(statements)
    });
}

#[test]
fn columnstore_policy() {
    let policy = ColumnstorePolicy::after("readings", "7 days");
    rendered("columnstore_policy", |server| all([policy.add_sql(server), policy.remove_sql(server)]));
}

#[test]
fn reorder_policy() {
    let policy = ReorderPolicy::by("readings", "readings_sensor_id_idx");
    rendered("reorder_policy", |server| all([policy.add_sql(server), policy.remove_sql(server)]));
}

#[test]
fn refresh_policy() {
    let policy = RefreshPolicy::of(&hourly()).start_offset(Interval::hours(3)).end_offset(Interval::minutes(30));
    let policy = policy.schedule_interval(Interval::minutes(30));
    rendered("refresh_policy", |server| all([policy.add_sql(server), policy.remove_sql(server)]));
    rendered("refresh_policy_over_less_than_two_buckets", |server| {
        all([policy.clone().start_offset(Interval::hours(2)).add_sql(server)])
    });
}

#[test]
fn retention_policy() {
    let policy = RetentionPolicy::of_table("readings", "taken_at", Interval::days(180));
    rendered("retention_policy", |server| all([policy.add_sql(server), policy.remove_sql(server)]));
}

#[test]
fn maintenance() {
    let now = at("2026-03-05T13:47:31Z");
    let refresh = RefreshPolicy::of(&hourly()).start_offset(Interval::hours(3)).end_offset(Interval::minutes(30));
    let retention =
        RetentionPolicy::of_table("readings", "taken_at", Interval::days(180)).keeps_until_summarised_by(&hourly());
    let of_aggregate =
        RetentionPolicy::of_aggregate(&hourly(), Interval::days(720)).keeps_until_summarised_by(&weekly());
    let work = [refresh.clone().into(), retention.clone().into(), of_aggregate.clone().into()];
    Maintenance::check_all(&work).unwrap();
    rendered("maintenance", |server| {
        let mut statements = vec![hourly().last_bucket_sql(server)];
        statements.extend(refresh.run_sql(server, now, Some(at("2026-03-05T12:00:00Z")))?);
        statements.push(retention.run_sql(server, now, 10_000)?);
        statements.push(of_aggregate.run_sql(server, now, 10_000)?);
        infallible(statements)
    });
}

#[test]
fn archive_policy() {
    let policy = ArchivePolicy::of_table("readings", "taken_at", Interval::days(90), "readings_archive")
        .key(&["sensor_id", "taken_at"])
        .columns(&["taken_at", "sensor_id", "value"]);
    let moved = |server| policy.move_sql(server, at("2026-03-05T13:47:31Z"), 5_000);
    rendered("archive_policy", |server| {
        let mut statements = policy.add_sql(server, true)?;
        statements.extend(policy.add_sql(server, false)?.into_iter().take(1));
        statements.extend(policy.remove_sql(server)?);
        statements.push(policy.step_sql(at("2026-03-05T13:47:31Z")));
        infallible(statements)
    });
    rendered("archive_without_a_function", |server| {
        let mut statements = moved(server)?;
        statements.push(policy.bring_back_sql(server.backend()));
        infallible(statements)
    });
}

#[test]
fn tenant_policy() {
    let policy = TenantPolicy::on("it's \"odd\"");
    rendered("tenant_policy", |server| {
        let mut statements = policy.add_sql(server)?;
        statements.extend(policy.remove_sql());
        Ok::<_, RenderError>(statements)
    });
}

#[test]
fn job() {
    let job = Job::of("archive_alerts", Interval::days(1)).config(r#"{"older_than": "90 days"}"#);
    rendered("job", |server| {
        let mut statements = job.add_sql(server)?.to_vec();
        statements.push(job.delete_sql(server)?);
        infallible(statements)
    });
}

#[test]
fn continuous_aggregate() {
    rendered("continuous_aggregate", |server| {
        let mut statements = hourly().create_sql(server)?;
        statements.extend(hourly().drop_sql(server));
        infallible(statements)
    });
    rendered("continuous_aggregate_materialized_only", |server| hourly().materialized_only().create_sql(server));
    rendered("continuous_aggregate_stacked", |server| weekly().create_sql(server));
}

#[test]
fn aggregate_index() {
    let index = AggregateIndex::on(&hourly(), "readings_hourly_avg_idx").column("avg_value").descending("bucket");
    rendered("aggregate_index", |server| infallible(vec![index.create_sql(server), index.drop_sql(server)]));
}

#[test]
fn refresh() {
    let window = Window::between(at("2026-03-05T10:10:00Z"), at("2026-03-05T13:47:31Z"));
    rendered("refresh", |server| hourly().refresh_sql(server, window).map_err(RenderError::from));
    rendered("refresh_of_everything", |server| hourly().refresh_sql(server, Window::ALL).map_err(RenderError::from));
    let short = Window::between(at("2026-03-05T10:10:00Z"), at("2026-03-05T11:47:31Z"));
    rendered("refresh_of_less_than_a_bucket", |server| hourly().refresh_sql(server, short).map_err(RenderError::from));
}

#[test]
fn bucket() {
    rendered("bucket", |server| {
        let widths = [Interval::minutes(15), Interval::hours(1), Interval::days(1), Interval::weeks(1)];
        infallible(widths.map(|width| bucket_sql(server, width, "taken_at")).to_vec())
    });
}
