//! The table of the README that says what there is on which server is what the finished areas have there.
//!
//! `make schema` writes it anew.

use std::{fmt::Write, fs};

use migration_engine::operate::inspect;
use tests::{Backend, TestDatabase, fixtures::count, workspace};

const BEGIN: &str = "<!-- written by `make schema` from every area on every server -->\n";
const END: &str = "<!-- end -->\n";
const SERVERS: [(&str, Backend); 4] = [
    ("TimescaleDB, full licence", Backend::Timescale),
    ("PostgreSQL", Backend::Postgres),
    ("MySQL/MariaDB", Backend::Mariadb),
    ("SQLite", Backend::Sqlite),
];

/// What the areas have on a server.
#[derive(Default)]
struct Found {
    areas: usize,
    revisions: usize,
    tables: usize,
    hypertables: usize,
    in_columnstore: usize,
    aggregates: usize,
    portable_aggregates: usize,
    by_jobs: usize,
    by_command: usize,
    gin: u32,
    json: &'static str,
}

/// A row of the table, and what it says of a server.
type Row = (&'static str, fn(&Found) -> String);

const ROWS: &[Row] = &[
    ("areas, revisions applied", |found| format!("{}, {}", found.areas, found.revisions)),
    ("tables", |found| found.tables.to_string()),
    ("of them hypertables", |found| or_none(found.hypertables, "")),
    ("of them with a columnstore", |found| or_none(found.in_columnstore, "")),
    ("continuous aggregates", |found| match found.portable_aggregates {
        0 => found.aggregates.to_string(),
        portable => format!("{portable}, each a table and a view"),
    }),
    ("retention and archives", |found| match (found.by_jobs, found.by_command) {
        (jobs, 0) => format!("{jobs}, by jobs"),
        (0, command) => format!("{command}, by `maintain`"),
        (jobs, command) => format!("{jobs} by jobs, {command} by `maintain`"),
    }),
    ("JSON", |found| {
        let gin = if found.gin > 0 { ", GIN index on tags" } else { "" };
        format!("{}{gin}", found.json)
    }),
];

fn or_none(number: usize, unit: &str) -> String {
    if number == 0 { "none".to_owned() } else { format!("{number}{unit}") }
}

/// Every area on a server, as the command line sees it.
async fn found_on(backend: Backend) -> Found {
    let mut found = Found::default();
    for (area, project) in migration::platform().into_projects() {
        let area = area.unwrap();
        let database = TestDatabase::create(backend).await;
        database.up_of(area, || tests::area(area), None).await;
        let runner = database.runner_of(tests::area(area)).await;
        let inspection = inspect::inspect(&runner).await.unwrap();
        let answers = &inspection.answers;
        found.areas += 1;
        found.revisions += project.revision_names().len();
        // A hypertable is a table; what an aggregate keeps is not one of the area's.
        let aggregates = answers.aggregates.found().map_or(&[][..], |all| all.as_slice());
        let kept: Vec<&str> = aggregates.iter().filter_map(|one| one.table.as_deref()).collect();
        let of_aggregate = |name: &str| kept.contains(&name) || aggregates.iter().any(|one| one.name == name);
        found.tables += answers.tables.found().unwrap().iter().filter(|one| !of_aggregate(&one.name)).count();
        let hypertables = answers.hypertables.found().map_or(&[][..], |all| all.as_slice());
        found.hypertables += hypertables.len();
        let native = runner.server().has_continuous_aggregates();
        found.aggregates += aggregates.len();
        found.portable_aggregates += if native { 0 } else { aggregates.len() };
        found.by_jobs += inspection.retention.iter().filter(|one| one.job.is_some()).count();
        found.by_command += inspection.retention.iter().filter(|one| one.job.is_none()).count();
        let db = runner.connection();
        if runner.server().has_columnstore() {
            let sql = "(SELECT FROM timescaledb_information.hypertables \
                       WHERE hypertable_schema = current_schema() AND compression_enabled) c";
            found.in_columnstore += count(db, sql).await as usize;
        }
        if area == "plugins" {
            (found.json, found.gin) = match backend {
                Backend::Timescale | Backend::Postgres => {
                    assert_eq!(
                        count(
                            db,
                            "pg_attribute WHERE attrelid = 'plugin_metrics'::regclass AND attname = 'tags' \
                                          AND atttypid = 'jsonb'::regtype"
                        )
                        .await,
                        1
                    );
                    let gin = "pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam \
                               WHERE x.indrelid = 'plugin_metrics'::regclass AND m.amname = 'gin'";
                    ("`jsonb`", count(db, gin).await)
                }
                Backend::Mariadb => {
                    let checked = "information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() \
                                   AND TABLE_NAME = 'plugin_metrics' AND CHECK_CLAUSE LIKE 'json_valid(`tags`)'";
                    assert_eq!(count(db, checked).await, 1);
                    ("`json`, checked", 0)
                }
                Backend::Sqlite => {
                    let checked = "sqlite_master WHERE name = 'plugin_metrics' AND sql LIKE '%json_valid(tags)%'";
                    assert_eq!(count(db, checked).await, 1);
                    ("text, checked", 0)
                }
            };
        }
        runner.close().await;
    }
    found
}

#[tokio::test]
async fn equals_the_checked_in_table_of_the_readme() {
    let mut servers = Vec::new();
    for (name, backend) in SERVERS {
        servers.push((name, found_on(backend).await));
    }
    let mut table = String::from("|");
    for (name, _) in &servers {
        let _ = write!(table, " | {name}");
    }
    let _ = writeln!(table, " |\n|{}", "-|".repeat(servers.len() + 1));
    for (label, text) in ROWS {
        let _ = write!(table, "| {label}");
        for (_, found) in &servers {
            let _ = write!(table, " | {}", text(found));
        }
        table.push_str(" |\n");
    }
    let path = workspace().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the place of the table");
    let (shown, after) = rest.split_once(END).expect("the end of the table");
    if std::env::var_os("WRITE_SCHEMA").is_some() {
        fs::write(&path, format!("{before}{BEGIN}\n{table}\n{END}{after}")).unwrap();
    } else {
        assert_eq!(shown, format!("\n{table}\n"), "`make schema` writes it anew");
    }
}
