//! The commands `report` and `maintain`: text for people, JSON as its schema says.

use migration_engine::{
    cli::{Output, Report},
    operate::{
        inspect,
        maintain::{Maintained, Task, TaskOutcome},
    },
};
use serde_json::Value;
use tests::{Backend, TestDatabase, json_schema, on_every_backend, process::run, workspace};

use crate::migration;

on_every_backend!(the_command_prints_both_forms);

/// What is wrong with a document of a command by the checked-in schema.
fn faults(document: &str) -> Vec<String> {
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(workspace().join("docs/output.schema.json")).unwrap()).unwrap();
    json_schema::faults(&schema, &schema, &serde_json::from_str(document).unwrap(), "output")
}

async fn the_command_prints_both_forms(database: TestDatabase) {
    let database = database.up(None).await;
    let runner = database.runner().await;
    let answers = inspect::inspect(&runner).await.unwrap().answers;
    if let Some(tables) = answers.tables.found() {
        assert_eq!(tables.len(), 2, "what is there for the engine's sake is left out: {tables:#?}");
    }
    runner.close().await;
    let report = |json: &[&str]| {
        run(migration(&std::env::temp_dir()).args(["report", "--database-url", database.url()]).args(json))
    };
    let text = report(&[]);
    assert_eq!(text.code, 0, "{text:#?}");
    for title in
        ["database: ", "hypertables", "continuous aggregates", "jobs", "tables", "sequences", "blocked sessions"]
    {
        assert!(text.stdout.lines().any(|line| line.starts_with(title)), "{title} in {}", text.stdout);
    }
    let first = text.stdout.lines().next().unwrap();
    let expected = if database.backend() == Backend::Timescale { "needs attention" } else { "nothing needs attention" };
    assert_eq!(first, expected, "{}", text.stdout);
    let json = report(&["--json"]);
    assert_eq!((json.code, faults(&json.stdout)), (0, vec![]), "{}", json.stdout);
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["result"]["kind"], "inspection");
    assert_eq!(document["result"]["storage"]["answer"], "given");
}

#[test]
fn every_result_of_maintain_is_as_the_schema_says() {
    use TaskOutcome::{Done, Failed, LeftToJob, Nothing, Planned, Skipped};
    let task = |outcome: TaskOutcome| Task {
        task: "refresh of readings_hourly".to_owned(),
        revision: "m1".to_owned(),
        outcome,
        detail: "so".to_owned(),
        rows: Some(1),
        took_ms: 2,
        error: (outcome == Failed).then(|| "no".to_owned()),
    };
    let tasks = [Done, Nothing, LeftToJob, Skipped, Planned, Failed].map(task).into();
    let result = Report::Maintenance(Maintained { dry_run: false, at_work: None, tasks });
    let output = Output { command: "maintain", database: None, exit_code: 1, result: Some(result), error: None };
    let mut document = serde_json::to_value(&output).unwrap();
    assert_eq!(faults(&document.to_string()), Vec::<String>::new());
    document["result"]["tasks"][0]["outcome"] = "unheard of".into();
    assert_ne!(faults(&document.to_string()), Vec::<String>::new());
}

#[tokio::test]
async fn maintain_on_the_command_line() {
    let database = TestDatabase::create(Backend::Sqlite).await.up(None).await;
    let maintain = |json: &[&str]| {
        run(migration(&std::env::temp_dir()).args(["maintain", "--database-url", database.url()]).args(json))
    };
    let text = maintain(&[]);
    assert_eq!((text.code, text.stdout.as_str()), (0, "the applied revisions declare no maintenance\n"), "{text:#?}");
    let json = maintain(&["--json", "--dry-run"]);
    assert_eq!((json.code, faults(&json.stdout)), (0, vec![]), "{json:#?}");
}
