//! On SQLite a revision takes no rows out of tables that it does not name.

use migration_engine::{Direction, Runner};
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    inline::{Inline, project},
    rows_as_text,
};

use super::offline::{run, script_of};

const FIRST: &str = "m20260101_000000_first";
const SECOND: &str = "m20260102_000000_second";

fn families() -> Inline {
    Inline::new(FIRST, "CREATE TABLE parent (id integer PRIMARY KEY, name text)", "").then_all(&[
        "CREATE TABLE \"Child\" (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE CASCADE)",
        "CREATE TABLE toy (id integer PRIMARY KEY, child integer REFERENCES child (id) ON DELETE CASCADE)",
        "CREATE TABLE guest (id integer PRIMARY KEY, host integer REFERENCES parent (id) ON DELETE SET NULL)",
    ])
}

const ROWS: &str = "INSERT INTO parent VALUES (1, 'a'), (2, 'b'); INSERT INTO child VALUES (1, 1), (2, 2), (3, 2); \
    INSERT INTO toy VALUES (1, 1), (2, 2); INSERT INTO guest VALUES (1, 2), (2, NULL)";

/// What is left of them.
async fn left(runner: &Runner) -> String {
    let left = "SELECT (SELECT count(*) FROM parent) || ' ' || (SELECT count(*) FROM child) || ' ' || \
        (SELECT count(*) FROM toy) || ' ' || (SELECT count(host) FROM guest)";
    rows_as_text(runner.connection(), left).await.remove(0)
}

/// A database with the first revision and these rows, and a second one that does this.
async fn before(first: Inline, rows: &str, up: &[&str], outside: bool) -> (TestDatabase, Runner, [Inline; 2]) {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let second = Inline::new(SECOND, "", "").then_all(up);
    let both = [first, if outside { second.outside_transaction() } else { second }];
    let runner = database.runner_of(project(&both)).await;
    runner.up(Some(1)).await.unwrap();
    execute(runner.connection(), rows).await;
    (database, runner, both)
}

/// What is said when these statements run over two families, if anything; and the rows that are left.
async fn said(up: &[&str], outside: bool) -> (Option<String>, String) {
    let (_database, runner, _) = before(families(), ROWS, up, outside).await;
    let said = runner.up(None).await.err().map(|error| error.on_one_line());
    assert_eq!(count(runner.connection(), "seaql_migrations").await, if said.is_some() { 1 } else { 2 });
    (said, left(&runner).await)
}

/// What sqlite3 says when it runs the script of the second revision, if anything; and the runner afterwards.
async fn scripted(first: Inline, rows: &str, up: &[&str], outside: bool) -> (Option<String>, Runner, TestDatabase) {
    let (database, runner, both) = before(first, rows, up, outside).await;
    let server = runner.server();
    let revisions = || both.iter().map(|one| Box::new(one.clone()) as _).collect();
    let script = script_of(revisions(), server, Direction::Up, |name| name == SECOND).await;
    runner.close().await;
    let done = run(&database, &script);
    let said = (done.code != 0).then_some(done.stderr);
    let runner = database.runner_of(project(&both)).await;
    assert_eq!(count(runner.connection(), "seaql_migrations").await, if said.is_some() { 1 } else { 2 }, "{script}");
    (said, runner, database)
}

#[tokio::test]
async fn what_it_does_not_name_loses_no_rows() {
    for up in [
        &["DELETE FROM parent WHERE id = 2"][..],
        &["REPLACE INTO parent VALUES (2, 'c')"],
        &["/* new names */ INSERT OR REPLACE INTO 'Parent' SELECT id, 'c' FROM [parent] WHERE id = 2"],
        &["WITH gone AS (SELECT 2 AS id) DELETE FROM `parent` WHERE id IN (SELECT id FROM gone)"],
    ] {
        let (said, left) = said(up, false).await;
        let said = said.unwrap_or_else(|| panic!("{up:?} was applied, {left}"));
        assert!(said.contains("2 rows out of Child") && said.contains("update the rows of parent"), "{up:?}: {said}");
        assert_eq!(left, "2 3 2 1", "{up:?}: it is rolled back");
    }
}

#[tokio::test]
async fn neither_do_those_below_nor_those_that_are_set_to_null() {
    let (toys, left) = said(&["DELETE FROM child WHERE id = 2"], false).await;
    assert!(toys.unwrap().contains("1 row out of toy, which it does not name: rows of child"));
    assert_eq!(left, "2 3 2 1");
    let (guests, left) = said(&["DELETE FROM toy", "DELETE FROM child", "DELETE FROM parent"], false).await;
    let guests = guests.unwrap();
    assert!(
        guests.contains("sets host to NULL in 1 row of guest") && guests.contains("ON DELETE SET NULL"),
        "{guests}"
    );
    assert_eq!(left, "2 3 2 1");
}

#[tokio::test]
async fn what_it_names_or_leaves_alone_is_its_own_business() {
    for (up, expected) in [
        // By name, one of them quoted.
        (
            &[
                "DELETE FROM toy WHERE child > 1",
                "UPDATE \"guest\" SET host = NULL",
                "DELETE FROM 'Child' WHERE parent = 2",
                "DELETE FROM parent WHERE id = 2",
            ][..],
            "1 1 1 0",
        ),
        // Nothing refers to these.
        (&["DELETE FROM parent WHERE id = 3", "DELETE FROM guest"], "2 3 2 0"),
        (&["UPDATE parent SET name = 'delete'", "INSERT INTO parent VALUES (3, 'replace')"], "3 3 2 1"),
        // Built anew: the keys are off.
        (
            &[
                "CREATE TABLE n (id integer PRIMARY KEY, name text)",
                "INSERT INTO n SELECT * FROM parent",
                "DROP TABLE parent",
                "ALTER TABLE n RENAME TO parent",
            ],
            "2 3 2 1",
        ),
    ] {
        let (said, left) = said(up, false).await;
        assert_eq!((said, left.as_str()), (None, expected), "{up:?}");
    }
}

/// Where nothing could be rolled back, the statement itself is refused.
#[tokio::test]
async fn outside_a_transaction_nothing_is_lost_either() {
    for (up, expected) in [
        // SQLite takes one of the tables first, Child or guest.
        (&["DELETE FROM parent WHERE id = 2"][..], "rows of parent that they refer to go"),
        (&["REPLACE INTO parent VALUES (2, 'c')"], "rows of parent that they refer to go"),
        (&["DELETE FROM child WHERE id = 2"], "out of toy"),
        (&["DELETE FROM toy", "DELETE FROM child WHERE parent = 2", "DELETE FROM parent WHERE id = 2"], "host to NULL"),
    ] {
        let (said, left) = said(up, true).await;
        let said = said.unwrap_or_else(|| panic!("{up:?} was applied, {left}"));
        assert!(said.contains(expected) && said.contains("which it does not name"), "{up:?}: {said}");
        assert!(left.starts_with('2') && left.ends_with('1'), "{up:?}: {left}");
    }
    for (up, expected) in [
        (&["DELETE FROM parent WHERE id = 3", "UPDATE parent SET name = 'delete'"][..], "2 3 2 1"),
        (
            &[
                "DELETE FROM toy",
                "UPDATE guest SET host = NULL",
                "DELETE FROM child",
                "DELETE FROM parent WHERE id = 2",
            ],
            "1 0 0 0",
        ),
        // Built anew: the keys are off.
        (
            &[
                "CREATE TABLE n (id integer PRIMARY KEY, name text)",
                "INSERT INTO n SELECT * FROM parent",
                "DROP TABLE parent",
                "ALTER TABLE n RENAME TO parent",
            ],
            "2 3 2 1",
        ),
    ] {
        let (said, left) = said(up, true).await;
        assert_eq!((said, left.as_str()), (None, expected), "{up:?}");
    }
}

/// The next revisions find nothing of the triggers that refused it.
#[tokio::test]
async fn what_was_refused_is_put_right_and_applied() {
    let (database, runner, [first, _]) = before(families(), ROWS, &["DELETE FROM parent WHERE id = 2"], true).await;
    runner.up(None).await.unwrap_err();
    runner.close().await;
    let statements = [
        "DELETE FROM toy WHERE child > 1",
        "UPDATE guest SET host = NULL",
        "DELETE FROM child WHERE parent = 2",
        "DELETE FROM parent WHERE id = 2",
    ];
    let second = Inline::new(SECOND, "", "").then_all(&statements).outside_transaction();
    let third = Inline::new("m20260103_000000_third", "DELETE FROM toy", "");
    let runner = database.runner_of(project(&[first, second, third])).await;
    assert_eq!(runner.up(None).await.unwrap().len(), 2);
    assert_eq!(left(&runner).await, "1 1 0 0");
}

/// The row stays, and what it refers to goes.
#[tokio::test]
async fn what_it_does_not_name_goes_on_referring_to_the_same() {
    let rows = "INSERT INTO parent VALUES (1, 'a'), (2, 'b'); INSERT INTO child VALUES (1, 2)";
    for (key, up, expected) in [
        ("ON DELETE SET DEFAULT", "DELETE FROM parent WHERE id = 2", Some("ON DELETE SET DEFAULT")),
        ("ON UPDATE SET NULL", "UPDATE parent SET id = 5 WHERE id = 2", Some("ON UPDATE SET NULL")),
        ("ON UPDATE SET DEFAULT", "UPDATE parent SET id = 5 WHERE id = 2", Some("ON UPDATE SET DEFAULT")),
        (
            "ON UPDATE SET NULL",
            "INSERT INTO parent VALUES (2, 'c') ON CONFLICT (id) DO UPDATE SET id = 5",
            Some("ON UPDATE SET NULL"),
        ),
        ("ON UPDATE CASCADE", "UPDATE parent SET id = 5 WHERE id = 2", None),
        ("ON UPDATE SET NULL", "UPDATE parent SET name = 'c'", None),
        ("ON DELETE SET DEFAULT", "DELETE FROM parent WHERE id = 3", None),
    ] {
        for outside in [false, true] {
            let families = || {
                let child = format!(
                    "CREATE TABLE child (id integer PRIMARY KEY, p integer DEFAULT 1 REFERENCES parent (id) {key})"
                );
                Inline::new(FIRST, "CREATE TABLE parent (id integer PRIMARY KEY, name text)", "").then(&child)
            };
            let (_database, runner, _) = before(families(), rows, &[up], outside).await;
            let said = runner.up(None).await.err().map(|error| error.on_one_line());
            let (scripted, after, _other) = Box::pin(scripted(families(), rows, &[up], outside)).await;
            for (who, said, runner) in [("up", said, runner), ("sqlite3", scripted, after)] {
                let about = format!("{who} {key}, {up}, outside: {outside}: {said:?}");
                let names_it = |said: &String| said.contains(expected.unwrap()) && said.contains("of child, which");
                assert_eq!(said.is_some(), expected.is_some(), "{about}");
                assert!(said.iter().all(names_it), "{about}");
                let p = rows_as_text(runner.connection(), "SELECT CAST(p AS text) FROM child").await.remove(0);
                assert_eq!(p, if key == "ON UPDATE CASCADE" { "5" } else { "2" }, "{about}");
            }
        }
    }
}

/// A script does what `up` does.
#[tokio::test]
async fn a_script_takes_no_rows_of_what_it_does_not_name() {
    for outside in [false, true] {
        for (up, expected) in [
            (&["DELETE FROM parent WHERE id = 2"][..], Some("rows of parent that they refer to go")),
            (&["REPLACE INTO parent VALUES (2, 'c')"], Some("rows of parent that they refer to go")),
            (&["DELETE FROM child WHERE id = 2"], Some("out of toy")),
            (&["DELETE FROM parent WHERE id = 3", "UPDATE parent SET name = 'delete'"], None),
        ] {
            let (said, runner, _database) = Box::pin(scripted(families(), ROWS, up, outside)).await;
            assert_eq!(said.is_some(), expected.is_some(), "{up:?}: {said:?}");
            assert!(said.iter().all(|said| said.contains(expected.unwrap())), "{up:?}: {said:?}");
            assert_eq!(left(&runner).await, "2 3 2 1", "{up:?}");
        }
    }
    // In a history of its own, where an earlier revision of the same script made the key.
    let database = TestDatabase::create(Backend::Sqlite).await;
    let revisions = || {
        let rows = Inline::new(SECOND, ROWS, "");
        let third = Inline::new("m20260103_000000_third", "DELETE FROM parent WHERE id = 2", "");
        let all = [families(), rows, third];
        all.map(|one| Box::new(one) as _).into_iter().collect()
    };
    let script = script_of(revisions(), migration_timescale::Capability::sqlite(), Direction::Up, |_| true).await;
    let done = run(&database, &script);
    assert!(done.code != 0 && done.stderr.contains("rows of parent that"), "{}", done.stderr);
}

#[tokio::test]
async fn whoever_agreed_to_delete_rows_has_agreed() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let second = Inline::new(SECOND, "INSERT INTO parent VALUES (1, 'a')", "DELETE FROM parent WHERE id = 1");
    let runner = database.runner_of(project(&[families(), second])).await;
    runner.up(None).await.unwrap();
    execute(runner.connection(), "INSERT INTO child VALUES (1, 1)").await;
    let said = runner.down(None).await.unwrap_err().on_one_line();
    assert!(said.contains("1 row out of Child"), "{said}");
    migration_engine::revision::consent::with_consent(true, runner.down(None)).await.unwrap();
    assert_eq!(count(runner.connection(), "child").await, 0);
}
