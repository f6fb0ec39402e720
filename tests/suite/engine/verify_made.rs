//! `verify` finds losses without a seed: it puts rows on both sides of every foreign key and fills every column by itself.

use std::sync::{Arc, Mutex};

use migration_engine::schema::verify::{Finding, Outcome, Verified, verify};
use tests::{
    Backend, TestDatabase,
    inline::{Inline, Pending, project},
    on_every_backend,
};

on_every_backend!(
    a_filled_column_that_down_drops_is_found,
    a_default_that_was_changed_is_found,
    rows_that_go_by_a_cascade_are_found,
    what_refuses_the_rows_is_no_failure,
    what_fails_with_the_rows_is_tried_without_them,
    every_column_and_both_sides_of_every_key_are_filled,
    what_the_database_changes_by_itself_is_no_loss,
);

const PARENT: &str = "CREATE TABLE parent (id integer PRIMARY KEY, name varchar(50))";
const CHILD: &str = "CREATE TABLE child (id integer PRIMARY KEY, parent integer NOT NULL, \
     FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE)";

fn families() -> Inline {
    Inline::new("m1_families", PARENT, "DROP TABLE child").then(CHILD).back("DROP TABLE parent")
}

async fn verified(database: &TestDatabase, revisions: &[Inline]) -> Vec<Verified> {
    let runner = database.runner_of(project(revisions)).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    runner.close().await;
    assert_eq!(verified.len(), revisions.len());
    verified
}

fn findings(verified: &Verified) -> Vec<String> {
    verified.findings.iter().map(ToString::to_string).collect()
}

async fn a_filled_column_that_down_drops_is_found(database: TestDatabase) {
    let site =
        Inline::new("m2_add_site", "ALTER TABLE parent ADD site varchar(20)", "ALTER TABLE parent DROP COLUMN site");
    let all = verified(&database, &[families(), site, Inline::table("m3_more", "more")]).await;
    let outcomes: Vec<_> = all.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Proved, Outcome::Failed, Outcome::Proved]);
    let said = "after up after down, 1 row of table parent lost or changed, 1 new or changed; \
                verify itself had inserted a row and set site";
    assert_eq!(findings(&all[1]), [said]);
    assert_eq!((all[1].seeded_rows, &all[1].repeated), (0, &None));
}

/// Of rows by the author too, and of a column that is never NULL.
async fn a_default_that_was_changed_is_found(database: TestDatabase) {
    let seeded = families().seeded("INSERT INTO parent VALUES (1, 'press'), (2, NULL)");
    let add = "ALTER TABLE parent ADD state varchar(20) DEFAULT 'open' NOT NULL";
    let state = Inline::new("m2_add_state", add, "ALTER TABLE parent DROP COLUMN state");
    let all = verified(&database, &[seeded, state]).await;
    let said =
        "after up after down, 1 row of table parent lost or changed, 1 new or changed; verify itself had set state";
    assert_eq!(findings(&all[1]), [said]);
}

async fn rows_that_go_by_a_cascade_are_found(database: TestDatabase) {
    let lost = "1 row of table child lost or changed, 0 new or changed; verify itself had inserted a row";
    let again = Inline::new("m2_renews", "CREATE TABLE n AS SELECT * FROM parent", "").then_all(&[
        "DELETE FROM parent",
        "INSERT INTO parent SELECT * FROM n",
        "DROP TABLE n",
    ]);
    let all = verified(&database, &[families(), again.clone()]).await;
    assert_eq!(all[1].outcome, Outcome::Failed);
    assert_eq!(findings(&all[1]), [format!("after down, {lost}")]);
    let backwards = Inline::new("m2_renews", "", "CREATE TABLE n AS SELECT * FROM parent")
        .back("DELETE FROM parent")
        .back("INSERT INTO parent SELECT * FROM n")
        .back("DROP TABLE n");
    let all = verified(&database, &[families(), backwards]).await;
    assert_eq!(findings(&all[1]), [format!("after down, {lost}"), format!("after up after down, {lost}")]);
    if matches!(database.backend(), Backend::Sqlite | Backend::Mariadb) {
        let replaces = Inline::new("m2_replaces", "REPLACE INTO parent SELECT id, name FROM parent", "");
        let all = verified(&database, &[families(), replaces]).await;
        assert_eq!(findings(&all[1]), [format!("after down, {lost}")]);
    }
}

async fn what_refuses_the_rows_is_no_failure(database: TestDatabase) {
    let picky = "CREATE TABLE picky (id integer PRIMARY KEY, kind varchar(20) NOT NULL CHECK (kind IN ('a', 'b')), \
         note varchar(20) CHECK (note = 'n'))";
    let below = "CREATE TABLE below (id integer PRIMARY KEY, picky integer NOT NULL REFERENCES picky (id))";
    let first = Inline::new("m1_picky", picky, "DROP TABLE below").then(below).back("DROP TABLE picky");
    let both = "CREATE TABLE pair (id integer PRIMARY KEY, a integer, b integer, CHECK (a < b))";
    let all = verified(&database, &[first, Inline::new("m2_pair", both, "DROP TABLE pair")]).await;
    for one in &all {
        assert_eq!((one.outcome, findings(one), &one.repeated), (Outcome::Proved, vec![], &None));
    }
}

async fn what_fails_with_the_rows_is_tried_without_them(database: TestDatabase) {
    let kinds = "CREATE TABLE kinds (name varchar(50) CHECK (name = 'x'))";
    let copies = Inline::new("m2_copies", kinds, "DROP TABLE kinds").then("INSERT INTO kinds SELECT name FROM parent");
    let add = "ALTER TABLE parent ADD site varchar(20)";
    let site = Inline::new("m3_add_site", add, "ALTER TABLE parent DROP COLUMN site");
    let all = verified(&database, &[families(), copies, site]).await;
    assert_eq!((all[1].outcome, findings(&all[1])), (Outcome::Proved, vec![]));
    let because = all[1].repeated.as_deref().unwrap();
    assert!(because.starts_with("up failed: "), "{because}");
    // The next one has rows again.
    assert_eq!(all[2].outcome, Outcome::Failed);
    assert!(matches!(&all[2].findings[..], [Finding::Rows { table, lost: 1, .. }] if table == "parent"), "{all:#?}");

    // What was lost before it failed is lost.
    let note = Inline::new("m2_add_note", "ALTER TABLE parent ADD note varchar(20)", "DELETE FROM child")
        .back("ALTER TABLE parent DROP COLUMN note")
        .outside_transaction();
    let all = verified(&database, &[families(), note]).await;
    assert_eq!(all[1].outcome, Outcome::Failed);
    let said = findings(&all[1]);
    let child = "1 row of table child lost or changed, 0 new or changed; verify itself had inserted a row";
    assert_eq!(said[0], format!("after down, {child}"));
    assert!(said[3].starts_with("up a second time failed: ") && said.len() == 4, "{said:#?}");
    assert_eq!(all[1].repeated.as_ref(), Some(&said[3]));
}

/// One table of every type, and keys of every form.
fn types(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => {
            "a int, b bigint, c real, d double, e decimal(4,2), f boolean, g varchar(3), h text, i blob, j date, k time, \
             l datetime_text, m uuid_text, n json_text, o bool DEFAULT 0, p varchar(9) DEFAULT 'x'"
        }
        Backend::Mariadb => {
            "a tinyint, b bigint, c float, d double, e decimal(2,2), f boolean, g varchar(3), h text, i blob, j date, k time, \
             l datetime(6), m uuid, n json, o bit(3), p enum('x') DEFAULT 'x', q enum('x','y') DEFAULT 'x', r binary(4), \
             s timestamp NULL, t year, u set('a','b'), v inet6, w point"
        }
        Backend::Postgres | Backend::Timescale => {
            "a smallint, b bigint, c real, d double precision, e numeric(2,2), f boolean, g varchar(3), h text, i bytea, j date, \
             k time, l timestamptz, m uuid, n json, o bit(3), p mood DEFAULT 'x', q text[], r char(4), s timestamp, t interval, \
             u int4range, v inet, w point, x jsonb, y positive, z money, ab json DEFAULT '[1]'"
        }
    }
}

async fn every_column_and_both_sides_of_every_key_are_filled(database: TestDatabase) {
    let postgres = matches!(database.backend(), Backend::Postgres | Backend::Timescale);
    let columns = types(database.backend());
    let mut first = Inline::new("m1_types", "", "");
    if postgres {
        first = first.then_all(&[
            "CREATE TYPE mood AS ENUM ('x', 'y')",
            "CREATE DOMAIN positive AS integer CHECK (VALUE BETWEEN 1 AND 9)",
        ]);
    }
    let first = first.then_all(&[
        &format!("CREATE TABLE kinds ({columns})"),
        PARENT,
        CHILD,
        "CREATE TABLE plants (tenant integer NOT NULL, id varchar(9) NOT NULL, PRIMARY KEY (tenant, id))",
        "CREATE TABLE belts (tenant integer NOT NULL, plant varchar(9), id integer NOT NULL, above integer, \
         PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, plant) REFERENCES plants (tenant, id), \
         FOREIGN KEY (tenant, above) REFERENCES belts (tenant, id))",
        "CREATE TABLE nodes (id integer PRIMARY KEY, above integer NOT NULL, FOREIGN KEY (above) REFERENCES nodes (id))",
    ]);
    // Looks at what is there when it runs.
    let seen = Arc::new(Mutex::new(Vec::new()));
    let names: Vec<&str> = columns.split(", ").filter_map(|column| column.split_whitespace().next()).collect();
    let counts = names.iter().map(|name| format!("CASE WHEN count({name}) = 1 THEN '' ELSE '{name} ' END"));
    let text = |parts: Vec<String>| match database.backend() {
        Backend::Mariadb => format!("CONCAT({})", parts.join(", ")),
        _ => parts.join(" || "),
    };
    let empty = text(counts.collect());
    let numbers = "SELECT CAST((SELECT count(*) FROM child c JOIN parent p ON p.id = c.parent WHERE p.name IS NOT NULL) AS char(2)) \
         UNION ALL SELECT CAST((SELECT count(*) FROM belts b JOIN plants p ON p.tenant = b.tenant AND p.id = b.plant) AS char(2)) \
         UNION ALL SELECT CAST((SELECT count(*) FROM nodes a JOIN nodes b ON b.id = a.above) AS char(2))";
    let questions = [format!("SELECT {empty} FROM kinds"), numbers.to_owned()];
    let collected = seen.clone();
    let looks = Inline::new("m2_looks", "", "").up_by(move |manager| -> Pending<'_> {
        let (questions, collected) = (questions.clone(), collected.clone());
        Box::pin(async move {
            let mut answers = Vec::new();
            for question in &questions {
                let statement = sea_orm::Statement::from_string(manager.get_database_backend(), question);
                for row in sea_orm::ConnectionTrait::query_all_raw(manager.get_connection(), statement).await? {
                    answers.push(row.try_get_by_index::<String>(0)?.trim().to_owned());
                }
            }
            if !answers.is_empty() {
                *collected.lock().unwrap() = answers;
            }
            Ok(())
        })
    });
    let all = verified(&database, &[first, looks]).await;
    assert_eq!(all[1].outcome, Outcome::Proved, "{all:#?}");
    assert_eq!(*seen.lock().unwrap(), ["", "1", "1", "1"]);
}

/// The moment of the last change is another after a revision that fills a column.
async fn what_the_database_changes_by_itself_is_no_loss(database: TestDatabase) {
    let table =
        |touched: &str| format!("CREATE TABLE pumps (id integer PRIMARY KEY, name varchar(20), touched {touched})");
    let first = match database.backend() {
        Backend::Sqlite => Inline::new("m1_pumps", &table("text"), "DROP TABLE pumps").then(
            "CREATE TRIGGER touch AFTER UPDATE ON pumps BEGIN UPDATE pumps SET touched = random() WHERE id = new.id; END",
        ),
        Backend::Mariadb => {
            let touched = "timestamp DEFAULT current_timestamp ON UPDATE current_timestamp";
            Inline::new("m1_pumps", &table(touched), "DROP TABLE pumps")
        }
        Backend::Postgres | Backend::Timescale => {
            Inline::new("m1_pumps", &table("timestamptz"), "DROP TABLE pumps").back("DROP FUNCTION touch").then_all(&[
                "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN NEW.touched := clock_timestamp(); RETURN NEW; END'",
                "CREATE TRIGGER touch BEFORE UPDATE ON pumps FOR EACH ROW EXECUTE FUNCTION touch()",
            ])
        }
    };
    let fills =
        Inline::new("m2_fills", "ALTER TABLE pumps ADD label varchar(20)", "ALTER TABLE pumps DROP COLUMN label")
            .then("UPDATE pumps SET label = name");
    let all = verified(&database, &[first.clone(), fills]).await;
    assert_eq!((all[1].outcome, findings(&all[1]), &all[1].repeated), (Outcome::Proved, vec![], &None));
    // A change of what people write is one.
    let renames = Inline::new("m2_renames", "UPDATE pumps SET name = 'x'", "");
    assert_eq!(verified(&database, &[first, renames]).await[1].outcome, Outcome::Failed);
}

/// The engine keeps the rows of others when a table is built anew; nothing but verify sees a column that is forgotten.
#[tokio::test]
async fn a_rebuild_of_sqlite_that_forgets_a_column_is_found() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    for (columns, lost) in [("id, name", 0), ("id", 1)] {
        let rebuild = Inline::new("m2_rebuild", "CREATE TABLE n (id integer PRIMARY KEY, name varchar(50))", "")
            .then_all(&[
                &format!("INSERT INTO n ({columns}) SELECT {columns} FROM parent"),
                "DROP TABLE parent",
                "ALTER TABLE n RENAME TO parent",
            ]);
        // SQLite puts the name in quotes, wherever it stands, when it renames the table.
        let all = verified(&database, &[families(), rebuild]).await;
        let rows: Vec<_> = all[1]
            .findings
            .iter()
            .filter_map(|finding| match finding {
                Finding::Rows { table, lost, .. } => Some((table.as_str(), *lost)),
                _ => None,
            })
            .collect();
        assert_eq!(rows.len(), lost, "{columns}: {all:#?}");
        assert!(rows.iter().all(|row| *row == ("parent", 1)), "{columns}: {all:#?}");
    }
}

/// The values have as many digits as their types, so that a type with fewer shows.
#[tokio::test]
async fn a_type_with_fewer_digits_is_found() {
    let all = "CREATE TABLE a (id int PRIMARY KEY, ts timestamp, n numeric(10, 2), d double precision, ti time)";
    let table = Inline::new("m1", all, "DROP TABLE a");
    let database = TestDatabase::create(Backend::Postgres).await;
    for (to, back) in [
        ("n TYPE int", "n TYPE numeric(10, 2)"),
        ("d TYPE real", "d TYPE double precision"),
        ("ti TYPE time(0)", "ti TYPE time"),
        ("ts TYPE timestamp(0)", "ts TYPE timestamp"),
        ("ts TYPE date", "ts TYPE timestamp"),
    ] {
        let alter = |what| format!("ALTER TABLE a ALTER {what}");
        let all = verified(&database, &[table.clone(), Inline::new("m2", &alter(to), &alter(back))]).await;
        assert_eq!(all[1].outcome, Outcome::Failed, "{to}");
    }
    let all = "CREATE TABLE a (id int PRIMARY KEY, n decimal(10, 2), d double)";
    let table = Inline::new("m1", all, "DROP TABLE a");
    let database = TestDatabase::create(Backend::Mariadb).await;
    for (to, back) in [("n int", "n decimal(10, 2)"), ("d float", "d double")] {
        let alter = |what| format!("ALTER TABLE a MODIFY {what}");
        let all = verified(&database, &[table.clone(), Inline::new("m2", &alter(to), &alter(back))]).await;
        assert_eq!(all[1].outcome, Outcome::Failed, "{to}");
    }
}
