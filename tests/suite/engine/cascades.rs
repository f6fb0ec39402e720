//! On SQLite a revision takes no rows out of tables that it does not name.

use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    inline::{Inline, project},
    rows_as_text,
};

const FIRST: &str = "m20260101_000000_first";
const SECOND: &str = "m20260102_000000_second";

fn families() -> Inline {
    Inline::new(FIRST, "CREATE TABLE parent (id integer PRIMARY KEY, name text)", "").then_all(&[
        "CREATE TABLE \"Child\" (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE CASCADE)",
        "CREATE TABLE toy (id integer PRIMARY KEY, child integer REFERENCES child (id) ON DELETE CASCADE)",
        "CREATE TABLE guest (id integer PRIMARY KEY, host integer REFERENCES parent (id) ON DELETE SET NULL)",
    ])
}

/// What is said when these statements run over two families, if anything; and the rows that are left.
async fn said(up: &[&str], outside: bool) -> (Option<String>, String) {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let second = Inline::new(SECOND, "", "").then_all(up);
    let second = if outside { second.outside_transaction() } else { second };
    let runner = database.runner_of(project(&[families(), second])).await;
    runner.up(Some(1)).await.unwrap();
    let rows = "INSERT INTO parent VALUES (1, 'a'), (2, 'b'); INSERT INTO child VALUES (1, 1), (2, 2), (3, 2); \
        INSERT INTO toy VALUES (1, 1), (2, 2); INSERT INTO guest VALUES (1, 2), (2, NULL)";
    execute(runner.connection(), rows).await;
    let said = runner.up(None).await.err().map(|error| error.on_one_line());
    let left = "SELECT (SELECT count(*) FROM parent) || ' ' || (SELECT count(*) FROM child) || ' ' || \
        (SELECT count(*) FROM toy) || ' ' || (SELECT count(host) FROM guest)";
    let left = rows_as_text(runner.connection(), left).await.remove(0);
    assert_eq!(count(runner.connection(), "seaql_migrations").await, if said.is_some() { 1 } else { 2 });
    (said, left)
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
    // It could not be rolled back.
    let (said, left) = said(&["DELETE FROM parent WHERE id = 2"], true).await;
    assert_eq!((said, left.as_str()), (None, "1 1 1 0"));
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
