//! Diagrams: of the platform as checked in, of names that mean something in markup, and of histories that branch.

use std::fs;

use migration_engine::{Project, diagram};
use migration_timescale::Dialect;
use tests::{
    Backend, TestDatabase,
    inline::{Inline, project},
    on_every_backend,
    process::run,
    temporary_folder,
};

use crate::{engine::schema::equals, migration};

mod picture;

on_every_backend!(names_that_mean_something, what_is_not_applied_is_drawn_too);

#[tokio::test]
async fn equals_the_checked_in_diagrams() {
    for (area, project) in migration::platform().into_projects() {
        let database = TestDatabase::create(Backend::Timescale).await;
        let runner = database.runner_of(project).await;
        runner.up(None).await.unwrap();
        for picture in [diagram::schema(&runner).await.unwrap(), diagram::revisions(runner.project()).unwrap()] {
            let file = format!("docs/diagrams/{}", picture.file(runner.project()));
            equals(&format!("{file}.mmd"), &picture.mermaid, "make diagrams");
            equals(&format!("{file}.svg"), &picture.svg, "make diagrams");
            let ((width, height), cards) = picture::look_at(&picture.svg);
            // More than that is scrolled.
            let (widest, highest) = if cards.len() <= 20 { (1400.0, 900.0) } else { (2200.0, 2400.0) };
            assert!(width <= widest && height <= highest, "{area:?} is well to look at: {width} by {height}");
        }
        runner.close().await;
    }
}

const MARKUP: &str = "\"<a&b>\"";
const QUOTES: &str = "it's %d; #1 \\ `x`";

fn long() -> String {
    "a_very_long_name_of_a_table_that_no_screen_has_room_for".to_owned()
}

/// Tables whose names mean something in XML and in Mermaid, and hang together in every way.
fn named(backend: Backend) -> Project {
    let dialect = match backend {
        Backend::Timescale | Backend::Postgres => Dialect::Postgres,
        Backend::Mariadb => Dialect::MySql,
        Backend::Sqlite => Dialect::Sqlite,
    };
    let in_quotes = |name: &str| dialect.quote(name);
    let (markup, quotes, long) = (in_quotes(MARKUP), in_quotes(QUOTES), in_quotes(&long()));
    let mut revision = Inline::new("m1_names", "", "").then_all(&[
        &format!("CREATE TABLE {markup} ({quotes} integer NOT NULL PRIMARY KEY, {long} varchar(20), {markup} integer)"),
        &format!(
            "CREATE TABLE {long} (id integer NOT NULL PRIMARY KEY, {quotes} integer, parent integer, \
             FOREIGN KEY ({quotes}) REFERENCES {markup} ({quotes}), FOREIGN KEY (parent) REFERENCES {long} (id))"
        ),
        &format!(
            "CREATE TABLE {quotes} (pk integer NOT NULL PRIMARY KEY, {markup} integer NOT NULL, \
             FOREIGN KEY (pk) REFERENCES {markup} ({quotes}), FOREIGN KEY ({markup}) REFERENCES {long} (id))"
        ),
        &format!("CREATE VIEW {} AS SELECT {long} FROM {markup}", in_quotes("<view>")),
        &format!("CREATE TABLE {} (id integer)", in_quotes("警報")),
    ]);
    if dialect == Dialect::Postgres {
        revision = revision.then(&format!("CREATE TYPE {} AS ENUM ('')", in_quotes("mood of \"x\"")));
        revision = revision.then(&format!("CREATE TYPE {} AS ENUM ('<&>', 'it''s', '\"]')", in_quotes("<enum>")));
    }
    project(&[revision])
}

async fn names_that_mean_something(database: TestDatabase) {
    let runner = database.runner_of(named(database.backend())).await;
    runner.up(None).await.unwrap();
    let drawn = diagram::schema(&runner).await.unwrap();
    let (_, cards) = picture::look_at(&drawn.svg);
    for name in [MARKUP, QUOTES, &long(), "<view>", "警報"] {
        assert!(cards.iter().any(|card| card == name), "{name}: {cards:?}");
    }
    assert!(cards.iter().all(|card| !card.starts_with("seaql_migrations")), "{cards:?}");
    assert!(
        drawn.svg.contains("…</text>") && !drawn.svg.contains("room_for</text>"),
        "a long name is cut where it is drawn"
    );
    assert!(drawn.mermaid.contains("#34;#60;a#38;b#62;#34;"), "{}", drawn.mermaid);
    for line in drawn.mermaid.lines().skip(3) {
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
        assert!(!line.contains("<a") && !line.contains("it's %"), "{line}");
    }
    let references = drawn.mermaid.lines().filter(|line| line.contains("--o")).count();
    assert_eq!(references, 4, "{}", drawn.mermaid);
    let again = diagram::schema(&runner).await.unwrap();
    assert_eq!(again, drawn, "the same schema gives the same picture");
    runner.close().await;
}

async fn what_is_not_applied_is_drawn_too(database: TestDatabase) {
    let runner = database.runner_of(migration::project()).await;
    let planned = diagram::schema(&runner).await.unwrap();
    assert!(runner.tables().await.unwrap().is_empty(), "nothing is left of the trial");
    runner.up(None).await.unwrap();
    assert_eq!(diagram::schema(&runner).await.unwrap(), planned);
    assert!(planned.svg.contains(">alarms</text>"), "{}", planned.svg);
    runner.close().await;
}

/// Branches, merges, needs and areas, all in one history.
#[test]
fn branches_part_and_meet() {
    let history = project(&[
        Inline::new("m1_sites", "", "").area("sites"),
        Inline::new("m2_<b>\"&", "", "").after(&["m1_sites"]),
        Inline::new("m3_rooms", "", "").after(&["m1_sites"]).area("rooms"),
        Inline::new("m4_desks", "", "").after(&["m3_rooms"]),
        Inline::new("m5_join", "", "").after(&["m2_<b>\"&", "m4_desks"]),
        Inline::new("m6_alone", "", "").after(&[]),
    ]);
    let drawn = diagram::revisions(&history).unwrap();
    let (_, cards) = picture::look_at(&drawn.svg);
    assert_eq!(cards.len(), 6);
    assert_eq!(drawn.svg.matches("class=\"line\"").count(), 5, "a line a parent");
    for label in ["base · branch · area sites", "merge · head", "base · head"] {
        assert!(drawn.svg.contains(&format!(">{label}</text>")), "{label}: {}", drawn.svg);
    }
    assert!(drawn.mermaid.contains("r1[\"m2_#60;b#62;#34;#38;\"]"), "{}", drawn.mermaid);
    assert_eq!(drawn.mermaid.matches(" --> ").count(), 5);
    assert_eq!(diagram::revisions(&history).unwrap(), drawn);
}

#[test]
fn a_long_history_is_wrapped() {
    let names: Vec<&'static str> =
        (1..=52).map(|number| &*format!("m20260101_{number:06}_change_the_cameras").leak()).collect();
    let drawn =
        diagram::revisions(&project(&names.iter().map(|name| Inline::new(name, "", "")).collect::<Vec<_>>())).unwrap();
    let ((width, height), cards) = picture::look_at(&drawn.svg);
    assert_eq!(cards, names);
    assert!(width < 2000.0 && height < 1400.0, "{width} by {height}");
}

#[test]
fn the_command_writes_files() {
    let folder = temporary_folder();
    let written = |arguments: &[&str]| {
        let finished = run(migration(folder.path()).args(["diagram", "--quiet"]).args(arguments));
        assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{finished:#?}");
        finished.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = ["alarms-schema.mmd", "alarms-schema.svg", "alarms-revisions.mmd", "alarms-revisions.svg"];
    assert_eq!(written(&["--out", "pictures"]), all.map(|file| format!("pictures/{file}")));
    for file in all {
        assert!(fs::metadata(folder.path().join("pictures").join(file)).unwrap().len() > 100, "{file}");
    }
    let telemetry = written(&["--area", "telemetry", "--format", "svg"]);
    assert_eq!(telemetry, ["diagrams/telemetry-schema.svg", "diagrams/telemetry-revisions.svg"]);
    fs::write(folder.path().join("file"), "").unwrap();
    let refused = run(migration(folder.path()).args(["diagram", "--out", "file"]));
    assert!(refused.code == 1 && refused.stderr.contains("cannot write file/alarms-schema"), "{refused:#?}");
}
