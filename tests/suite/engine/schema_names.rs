//! Schemas whose names need quotes: every command works in the schema that was named, and in no other.

use std::fs;

use tests::{
    Backend, TestDatabase, areas,
    fixtures::execute,
    process::{Finished, run},
    rows_as_text, workspace,
};

use crate::migration;

/// Each differs from what PostgreSQL would make of it without quotes.
const NAMES: [&str; 6] = ["App", "My Schema", "it's", "a.b", "größe", "order"];

/// What a name that is folded to lower case would hit: objects of every kind that the commands read or drop.
const NEIGHBOUR: &str = "CREATE SCHEMA app; \
    CREATE TYPE app.mood AS ENUM ('calm'); CREATE DOMAIN app.share AS double precision CHECK (value <= 1); \
    CREATE TABLE app.note (id int PRIMARY KEY, mood app.mood); INSERT INTO app.note VALUES (1, 'calm'); \
    CREATE SEQUENCE app.numbers; CREATE VIEW app.calm AS SELECT * FROM app.note; \
    CREATE FUNCTION app.one() RETURNS int LANGUAGE sql AS 'SELECT 1'; \
    CREATE TABLE app._kept_note (id int)";

const NEIGHBOURS: &str = "SELECT relkind::text || ' ' || relname FROM pg_class WHERE relnamespace = 'app'::regnamespace \
    UNION ALL SELECT 'f ' || proname FROM pg_proc WHERE pronamespace = 'app'::regnamespace \
    UNION ALL SELECT 't ' || typname FROM pg_type WHERE typnamespace = 'app'::regnamespace \
    UNION ALL SELECT 'row ' || id || ' ' || mood FROM app.note ORDER BY 1";

fn on(database: &TestDatabase, area: &str, schema: &str, arguments: &[&str]) -> Finished {
    let folder = std::env::temp_dir();
    run(migration(&folder).args(["-u", database.url(), "-s", schema, "--area", area, "--quiet"]).args(arguments))
}

/// The finished schema as `schema` prints it, after every command has run.
fn whole_command_line(database: &TestDatabase, area: &str, schema: &str) -> String {
    let printed = |arguments: &[&str]| {
        let finished = on(database, area, schema, arguments);
        assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{schema}: {arguments:?}: {finished:#?}");
        finished.stdout
    };
    printed(&["up"]);
    let status = printed(&["status", "--json"]);
    assert!(!status.contains("\"applied_at\": null"), "{schema}: {status}");
    printed(&["check"]);
    let made = printed(&["schema"]);
    let report = printed(&["report", "--json"]);
    for other in ["note", "numbers"] {
        assert!(!report.contains(&format!("\"{other}\"")), "{schema} reports what is in app: {report}");
    }
    printed(&["doctor"]);
    printed(&["maintain"]);
    printed(&["down", "-1"]);
    printed(&["fresh", "--yes"]);
    assert_eq!(printed(&["schema"]), made, "{schema}");
    made
}

/// The schemas print the same, which on PostgreSQL is what the checked-in dump has. With TimescaleDB more comes before it.
async fn each_stands_alone(backend: Backend, area: &str, names: &[&str]) {
    let database = TestDatabase::create(backend).await;
    let db = database.connect().await;
    execute(&db, NEIGHBOUR).await;
    let before = rows_as_text(&db, NEIGHBOURS).await;
    for name in names {
        execute(&db, &format!("CREATE SCHEMA \"{name}\"")).await;
    }
    db.close().await.unwrap();
    let made: Vec<String> = names.iter().map(|name| whole_command_line(&database, area, name)).collect();
    assert!(made.iter().all(|one| *one == made[0]), "{names:?}: {made:#?}");
    if backend == Backend::Postgres {
        let dump = fs::read_to_string(workspace().join(format!("migration/schema/postgres/{area}.sql"))).unwrap();
        let (_, dump) = dump.split_once("\n\n").expect("a first line that says what it is");
        // Where an extension is, is said in every schema but its own.
        let made = made[0].replace(" SCHEMA public;", ";");
        assert!(made.contains(dump), "{names:?}: {made}");
    }
    let db = database.connect().await;
    assert_eq!(rows_as_text(&db, NEIGHBOURS).await, before, "the neighbour's objects");
}

#[tokio::test]
async fn alarms_on_postgres() {
    each_stands_alone(Backend::Postgres, "alarms", &NAMES).await;
}

#[tokio::test]
async fn every_other_area_on_postgres() {
    for (area, _) in areas().skip(1) {
        each_stands_alone(Backend::Postgres, area, &["My Schema"]).await;
    }
}

/// Telemetry has every kind of object that TimescaleDB adds.
#[tokio::test]
async fn telemetry_on_timescaledb() {
    each_stands_alone(Backend::Timescale, "telemetry", &["My Schema", "App"]).await;
}

/// `current_schema()::regnamespace` reads the name as unquoted SQL: it folds `App` to `app` and fails on `My Schema`.
#[test]
fn no_query_casts_a_name_without_quotes() {
    // Its text is part of the checksum of databases that have it; the revision puts quotes in where they are needed.
    const OLD: &str = "m20260126_000000_repair_reading_ids.rs";
    let mut folders =
        ["migration", "entity/codegen", "core-server-adapter"].map(|name| workspace().join(name)).to_vec();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "sql")
                && !path.ends_with(OLD)
                && fs::read_to_string(&path).unwrap().contains("current_schema()::reg")
            {
                found.push(path);
            }
        }
    }
    assert!(found.is_empty(), "write quote_ident(current_schema())::regnamespace in {found:?}");
}
