use super::{
    rule::{Example, Rule, Sql},
    *,
};
use crate::{
    Direction,
    recording::{OnError, REFERENCE_TIMESCALEDB, Statement},
};

fn script(revision: &str, direction: Direction, before: Model, statements: Vec<Statement>) -> Script {
    let before = (DbBackend::Postgres, before).into();
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
    let mut model = Model::default();
    let first = setup.iter().map(|sql| statement(sql, None)).collect();
    let first = script("first", Direction::Up, Model::default(), first);
    for sql in setup {
        model.apply(DbBackend::Postgres, sql);
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
    let findings = found(&setup, &failing, transaction);
    let flagged: Vec<&str> =
        findings.iter().filter(|finding| finding.rule == rule.name).map(|finding| finding.statement.as_str()).collect();
    // A later rule may flag what makes the statement dangerous, not the last one.
    let last = failing.last().unwrap().split(';').next().unwrap();
    if flagged != [shorten(last)] {
        complaints.push(format!("{} {number} flags {flagged:?} of {failing:#?}: {findings:#?}", rule.name));
    }
    let (passing, transaction) = statements(example.passing, &spell);
    let findings = found(&setup, &passing, transaction);
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
        &[one_revision("ALTER TABLE t ADD COLUMN c integer", "ALTER TABLE t DROP COLUMN c")],
        REFERENCE_TIMESCALEDB,
        |_| Vec::new(),
    );
    assert_eq!(findings, []);
    let findings = lint(&[one_revision("SELECT 1", "CREATE INDEX i ON t (a)")], REFERENCE_TIMESCALEDB, |_| Vec::new());
    assert_eq!((findings[0].rule, findings[0].direction), ("blocking-index", Direction::Down));
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
