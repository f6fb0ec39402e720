//! A revision is "changed" when somebody changed it: not when the clock, the environment, the crate's version or the order
//! of a map give it other values than on the day it was applied.

use std::path::Path;

use migration_engine::{Runner, schema::drift::drift};
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    inline::{Inline, project},
    process, scalar,
};

const NAME: &str = "m20260101_000000_notes";

/// A revision of these statements.
fn of(statements: &[&str]) -> Inline {
    Inline::new(NAME, "", "").then_all(statements)
}

/// What is said of a revision that was applied with some statements and has others now; `None` when nothing is.
async fn said_of(backend: Backend, applied: &[&str], now: &[&str]) -> Option<String> {
    let tables = "CREATE TABLE notes (id integer, note varchar(99))";
    let database = TestDatabase::create(backend).await;
    let before = |revision: Inline| project(&[Inline::new("m0_tables", tables, "DROP TABLE notes"), revision]);
    let runner = database.runner_of(before(of(applied))).await;
    runner.up(None).await.unwrap_or_else(|error| panic!("{}", error.on_one_line()));
    runner.close().await;
    let runner = database.runner_of(before(of(now))).await;
    let changed = runner.status().await.unwrap()[1].changed;
    let said = runner.up(None).await.err().map(|error| error.on_one_line());
    runner.close().await;
    assert_eq!(changed, said.is_some(), "{said:?}");
    said
}

/// What one code does on two days, on two machines or in two versions.
const SAME: &[(&[&str], &[&str])] = &[
    // Whole seconds.
    (&["INSERT INTO notes VALUES (1795689600, 'a')"], &["INSERT INTO notes VALUES (1827225600, 'a')"]),
    (&["UPDATE notes SET id = id + 1795689600"], &["UPDATE notes SET id = id + 1827225600"]),
    // A date.
    (&["INSERT INTO notes VALUES (1, '2026-11-26')"], &["INSERT INTO notes VALUES (1, '2027-02-03')"]),
    (&["DELETE FROM notes WHERE note < '2026-11-26'"], &["DELETE FROM notes WHERE note < '2027-02-03'"]),
    // An environment variable, which is not always there, and one that is a list.
    (&["INSERT INTO notes VALUES (1, 'https://a.example')"], &["INSERT INTO notes VALUES (-1, NULL)"]),
    (&["INSERT INTO notes VALUES (1, 'a')"], &["INSERT INTO notes VALUES (1, 'a'), (2, 'b'), (3, 'c')"]),
    (
        &["INSERT INTO notes VALUES (1, 'a')"],
        &["INSERT INTO notes VALUES (1, 'a')", "INSERT INTO notes VALUES (2, 'b')"],
    ),
    // The crate's version.
    (&["INSERT INTO notes VALUES (1, '0.9.0')"], &["INSERT INTO notes VALUES (1, '1.0.0-rc.1')"]),
    // A map's order, of statements, rows and columns, and of the columns of a table.
    (
        &["CREATE INDEX a ON notes (id)", "CREATE INDEX b ON notes (note)"],
        &["CREATE INDEX b ON notes (note)", "CREATE INDEX a ON notes (id)"],
    ),
    (&["INSERT INTO notes VALUES (1, 'a'), (2, NULL)"], &["INSERT INTO notes VALUES (2, NULL), (1, 'a')"]),
    (&["INSERT INTO notes (id, note) VALUES (1, 'a')"], &["INSERT INTO notes (note, id) VALUES ('a', 1)"]),
    (&["CREATE TABLE t (a integer, b varchar(9))"], &["CREATE TABLE t (b varchar(9), a integer)"]),
    // A table named after this month, and what is said about it.
    (
        &[
            "CREATE TABLE r_2026_11 (id integer)",
            "CREATE INDEX r_2026_11_i ON r_2026_11 (id)",
            "INSERT INTO r_2026_11 VALUES (1)",
        ],
        &[
            "CREATE TABLE r_2027_02 (id integer)",
            "CREATE INDEX r_2027_02_i ON r_2027_02 (id)",
            "INSERT INTO r_2027_02 VALUES (1)",
        ],
    ),
    (&["CREATE TABLE r_nov (id integer)"], &["CREATE TABLE r_feb (id integer)"]),
    (&["CREATE TABLE r_11 (id integer)"], &["CREATE TABLE r_2 (id integer)"]),
    (&["CREATE TABLE r_w48 (id integer)"], &["CREATE TABLE r_w5 (id integer)"]),
    (
        &["CREATE TABLE r202611 (day varchar(9) CHECK (day >= '2026-11-01'))"],
        &["CREATE TABLE r202702 (day varchar(9) CHECK (day >= '2027-02-01'))"],
    ),
    // Layout, as ever.
    (&["CREATE TABLE t (a integer)"], &["-- generated 2027-02-03\nCREATE  TABLE t\r\n(a integer);"]),
];

#[tokio::test]
async fn what_the_surroundings_give_is_no_change() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        are_no_change(backend, SAME).await;
    }
}

async fn are_no_change(backend: Backend, inputs: &[(&[&str], &[&str])]) {
    let mut changes = Vec::new();
    for (applied, now) in inputs {
        changes.extend(said_of(backend, applied, now).await.map(|said| format!("{now:?}: {said}")));
    }
    assert!(changes.is_empty(), "{backend:?} {changes:#?}");
}

#[tokio::test]
async fn comments_roles_and_partitions_are_no_change_either() {
    const SAME: &[(&[&str], &[&str])] = &[
        (&["COMMENT ON TABLE notes IS 'by 0.9.0'"], &["COMMENT ON TABLE notes IS 'by 1.0.0, 2027-02-03'"]),
        (
            &[
                "CREATE TABLE p (at date) PARTITION BY RANGE (at)",
                "CREATE TABLE p_2026m11 PARTITION OF p FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')",
            ],
            &[
                "CREATE TABLE p (at date) PARTITION BY RANGE (at)",
                "CREATE TABLE p_2027m02 PARTITION OF p FOR VALUES FROM ('2027-02-01') TO ('2027-03-01')",
                "CREATE TABLE p_2027m03 PARTITION OF p FOR VALUES FROM ('2027-03-01') TO ('2027-04-01')",
            ],
        ),
        (&["GRANT SELECT ON notes TO CURRENT_USER"], &["GRANT SELECT ON notes TO PUBLIC"]),
        (&["SET app.host = 'a'"], &["SET app.host = 'b'"]),
        (&["INSERT INTO notes SELECT 1, 'a'::text"], &["INSERT INTO notes SELECT -1.5, NULL"]),
    ];
    are_no_change(Backend::Postgres, SAME).await;
}

/// What somebody changed, and the statement that the message names.
const CHANGED: &[(&[&str], &[&str], &str)] = &[
    (&["CREATE TABLE t (a integer)"], &["CREATE TABLE t (a bigint)"], "`CREATE TABLE t (a bigint)`"),
    (&["CREATE TABLE t (a varchar(9))"], &["CREATE TABLE t (a varchar(99))"], "`CREATE TABLE t (a varchar(99))`"),
    (
        &["CREATE TABLE t (a integer DEFAULT 1)"],
        &["CREATE TABLE t (a integer DEFAULT 2)"],
        "`CREATE TABLE t (a integer DEFAULT 2)`",
    ),
    (
        &["CREATE TABLE t (a varchar(9) DEFAULT 'x')"],
        &["CREATE TABLE t (a varchar(9) DEFAULT 'y')"],
        "`CREATE TABLE t (a varchar(9) DEFAULT '…')`",
    ),
    (
        &["CREATE TABLE t (a integer)"],
        &["CREATE TABLE t (a integer)", "CREATE INDEX i ON t (a)"],
        "`CREATE INDEX i ON t (a)` is new",
    ),
    (
        &["CREATE TABLE t (a integer)", "CREATE INDEX i ON t (a)"],
        &["CREATE TABLE t (a integer)"],
        "`CREATE INDEX i ON t (a)` is gone",
    ),
    (
        &["INSERT INTO notes (id) VALUES (1)"],
        &["INSERT INTO notes (note) VALUES ('s3cret')"],
        "`INSERT INTO notes (note) VALUES ('…')`",
    ),
    (
        &["UPDATE notes SET id = 1"],
        &["UPDATE notes SET id = 1 WHERE note IS NULL"],
        "`UPDATE notes SET id = 1 WHERE note IS NULL`",
    ),
    (&["UPDATE notes SET id = 1"], &["DELETE FROM notes"], "`DELETE FROM notes`"),
    (&["SELECT 1"], &["SELECT 2"], "`SELECT 2`"),
];

#[tokio::test]
async fn what_somebody_changed_is_named() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        for (applied, now, statement) in CHANGED {
            let said = said_of(backend, applied, now).await.unwrap_or_else(|| panic!("{applied:?} {now:?}"));
            assert!(said.contains(NAME) && said.contains(statement), "{statement} in {said}");
            assert!(!said.contains("s3cret"), "{said}");
        }
    }
}

/// The body of a trigger is schema, although it inserts.
#[tokio::test]
async fn a_changed_trigger_is_named() {
    let trigger = |value: &str| {
        format!(
            "CREATE TRIGGER t AFTER INSERT ON notes BEGIN UPDATE notes SET id = 1; INSERT INTO notes VALUES ({value}, 'x'); END"
        )
    };
    let (one, two) = (trigger("1"), trigger("2"));
    assert_eq!(said_of(Backend::Sqlite, &[&one], &[&one]).await, None);
    let said = said_of(Backend::Sqlite, &[&one], &[&two]).await.unwrap();
    assert!(said.contains("`CREATE TRIGGER t"), "{said}");
}

/// A row of an earlier version of the engine has no statements, and its table no column for them.
#[tokio::test]
async fn rows_of_an_earlier_version_are_written_anew() {
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mariadb] {
        let database = TestDatabase::create(backend).await;
        let first = || project(&[Inline::table("m1_sites", "sites")]);
        let runner = database.runner_of(first()).await;
        runner.up(None).await.unwrap();
        execute(runner.connection(), "ALTER TABLE seaql_migrations_engine DROP COLUMN statements").await;
        execute(runner.connection(), "UPDATE seaql_migrations_engine SET checksum = '2:0123'").await;
        runner.close().await;
        let runner = database.runner_of(first()).await;
        let status = runner.status().await.unwrap();
        assert!(!status[0].changed && !status[0].is_pending(), "{status:?}");
        assert!(drift(&runner).await.unwrap().is_empty());
        assert!(runner.up(None).await.unwrap().is_empty());
        assert!(written(&runner).await.contains("\nup "), "{}", written(&runner).await);
        runner.close().await;
        let now = Inline::table("m1_sites", "sites").then("CREATE INDEX i ON sites (id)");
        let runner = database.runner_of(project(&[now])).await;
        let error = runner.up(None).await.unwrap_err().on_one_line();
        assert!(error.contains("`CREATE INDEX i ON sites (id)` is new"), "{error}");
        runner.close().await;
    }
}

async fn written(runner: &Runner) -> String {
    scalar(runner.connection(), "SELECT statements FROM seaql_migrations_engine").await.unwrap_or_default()
}

/// The real thing: time, environment, version and a map.
fn surroundings(database: &TestDatabase, folder: &Path, site: Option<&str>, arguments: &[&str]) -> process::Finished {
    let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_surroundings-project")), folder);
    command.args(["-u", database.url()]).args(arguments);
    if let Some(site) = site {
        command.env("SITE", site);
    }
    process::run(&mut command)
}

/// A `down` that panics while it is recorded says nothing; what there is of the checksum is there, and the reason is shown
/// with it.
#[tokio::test]
async fn a_down_that_panics_is_told_where_the_checksum_is_asked_for() {
    let (database, folder) = (TestDatabase::create(Backend::Sqlite).await, tests::temporary_folder());
    for (site, arguments) in
        [(Some("a"), "up"), (Some("b"), "up"), (None, "up"), (None, "status"), (Some("c"), "check"), (None, "show")]
    {
        let mut arguments = vec![arguments];
        arguments.extend((arguments[0] == "show").then_some("m1"));
        let done = surroundings(&database, folder.path(), site, &arguments);
        assert_eq!((done.code, done.stderr.contains("panicked")), (0, false), "{arguments:?}: {done:#?}");
        if arguments[0] == "show" {
            for words in [
                "checksum    2:",
                "has other values now",
                "down is not known: ",
                "it panicked: Sqlite doesn't support multiple alter options",
            ] {
                assert!(done.stdout.contains(words), "{words} in {}", done.stdout);
            }
        }
    }
}
