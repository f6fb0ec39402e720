//! Commands that need no database say which TimescaleDB they are about, and take another version.

use tests::process::{Finished, run};

use crate::migration;

fn said(arguments: &[&str]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    run(migration(folder.path()).args(arguments))
}

#[test]
fn a_script_says_which_version_it_was_written_for() {
    for (arguments, server) in [
        (&["sql", "up"][..], "TimescaleDB 2.28.3."),
        (&["sql", "up", "--server-version", "2.29.2"], "TimescaleDB 2.29.2."),
        (
            &["sql", "up", "--backend", "timescaledb-apache", "--server-version", "2.29"],
            "TimescaleDB 2.29.0, Apache edition.",
        ),
    ] {
        let script = said(arguments);
        assert_eq!(script.code, 0, "{script:#?}");
        let lines: Vec<&str> = script.stdout.lines().collect();
        assert_eq!(lines[0], format!("-- Applies revisions to a database: {server}"));
        assert!(lines[1].contains("written for that version") && lines[1].contains("--server-version"), "{}", lines[1]);
    }
    let sqlite = said(&["sql", "up", "--backend", "sqlite"]);
    assert!(!sqlite.stdout.contains("--server-version"), "{}", sqlite.stdout);
}

#[test]
fn an_older_version_gets_its_own_spelling() {
    let (old, new) = (said(&["sql", "up", "--server-version", "2.12.0"]), said(&["sql", "up"]));
    assert!(!old.stdout.contains("by_range(") && new.stdout.contains("by_range("), "{}", old.stdout);
}

#[test]
fn a_version_that_makes_no_sense_is_refused() {
    for (arguments, code, words) in [
        (&["sql", "up", "--server-version", "new"][..], 2, "not a version such as 2.23.0"),
        (&["lint", "--server-version", "2.8.1"], 2, "the oldest TimescaleDB that is written for is 2.9.0"),
        (&["sql", "up", "--backend", "mysql", "--server-version", "2.29.2"], 1, "name --backend timescaledb"),
    ] {
        let refused = said(arguments);
        assert!(refused.code == code && refused.stdout.is_empty(), "{refused:#?}");
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
    }
}

#[test]
fn lint_is_about_a_version_and_its_rules_say_which() {
    let lint = said(&["lint", "--server-version", "2.29.2"]);
    assert_eq!(lint.code, 0, "{lint:#?}");
    let rules = said(&["lint", "--list"]).stdout;
    let rebuild = rules.lines().find(|line| line.starts_with("rebuild-sparse-index")).unwrap();
    assert!(rebuild.ends_with("(postgres, from 2.28.0 to before 2.29.0)"), "{rebuild}");
}
