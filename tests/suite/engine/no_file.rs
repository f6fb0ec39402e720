//! An SQLite file that is not there: only the commands that make a schema make it.

use std::fs;

use tests::{process::run, temporary_folder};

use crate::migration;

/// What is in a folder after a command on a file that is not in it; the command's output and exit code.
fn left_by(arguments: &[&str]) -> (Vec<String>, tests::process::Finished) {
    let folder = temporary_folder();
    let url = format!("sqlite://{}", folder.path().join("none.sqlite").display());
    let finished = run(migration(folder.path()).args(arguments).args(["--database-url", &url]));
    let mut left: Vec<String> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    (left, finished)
}

#[test]
fn what_needs_the_file_says_that_it_is_missing() {
    for arguments in [
        &["status"][..],
        &["current"],
        &["show", "head"],
        &["check"],
        &["check", "--all"],
        &["doctor"],
        &["report"],
        &["report", "--area", "twin"],
        &["schema"],
        &["maintain"],
        &["maintain", "--all"],
        &["down"],
        &["down", "--area", "plugins"],
        &["reset", "--yes"],
        &["refresh", "--yes"],
        &["stamp", "head"],
    ] {
        let (left, finished) = left_by(arguments);
        assert_eq!(left, [] as [&str; 0], "{arguments:?}: {finished:#?}");
        assert_eq!(finished.code, 1, "{arguments:?}: {finished:#?}");
        assert!(finished.stderr.contains("the file does not exist"), "{arguments:?}: {finished:#?}");
        assert!(finished.stderr.contains("`up`"), "{arguments:?}: {finished:#?}");
    }
}

#[test]
fn what_asks_the_code_needs_no_file() {
    for arguments in [&["history"][..], &["heads"], &["branches"], &["lint"], &["lint", "--all"], &["verify"]] {
        let (left, finished) = left_by(arguments);
        assert_eq!(left, [] as [&str; 0], "{arguments:?}: {finished:#?}");
        assert_eq!(finished.code, 0, "{arguments:?}: {finished:#?}");
    }
    // What `up` would do where it makes the file.
    let (left, finished) = left_by(&["up", "--dry-run"]);
    assert_eq!((finished.code, left), (0, vec![]), "{finished:#?}");
    assert!(finished.stdout.contains("CREATE TABLE") && finished.stdout.contains("alarm_actions"), "{finished:#?}");
    let (left, finished) = left_by(&["diagram", "--area", "twin", "--out", "pictures"]);
    assert_eq!((finished.code, left), (0, vec!["pictures".to_owned()]), "{finished:#?}");
}

#[test]
fn up_makes_it() {
    let (left, finished) = left_by(&["up", "--area", "alarms"]);
    assert_eq!(finished.code, 0, "{finished:#?}");
    assert!(left.contains(&"none.sqlite".to_owned()), "{left:?}");
}
