//! `lint` as people use it: the same finding once, of the revisions that are to run, and of new ones alone.

use std::{fs, path::Path};

use tests::process::{Finished, command, run};

/// The project with indexes of two tables, of which one is made in the first revision; looked at as PostgreSQL gets it
/// unless another backend is named.
fn project(folder: &Path, arguments: &[&str]) -> Finished {
    let lints = arguments.first() == Some(&"lint") && !arguments.contains(&"--backend");
    on_its_database(folder, &[arguments, if lints { &["--backend", "postgres"] } else { &[] }].concat())
}

fn on_its_database(folder: &Path, arguments: &[&str]) -> Finished {
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_branched-project")), folder);
    let url = format!("sqlite://{}?mode=rwc", folder.join("plant.sqlite").display());
    run(command.env("INDEXED", "1").env("DATABASE_URL", url).args(arguments))
}

#[test]
fn the_same_finding_in_two_places_is_one_entry() {
    let folder = tests::temporary_folder();
    let found = project(folder.path(), &["lint"]);
    assert_eq!(found.code, 4, "{found:#?}");
    let lines: Vec<&str> = found.stdout.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "blocking-index: CREATE INDEX keeps every writer of the table waiting until the whole index is built. (2 places)",
            "    m8_indexes up  CREATE INDEX sites_id ON sites (id)",
            "    m8_indexes up  CREATE INDEX lines_id ON lines (id)",
        ]
    );
    assert_eq!(lines[4..], ["5 revisions on postgres: 1 finding in 2 places, 0 allowed with a reason"]);
}

/// An index of SQLite is built within moments, and nothing is said about PostgreSQL's way.
#[test]
fn another_backend_has_other_rules() {
    let folder = tests::temporary_folder();
    for backend in ["sqlite", "mysql"] {
        let found = project(folder.path(), &["lint", "--backend", backend]);
        let summary = format!("5 revisions on {backend}: 0 findings, 0 allowed with a reason\n");
        assert_eq!((found.code, found.stdout), (0, summary));
    }
    project(folder.path(), &["lint", "--backend", "postgres"]).ended_with(4);
    let rules = project(folder.path(), &["lint", "--list"]).stdout;
    assert!(rules.lines().any(|rule| rule.starts_with("table-copy ") && rule.ends_with(" (mysql)")), "{rules}");
}

/// Whoever works on SQLite has not to say so; where nothing names a database, there is more to say about PostgreSQL.
#[test]
fn the_backend_is_that_of_the_database() {
    let folder = tests::temporary_folder();
    let lint = |arguments: &[&str]| on_its_database(folder.path(), &[&["lint"], arguments].concat());
    let said = |finished: &Finished| finished.stdout.lines().last().unwrap_or_default().to_owned();
    let found = lint(&[]);
    assert_eq!(said(&found), "5 revisions on sqlite (from DATABASE_URL): 0 findings, 0 allowed with a reason");
    assert_eq!(lint(&["--pending"]).stdout, found.stdout);
    // No server is asked.
    let found = lint(&["-u", "postgres://127.0.0.1:1/plant"]);
    assert!(
        found.code == 4 && said(&found).starts_with("5 revisions on postgres (from --database-url): 1 "),
        "{found:#?}"
    );
    let found = lint(&["-u", "mysql://127.0.0.1:1/plant", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(
        (&json["result"]["backend"], &json["result"]["backend_from"]),
        (&"mysql".into(), &"--database-url".into())
    );
    let mut unnamed = command(Path::new(env!("CARGO_BIN_EXE_branched-project")), folder.path());
    let found = run(unnamed.env("INDEXED", "1").arg("lint"));
    let starts = "5 revisions on postgres (no database is named): 1 finding";
    assert!(found.code == 4 && said(&found).starts_with(starts), "{found:#?}");
}

#[test]
fn a_table_that_the_same_run_makes_is_used_by_nobody() {
    let folder = tests::temporary_folder();
    let found = |arguments: &[&str]| {
        let found = project(folder.path(), arguments);
        let places = ["sites_id", "lines_id"].map(|index| found.stdout.contains(&format!("CREATE INDEX {index}")));
        (found.code, places)
    };
    assert_eq!(found(&["lint", "--since", "base"]), (0, [false, false]), "both are new");
    assert_eq!(found(&["lint", "--since", "m1_sites"]), (4, [true, false]), "sites is there before");
    assert_eq!(found(&["lint", "--since", "m3_lines"]), (4, [true, true]));
    assert_eq!(found(&["lint", "--since", "m8_indexes"]), (0, [false, false]), "only later revisions");

    assert_eq!(found(&["lint", "--pending"]), (0, [false, false]), "without a database everything is pending");
    assert!(!folder.path().join("plant.sqlite").exists(), "and none is made");
    project(folder.path(), &["up", "m1_sites"]).ended_with(0);
    assert_eq!(found(&["lint", "--pending"]), (4, [true, false]));
    project(folder.path(), &["up", "heads"]).ended_with(0);
    assert_eq!(found(&["lint", "--pending"]), (0, [false, false]), "nothing is pending");
}

#[test]
fn what_is_in_the_baseline_is_accepted() {
    let folder = tests::temporary_folder();
    let lint =
        |arguments: &[&str]| project(folder.path(), &[&["lint", "--baseline", "lint.baseline"], arguments].concat());
    let missing = lint(&[]);
    assert_eq!(missing.code, 1, "{missing:#?}");
    assert!(missing.stderr.contains("lint.baseline") && missing.stderr.contains("--write-baseline"), "{missing:#?}");

    let summary = "5 revisions on postgres: 0 findings, 0 allowed with a reason, 2 accepted by the baseline\n";
    let written = lint(&["--write-baseline"]);
    assert_eq!((written.code, written.stdout.as_str()), (0, summary), "{written:#?}");
    let file = folder.path().join("lint.baseline");
    let text = fs::read_to_string(&file).unwrap();
    let (sites, lines) = (
        "m8_indexes up blocking-index CREATE INDEX sites_id ON sites (id)",
        "m8_indexes up blocking-index CREATE INDEX lines_id ON lines (id)",
    );
    assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), [lines, sites]);
    assert_eq!(lint(&[]).stdout, summary);
    // A part of it too.
    lint(&["--since", "m1_sites"]).ended_with(0);

    // What is new fails, what is gone is said.
    fs::write(&file, text.replace("sites", "gone")).unwrap();
    let found = lint(&[]);
    assert_eq!(found.code, 4, "{found:#?}");
    let expected = "no longer found, remove it from the baseline: m8_indexes up blocking-index CREATE INDEX gone_id ON gone (id)\n\
                    5 revisions on postgres: 1 finding, 0 allowed with a reason, 1 accepted by the baseline\n";
    assert!(found.stdout.contains("CREATE INDEX sites_id") && found.stdout.ends_with(expected), "{}", found.stdout);
    assert!(!found.stdout.contains("lines_id"), "{}", found.stdout);
    let json: serde_json::Value = serde_json::from_str(&lint(&["--json"]).stdout).unwrap();
    assert_eq!(json["result"]["findings"][1]["accepted"], true, "{json:#}");
}

#[test]
fn a_baseline_is_written_of_everything() {
    let folder = tests::temporary_folder();
    for arguments in [&["--write-baseline"][..], &["--write-baseline", "--baseline", "b", "--pending"]] {
        project(folder.path(), &[&["lint"], arguments].concat()).ended_with(2);
    }
}
