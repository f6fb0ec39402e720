use sea_orm::DbBackend;

use super::{
    rule::{Example, Rule, Sql},
    *,
};
use crate::{
    Direction,
    recording::{OnError, REFERENCE_TIMESCALEDB, Statement},
};

fn script(revision: &str, direction: Direction, before: Model, statements: Vec<Statement>) -> Script {
    script_on(DbBackend::Postgres, revision, direction, before, statements)
}

fn script_on(
    backend: DbBackend,
    revision: &str,
    direction: Direction,
    before: Model,
    statements: Vec<Statement>,
) -> Script {
    let before = (backend, before).into();
    let (unanswered, notes) = (Vec::new(), Vec::new());
    Script {
        revision: revision.to_owned(),
        direction,
        given: statements.len(),
        statements,
        unanswered,
        asked: false,
        notes,
        skipped: Vec::new(),
        before,
    }
}

fn statement(sql: &str, transaction: Option<usize>) -> Statement {
    Statement { sql: sql.to_owned(), transaction, on_error: OnError::Stop }
}

/// The findings of an up script after a history, by rule.
fn found(setup: &[String], sql: &[String], transaction: Option<usize>) -> Vec<Finding> {
    found_on(DbBackend::Postgres, setup, sql, transaction)
}

fn found_on(backend: DbBackend, setup: &[String], sql: &[String], transaction: Option<usize>) -> Vec<Finding> {
    let script =
        |revision: &str, direction, before, statements| script_on(backend, revision, direction, before, statements);
    let mut model = Model::default();
    let first = setup.iter().map(|sql| statement(sql, None)).collect();
    let first = script("first", Direction::Up, Model::default(), first);
    for sql in setup {
        model.apply(backend, sql);
    }
    let second = sql.iter().map(|sql| statement(sql, transaction)).collect();
    let second = script("second", Direction::Up, model, second);
    let nothing = |revision: &str| Ok(script(revision, Direction::Down, Model::default(), Vec::new()));
    let recorded = |up: Script| Recorded { down: nothing(&up.revision), up, in_transaction: transaction.is_some() };
    let history = vec![Ok(recorded(first)), Ok(recorded(second))];
    lint(&[history], REFERENCE_TIMESCALEDB, |_| Vec::new())
        .into_iter()
        .filter(|finding| finding.revision == "second")
        .collect()
}

fn statements(sql: Sql, spell: impl Fn(&str) -> String) -> (Vec<String>, Option<usize>) {
    (sql.statements().iter().map(|sql| spell(sql)).collect(), sql.is_transaction().then_some(1))
}

fn backend_of(rule: &Rule) -> DbBackend {
    match rule.backend {
        Dialect::Postgres => DbBackend::Postgres,
        Dialect::Sqlite => DbBackend::Sqlite,
        Dialect::MySql => DbBackend::MySql,
    }
}

/// What is wrong with the examples when names are spelled so.
fn complaints(spell: impl Fn(&str) -> String + Copy) -> Vec<String> {
    let examples = RULES.iter().flat_map(|rule| rule.examples.iter().enumerate().map(move |example| (rule, example)));
    examples.flat_map(|(rule, (number, example))| complaints_about(rule, number, example, spell)).collect()
}

fn complaints_about(rule: &Rule, number: usize, example: &Example, spell: impl Fn(&str) -> String) -> Vec<String> {
    let works = |sql: &&&str| !sql.starts_with(Example::BROKEN);
    let setup: Vec<String> = example.setup.iter().copied().flatten().filter(works).map(|sql| spell(sql)).collect();
    let mut complaints = Vec::new();
    let (failing, transaction) = statements(example.failing, &spell);
    let backend = backend_of(rule);
    let findings = found_on(backend, &setup, &failing, transaction);
    let flagged: Vec<&str> =
        findings.iter().filter(|finding| finding.rule == rule.name).map(|finding| finding.statement.as_str()).collect();
    // A later rule may flag what makes the statement dangerous, not the last one.
    let last = failing.last().unwrap().split(';').next().unwrap();
    if flagged != [shorten(last)] {
        complaints.push(format!("{} {number} flags {flagged:?} of {failing:#?}: {findings:#?}", rule.name));
    }
    let (passing, transaction) = statements(example.passing, &spell);
    let findings = found_on(backend, &setup, &passing, transaction);
    // The advice of a rule is not bad by another.
    let own = findings.iter().filter(|finding| finding.source == Source::Own);
    complaints.extend(own.map(|finding| format!("{} {number} passing: {finding}", rule.name)));
    complaints
}

#[test]
fn failing_examples_are_flagged_and_passing_ones_are_not() {
    let complaints = complaints(str::to_owned);
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[test]
fn names_may_have_quotes_and_a_schema() {
    let complaints = complaints(|sql| {
        ["readings", "sensors", "events", "hourly"].iter().fold(sql.to_owned(), |sql, table| {
            // An alias or a column would not be spelled so.
            sql.replace(&format!("\"{table}\""), table).replace(table, &format!("\"public\".\"{table}\""))
        })
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// PostgreSQL's rules do not hold for the statements of another backend, and theirs not for PostgreSQL's.
#[test]
fn rules_hold_for_their_backend_alone() {
    let lines = ["CREATE INDEX i ON t (a)", "ALTER TABLE t ADD COLUMN c timestamp", "ALTER TABLE t DROP COLUMN a"];
    for sql in lines {
        let rules = |backend| -> Vec<&str> {
            let findings = found_on(backend, &["CREATE TABLE t (a integer)".to_owned()], &[sql.to_owned()], Some(1));
            findings.into_iter().map(|finding| finding.rule).collect()
        };
        assert_eq!(rules(DbBackend::Postgres).len(), 1, "{sql}");
        assert_eq!((rules(DbBackend::Sqlite), rules(DbBackend::MySql)), (vec![], vec![]), "{sql}");
    }
    let trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = 1; DELETE FROM d; END";
    assert_eq!(found(&[], &["PRAGMA foreign_keys = OFF".to_owned()], Some(1)), []);
    assert_eq!(found_on(DbBackend::Sqlite, &[], &[trigger.to_owned()], Some(1)), []);
    assert_eq!(found_on(DbBackend::MySql, &[], &[trigger.to_owned()], Some(1)), []);
}

/// A permission of a rule that holds elsewhere is not one that finds nothing.
#[test]
fn a_permission_is_judged_on_the_backend_of_its_rule() {
    let index = statement("CREATE INDEX i ON t (a)", Some(1));
    for (backend, rules) in
        [(DbBackend::Sqlite, vec![]), (DbBackend::Postgres, vec!["blocking-index", "allowed-finds-nothing"])]
    {
        let mut before = Model::default();
        before.apply(backend, "CREATE TABLE t (a integer)");
        let up = script_on(backend, "r", Direction::Up, before.clone(), vec![index.clone()]);
        let down = Ok(script_on(backend, "r", Direction::Down, before, Vec::new()));
        let history = [vec![Ok(Recorded { up, down, in_transaction: true })]];
        let allow = ["blocking-index", "ban-drop-table", "implicit-commit"].map(|rule| Allowed { rule, reason: "x" });
        let findings = lint(&history, REFERENCE_TIMESCALEDB, |_| allow.to_vec());
        assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), rules, "{backend:?}");
    }
}

#[test]
fn nothing_is_wrong_with_the_harmless() {
    for (setup, statements) in rules::HARMLESS {
        let setup: Vec<String> = setup.iter().copied().flatten().map(|sql| (*sql).to_owned()).collect();
        for sql in *statements {
            for transaction in [None, Some(1)] {
                let findings = found(&setup, &[(*sql).to_owned()], transaction);
                let own: Vec<&Finding> = findings.iter().filter(|finding| finding.source == Source::Own).collect();
                assert!(own.is_empty(), "{own:#?}");
            }
        }
    }
}

#[test]
fn names_of_rules_are_unique_and_well_formed() {
    let mut names: Vec<&str> = rules().iter().map(|rule| rule.name).collect();
    assert!(names.iter().all(|name| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')));
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(rules().iter().all(|rule| rule.summary.ends_with('.')));
}

#[test]
fn a_rule_is_silent_on_versions_that_it_does_not_hold_for() {
    let on = |sql: &str, version: (u32, u32, u32)| {
        let mut before = Model::default();
        for sql in [T, HYPERTABLE, COLUMNSTORE] {
            before.apply(DbBackend::Postgres, sql);
        }
        let up = script("r", Direction::Up, before.clone(), vec![statement(sql, None)]);
        let down = Ok(script("r", Direction::Down, before, Vec::new()));
        let history = [vec![Ok(Recorded { up, down, in_transaction: false })]];
        let findings = lint(&history, Version::new(version.0, version.1, version.2), |_| Vec::new());
        findings.iter().filter(|one| one.source == Source::Own).map(|one| one.rule).collect::<Vec<_>>()
    };
    let rebuild = "SELECT _timescaledb_functions.rebuild_sparse_index(c) FROM show_chunks('t') c";
    assert_eq!(on(rebuild, (2, 28, 3)), ["rebuild-sparse-index"]);
    assert_eq!(on(rebuild, (2, 29, 0)), [""; 0]);
    for cast in ["'x'::text", "CAST('x' AS text)", "text 'x'"] {
        let add = format!("ALTER TABLE t ADD COLUMN c text DEFAULT {cast}");
        assert_eq!(on(&add, (2, 23, 0)), ["volatile-default-on-columnstore"], "{cast}");
        assert_eq!(on(&add, (2, 29, 2)), [""; 0], "{cast}");
    }
    let now = "ALTER TABLE t ADD COLUMN c date DEFAULT now()::date";
    assert_eq!(on(now, (2, 29, 2)), ["volatile-default-on-columnstore"]);
}

const T: &str = "CREATE TABLE t (a integer, b text NOT NULL, at timestamptz NOT NULL)";
const HYPERTABLE: &str = "SELECT create_hypertable('t', by_range('at'))";
const COLUMNSTORE: &str = "ALTER TABLE t SET (timescaledb.enable_columnstore)";

const FOREIGN_KEY: &str = "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES other (id)";

/// Findings of squawk's rules, by name.
fn squawk_finds(setup: &[&str], sql: &str, transaction: Option<usize>) -> Vec<&'static str> {
    let owned = |sql: &&str| (*sql).to_owned();
    let setup: Vec<String> = setup.iter().map(owned).collect();
    let findings = found(&setup, &[sql.to_owned()], transaction);
    findings.into_iter().filter(|finding| finding.source == Source::Squawk).map(|finding| finding.rule).collect()
}

#[test]
fn squawk_is_heard_where_its_advice_holds() {
    let plain: &[&str] = &[T];
    let hypertable: &[&str] = &[T, HYPERTABLE];
    let columnstore: &[&str] = &[T, HYPERTABLE, COLUMNSTORE];
    let cases: &[(&[&str], &str, &[&str])] = &[
        (plain, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", &["constraint-missing-not-valid"]),
        (hypertable, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", &["constraint-missing-not-valid"]),
        (columnstore, "ALTER TABLE public.\"t\" ADD CONSTRAINT c CHECK (a > 0)", &[]),
        (plain, "ALTER TABLE t ALTER COLUMN a SET NOT NULL", &["adding-not-nullable-field"]),
        (columnstore, "ALTER TABLE t ALTER COLUMN a SET NOT NULL", &[]),
        (plain, "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, at)", &["disallowed-unique-constraint"]),
        (hypertable, "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, at)", &[]),
        (plain, "ALTER TABLE t ADD COLUMN c timestamp", &["prefer-timestamp-tz"]),
        (plain, FOREIGN_KEY, &["adding-foreign-key-constraint"]),
        (hypertable, FOREIGN_KEY, &["adding-foreign-key-constraint"]),
        (columnstore, FOREIGN_KEY, &[]),
        (plain, "ALTER TABLE t DROP COLUMN a", &["ban-drop-column"]),
        (plain, "DROP TABLE _kept_t_a", &[]),
        (plain, "CREATE INDEX i ON t (a)", &[]),
        (plain, "SELECT 1 FROM t", &[]),
        (&[], "CREATE TABLE t (a varchar(10), b serial, c integer PRIMARY KEY)", &[]),
    ];
    for (setup, sql, expected) in cases {
        for transaction in [None, Some(1)] {
            assert_eq!(squawk_finds(setup, sql, transaction), *expected, "{setup:?} {sql} {transaction:?}");
        }
    }
}

/// Of several statements in one text, a finding names its own, and each is judged by itself.
#[test]
fn a_finding_stands_at_its_own_statement() {
    let text = "CREATE TABLE u (a integer); ALTER TABLE u ADD CONSTRAINT c CHECK (a > 0);\n\
                -- the old one\nALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)";
    let findings = found(&[T.to_owned()], &[text.to_owned()], None);
    let shown: Vec<_> = findings.iter().map(|finding| (finding.rule, finding.statement.as_str())).collect();
    assert_eq!(shown, [("constraint-missing-not-valid", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)")]);
}

/// One that should not be there is not better with NOT VALID.
#[test]
fn a_foreign_key_to_a_hypertable_is_found_once() {
    let setup = [T, HYPERTABLE, COLUMNSTORE, "CREATE TABLE notes (a integer)"].map(str::to_owned);
    for end in ["", " NOT VALID"] {
        let key = format!("ALTER TABLE notes ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES t (a){end}");
        let rules: Vec<&str> = found(&setup, &[key], None).into_iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["foreign-key-to-hypertable"]);
    }
}

/// Of the two ways to add one, only the second is advised against.
#[test]
fn a_foreign_key_of_a_columnstore_is_added_validated() {
    let setup = [T, HYPERTABLE, COLUMNSTORE, "CREATE TABLE other (id integer PRIMARY KEY)"].map(str::to_owned);
    for (end, expected) in [("", [].as_slice()), (" NOT VALID", &["not-valid-on-columnstore"])] {
        let findings = found(&setup, &[format!("{FOREIGN_KEY}{end}")], None);
        assert_eq!(findings.into_iter().map(|finding| finding.rule).collect::<Vec<_>>(), expected, "{end}");
    }
}

#[test]
fn a_table_of_the_same_revision_is_used_by_nobody() {
    let sql =
        [T, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "ALTER TABLE t DROP COLUMN b", "CREATE INDEX i ON t (a)"];
    for transaction in [None, Some(1)] {
        let findings = found(&[], &sql.map(str::to_owned), transaction);
        assert_eq!(findings, [], "{transaction:?}");
    }
}

/// One revision, `up` and `down`, on a table that was there.
fn one_revision(up: &str, down: &str) -> Vec<Result<Recorded, OfflineError>> {
    let mut before = Model::default();
    before.apply(DbBackend::Postgres, T);
    let mut after = before.clone();
    after.apply(DbBackend::Postgres, up);
    let up = script("r", Direction::Up, before, vec![statement(up, Some(1))]);
    let down = script("r", Direction::Down, after, vec![statement(down, Some(1))]);
    vec![Ok(Recorded { up, down: Ok(down), in_transaction: true })]
}

#[test]
fn down_may_take_away_what_up_gave() {
    let findings = lint(
        &[one_revision("ALTER TABLE t ALTER COLUMN b SET DEFAULT 'x'", "ALTER TABLE t ALTER COLUMN b DROP DEFAULT")],
        REFERENCE_TIMESCALEDB,
        |_| Vec::new(),
    );
    assert_eq!(findings, []);
    let findings = lint(&[one_revision("SELECT 1", "CREATE INDEX i ON t (a)")], REFERENCE_TIMESCALEDB, |_| Vec::new());
    assert_eq!((findings[0].rule, findings[0].direction), ("blocking-index", Direction::Down));
}

#[test]
fn a_down_that_drops_what_was_filled_is_lossy() {
    let lossy = |up: &str, down: &str| {
        let findings = lint(&[one_revision(up, down)], REFERENCE_TIMESCALEDB, |_| Vec::new());
        findings.iter().any(|finding| finding.rule == "lossy-rollback")
    };
    let (add, drop) = ("ALTER TABLE t ADD COLUMN c integer", "ALTER TABLE t DROP COLUMN c");
    assert!(lossy(add, drop));
    assert!(lossy(add, "ALTER TABLE public.\"t\" DROP COLUMN \"c\""));
    assert!(!lossy(add, &format!("CREATE TABLE IF NOT EXISTS _kept_t_c AS SELECT a, c FROM t WHERE 1 = 0; {drop}")));
    assert!(!lossy("ALTER TABLE t ADD COLUMN c integer GENERATED ALWAYS AS (a * 2) STORED", drop), "nobody fills it");
    assert!(!lossy("CREATE TABLE u (a integer)", "ALTER TABLE u DROP COLUMN a"), "a table of its own");
    let reason = Allowed { rule: "lossy-rollback", reason: "It is computed anew." };
    let allowed = lint(&[one_revision(add, drop)], REFERENCE_TIMESCALEDB, |_| vec![reason]);
    assert_eq!(allowed.iter().map(|one| one.allowed.as_deref()).collect::<Vec<_>>(), [Some("It is computed anew.")]);
}

#[test]
fn the_advice_for_constraints_is_one_for_every_kind_of_table() {
    let (plain, columnstore): (&[&str], &[&str]) = (&[T], &[T, HYPERTABLE, COLUMNSTORE]);
    for (setup, sql, call) in [
        (plain, "ALTER TABLE t ALTER COLUMN a SET NOT NULL", "constraints::set_not_null"),
        (plain, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "constraints::add_check"),
        (columnstore, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", "constraints::add_check"),
        (columnstore, "ALTER TABLE t VALIDATE CONSTRAINT c", "constraints::add_check"),
        (columnstore, "ALTER TABLE t ADD COLUMN c integer NOT NULL", "constraints::set_not_null"),
    ] {
        let setup: Vec<String> = setup.iter().map(|sql| (*sql).to_owned()).collect();
        let findings = found(&setup, &[sql.to_owned()], None);
        assert!(!findings.is_empty() && findings.iter().all(|one| one.instead.contains(call)), "{sql}: {findings:#?}");
    }
}

#[test]
fn what_two_profiles_show_is_said_once() {
    let history = || one_revision("CREATE INDEX i ON t (a)", "DROP INDEX i");
    assert_eq!(lint(&[history(), history()], REFERENCE_TIMESCALEDB, |_| Vec::new()).len(), 1);
}

#[test]
fn a_permission_needs_a_reason_a_rule_and_a_finding() {
    let history = [one_revision("CREATE INDEX i ON t (a)", "DROP INDEX i")];
    let allow = |rule: &'static str, reason: &'static str| {
        lint(&history, REFERENCE_TIMESCALEDB, |_| vec![Allowed { rule, reason }])
            .into_iter()
            .map(|finding| (finding.rule, finding.allowed))
            .collect::<Vec<_>>()
    };
    let small = || Some("The table has ten rows.".to_owned());
    assert_eq!(allow("blocking-index", "The table has ten rows."), [("blocking-index", small())]);
    assert_eq!(allow("blocking-index", " "), [("blocking-index", None), ("allowed-without-reason", None)]);
    assert_eq!(allow("blocking-indices", "x"), [("blocking-index", None), ("allowed-unknown-rule", None)]);
    assert_eq!(allow("lossy-rollback", "verify looks for it"), [("blocking-index", None)]);
    assert_eq!(allow("ban-drop-table", "x"), [("blocking-index", None), ("allowed-finds-nothing", None)]);
}

#[test]
fn findings_are_read_by_people_and_machines() {
    let findings =
        lint(&[one_revision("CREATE INDEX i\n  ON t (a)", "DROP INDEX i")], REFERENCE_TIMESCALEDB, |_| Vec::new());
    let text = findings[0].to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "r up  blocking-index: writers of `t` wait until the index is built");
    assert_eq!(lines[1], "    CREATE INDEX i ON t (a)");
    assert!(lines[2].contains("index::create_index") && lines.len() == 3, "{text}");
    let json = serde_json::to_value(&findings[0]).unwrap();
    assert_eq!(
        (&json["direction"], &json["source"], &json["allowed"]),
        (&"up".into(), &"own".into(), &serde_json::Value::Null)
    );
}

#[test]
fn a_finding_shows_the_statement_without_its_comments() {
    let sql = "-- the sites, ( and more\nCREATE TABLE s ( -- it's\n  a timestamp /* local */ )";
    let found = found_on(DbBackend::Postgres, &[], &[sql.to_owned()], None);
    assert!(
        found.iter().all(|one| one.statement == "CREATE TABLE s ( a timestamp )") && !found.is_empty(),
        "{found:#?}"
    );
}
