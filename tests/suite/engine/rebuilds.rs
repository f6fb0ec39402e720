//! What the rows of SQLite refer to, when a revision builds a table anew.

use migration_engine::Runner;
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    inline::{Inline, project},
    rows_as_text,
};

const FIRST: &str = "m20260101_000000_first";
const SECOND: &str = "m20260102_000000_second";

/// What is said when `second` runs over these tables and rows, if anything; and the runner afterwards.
async fn said(first: &[&str], rows: &str, second: &[&str], outside: bool) -> (Option<String>, Runner, TestDatabase) {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let second = Inline::new(SECOND, "", "").then_all(second);
    let second = if outside { second.outside_transaction() } else { second };
    let runner = database.runner_of(project(&[Inline::new(FIRST, "", "").then_all(first), second])).await;
    runner.up(Some(1)).await.unwrap();
    execute(runner.connection(), rows).await;
    let said = runner.up(None).await.err().map(|error| error.on_one_line());
    let session = "SELECT foreign_keys || ' ' || (SELECT count(*) FROM temp.sqlite_master) FROM pragma_foreign_keys";
    assert_eq!(rows_as_text(runner.connection(), session).await, ["1 0"], "keys are on, and nothing temporary is left");
    (said, runner, database)
}

#[tokio::test]
async fn a_table_that_refers_to_itself_keeps_its_rows() {
    for action in ["CASCADE", "SET NULL", "SET DEFAULT", "NO ACTION"] {
        for outside in [false, true] {
            for name in ["tree", "new_tree"] {
                let table = |name: &str, other: &str, text: &str| {
                    format!(
                        "CREATE TABLE {name} (id integer PRIMARY KEY, \
                         parent_id integer DEFAULT 1 REFERENCES {other} (id) ON DELETE {action}, {text})"
                    )
                };
                let (said, runner, _database) = said(
                    &[&table("tree", "Tree", "name text")],
                    "INSERT INTO tree VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, 2, 'c')",
                    &[
                        &table("new_tree", name, "name text NOT NULL"),
                        "INSERT INTO new_tree SELECT * FROM tree",
                        "DROP TABLE tree",
                        "ALTER TABLE new_tree RENAME TO tree",
                    ],
                    outside,
                )
                .await;
                let rows = rows_as_text(
                    runner.connection(),
                    "SELECT id || ' ' || coalesce(parent_id, '-') || name FROM tree ORDER BY id",
                )
                .await;
                let about = format!("{action}, to {name}, outside: {outside}");
                assert_eq!((said, rows), (None, ["1 -a", "2 1b", "3 2c"].map(str::to_owned).to_vec()), "{about}");
            }
        }
    }
}

#[tokio::test]
async fn a_table_made_in_the_same_revision_keeps_its_rows() {
    for outside in [false, true] {
        for rebuild in [
            &[
                "CREATE TABLE n (id integer PRIMARY KEY, name text)",
                "INSERT INTO n SELECT id, 'x' FROM p",
                "DROP TABLE p",
                "ALTER TABLE n RENAME TO p",
            ][..],
            // The new one may be stored where the old one was.
            &[
                "CREATE TABLE aside AS SELECT id FROM p",
                "DROP TABLE p",
                "CREATE TABLE p (id integer PRIMARY KEY, name text)",
                "INSERT INTO p SELECT id, 'x' FROM aside",
                "DROP TABLE aside",
            ],
        ] {
            for child_is_new in [true, false] {
                let child = [
                    "CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES P (id) ON DELETE CASCADE)",
                    "INSERT INTO c SELECT id, id FROM p",
                ];
                let parent = "CREATE TABLE p (id integer PRIMARY KEY)";
                let rows = "INSERT INTO p VALUES (1), (2)";
                let (said, runner, _database) = if child_is_new {
                    said(&[parent], rows, &[&child[..], rebuild].concat(), outside).await
                } else {
                    said(&[parent, child[0]], &format!("{rows}; {}", child[1]), rebuild, outside).await
                };
                let rows = rows_as_text(runner.connection(), "SELECT id || ' ' || p FROM c ORDER BY id").await;
                let about = format!("{rebuild:?}, outside: {outside}, new: {child_is_new}");
                assert_eq!((said, rows), (None, vec!["1 1".to_owned(), "2 2".to_owned()]), "{about}");
            }
        }
    }
}

const PARENT_WITHOUT_ONE: [&str; 4] = [
    "CREATE TABLE n (id integer PRIMARY KEY)",
    "INSERT INTO n SELECT id FROM p WHERE id > 1",
    "DROP TABLE p",
    "ALTER TABLE n RENAME TO p",
];

/// A key that refers to no key is none of the revision's, and hides no row of others.
#[tokio::test]
async fn orphans_are_found_beside_a_table_that_cannot_be_checked() {
    for outside in [false, true] {
        let (said, runner, _database) = said(
            &[
                "CREATE TABLE p (id integer PRIMARY KEY)",
                "CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES p (id) ON DELETE CASCADE)",
                "CREATE TABLE y (b integer)",
                "CREATE TABLE \"x's\" (a integer REFERENCES y (b))",
            ],
            "INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 2)",
            &PARENT_WITHOUT_ONE,
            outside,
        )
        .await;
        let said = said.unwrap_or_else(|| panic!("outside: {outside}: it was applied"));
        assert!(said.contains("leaves 1 row of c that refer to rows of p"), "{said}");
        assert_eq!(rows_as_text(runner.connection(), "SELECT CAST(count(*) AS text) FROM c").await, ["2"]);
    }
    // The other way round: what could not be checked before is nobody's fault, and that it cannot be now is.
    for (up, refused) in [("CREATE UNIQUE INDEX y_b ON y (b)", false), ("DROP INDEX z_b", true)] {
        let (said, _, _database) = said(
            &[
                "CREATE TABLE p (id integer PRIMARY KEY)",
                "CREATE TABLE c (id integer PRIMARY KEY, p integer REFERENCES p (id) ON DELETE CASCADE)",
                "CREATE TABLE y (b integer)",
                "CREATE TABLE x (a integer REFERENCES y (b))",
                "CREATE TABLE z (b integer)",
                "CREATE UNIQUE INDEX z_b ON z (b)",
                "CREATE TABLE w (a integer REFERENCES z (b))",
            ],
            "PRAGMA foreign_keys = OFF; INSERT INTO x VALUES (9); INSERT INTO p VALUES (2); PRAGMA foreign_keys = ON",
            &[&[up], &PARENT_WITHOUT_ONE[..]].concat(),
            false,
        )
        .await;
        assert_eq!(said.is_some(), refused, "{up}: {said:?}");
        assert!(said.iter().all(|said| said.contains("foreign key mismatch - \"w\" referencing \"z\"")), "{said:?}");
    }
}

/// Without keys `ON UPDATE` does nothing, and a row that refers to another one is no orphan.
#[tokio::test]
async fn no_key_changes_beside_a_rebuild() {
    const SWAP: &str = "UPDATE p SET code = -code; UPDATE p SET code = code + 3 WHERE code > -9";
    let rebuild = |table: &str| {
        [
            format!("CREATE TABLE n AS SELECT * FROM {table}"),
            "CREATE TABLE m (code integer PRIMARY KEY, name text)".to_owned(),
            "INSERT INTO m SELECT * FROM n".to_owned(),
            format!("DROP TABLE {table}"),
            format!("ALTER TABLE m RENAME TO {table}"),
            "DROP TABLE n".to_owned(),
        ]
    };
    let tables = |key: &str, action: &str| {
        [
            "CREATE TABLE p (code integer PRIMARY KEY, name text)".to_owned(),
            format!("CREATE TABLE c (id integer PRIMARY KEY, p integer DEFAULT 9 REFERENCES {key} ON UPDATE {action})"),
            "CREATE TABLE q (code integer PRIMARY KEY, name text)".to_owned(),
            "CREATE TABLE d (q integer REFERENCES q)".to_owned(),
            // No trigger can be made on it.
            "CREATE VIRTUAL TABLE words USING fts5 (word)".to_owned(),
            "CREATE TABLE e (word text REFERENCES words (word) ON UPDATE CASCADE)".to_owned(),
        ]
    };
    let rows = "INSERT INTO p VALUES (1, 'a'), (2, 'b'), (9, 'z'); INSERT INTO c VALUES (1, 1), (2, 2); \
        INSERT INTO q VALUES (1, 'a'); INSERT INTO d VALUES (1)";
    let all = "SELECT group_concat(id || '>' || p, ' ') FROM c";
    for (update, refused) in [
        (SWAP, true),
        ("UPDATE p SET rowid = rowid + 10", true),
        ("INSERT INTO p VALUES (2, 'b') ON CONFLICT DO UPDATE SET code = 5", true),
        ("UPDATE p SET code = code, name = 'c'", false),
    ] {
        for (key, action) in [("P (Code)", "CASCADE"), ("p", "CASCADE"), ("p", "SET DEFAULT"), ("p", "SET NULL")] {
            for table in ["p", "q"] {
                for outside in [false, true] {
                    let (tables, rebuild) = (tables(key, action), rebuild(table));
                    let tables = tables.each_ref().map(String::as_str);
                    // Named, so that it is known what becomes of its rows.
                    let mut up = vec!["SELECT * FROM c", update];
                    up.extend(rebuild.iter().map(String::as_str));
                    let (said, runner, _database) = said(&tables, rows, &up, outside).await;
                    let about = format!("{update}, {key} {action}, {table} anew, outside: {outside}: {said:?}");
                    assert_eq!(said.is_some(), refused, "{about}");
                    let says_what_to_do = |said: &String| {
                        said.contains("change the keys of p in a revision of its own") && said.contains("ON UPDATE")
                    };
                    assert!(said.iter().all(says_what_to_do), "{about}");
                    assert_eq!(rows_as_text(runner.connection(), all).await, ["1>1 2>2"], "{about}");
                }
            }
        }
    }
    // In a revision of its own, and by one that knows that keys are off.
    let own = |updates: &[&str], between: &[String], outside| {
        let tables = tables("p", "CASCADE");
        let up = [
            updates.iter().map(|&sql| sql.to_owned()).collect(),
            between.to_vec(),
            vec!["PRAGMA foreign_keys = ON".to_owned()],
        ]
        .concat();
        async move {
            let tables = tables.each_ref().map(String::as_str);
            let up = up.iter().map(String::as_str).collect::<Vec<_>>();
            let (said, runner, _database) = said(&tables, rows, &up, outside).await;
            (said, rows_as_text(runner.connection(), all).await.remove(0))
        }
    };
    let ten = "UPDATE p SET code = code + 10";
    let by_itself = ["PRAGMA foreign_keys = OFF", ten, "UPDATE c SET p = p + 10"];
    for outside in [false, true] {
        assert_eq!(own(&[ten], &[], outside).await, (None, "1>11 2>12".to_owned()), "outside: {outside}");
        let done = own(&by_itself, &rebuild("q"), outside).await;
        assert_eq!(done, (None, "1>11 2>12".to_owned()), "outside: {outside}");
    }
}

/// The one that builds a table anew runs without keys, the next one does not.
#[tokio::test]
async fn the_next_revision_has_its_keys() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let first = Inline::new(FIRST, "CREATE TABLE p (id integer PRIMARY KEY)", "")
        .then("CREATE TABLE c (p integer REFERENCES p (id) ON UPDATE CASCADE)");
    let second = Inline::new(SECOND, "", "").then_all(&["DROP TABLE p", "CREATE TABLE p (id integer PRIMARY KEY)"]);
    let third = Inline::new("m20260103_000000_third", "", "").then_all(&[
        "INSERT INTO p VALUES (1)",
        "INSERT INTO c VALUES (1)",
        "UPDATE p SET id = 5",
    ]);
    let runner = database.runner_of(project(&[first, second, third])).await;
    runner.up(None).await.unwrap();
    assert_eq!(rows_as_text(runner.connection(), "SELECT CAST(p AS text) FROM c").await, ["5"]);
}
