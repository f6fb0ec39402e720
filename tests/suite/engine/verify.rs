//! `verify` proves that revisions can be reverted, and catches those that cannot, by the object or table.

use migration_engine::{
    Project, Runner, Target,
    project::describe::Allowed,
    schema::{
        scratch::Form,
        verify::{LOSSY_ROLLBACK, Outcome, Progress, Step, Verified, verify},
    },
    session::{Patience, connect},
};
use sea_orm::DbBackend;
use tests::{
    Backend, TestDatabase, catalog,
    fixtures::{PREDICTIVE, REVISIONS, count, execute},
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(
    the_alarms_project_is_proved,
    what_down_forgets_is_named,
    what_down_takes_too_much_is_named,
    what_is_not_convergent_is_named,
    a_column_that_comes_back_last_is_proved,
    lost_rows_are_counted,
    a_loss_with_a_reason_is_no_failure,
    what_does_not_run_ends_it,
    the_rows_of_a_renamed_table_stay_as_they_are,
    rows_that_a_renamed_table_loses_the_second_time_are_counted,
);

const ADD: &str = "ALTER TABLE machines ADD site varchar(20)";
const REMOVE: &str = "ALTER TABLE machines DROP COLUMN site";
const FILL: &str = "UPDATE machines SET site = 'Ulm' WHERE id > 1";

/// A revision between two that are right.
fn second(revision: Inline) -> Project {
    let table = "CREATE TABLE machines (id integer PRIMARY KEY, name varchar(50), note varchar(50))";
    let machines = Inline::new("m1_create_machines", table, "DROP TABLE machines")
        .then("CREATE INDEX machines_name_idx ON machines (name)")
        .seeded("INSERT INTO machines VALUES (1, 'press', NULL), (2, 'it''s', ''), (3, NULL, 'x')");
    let owners = Inline::new("m3_create_owners", "CREATE TABLE owners (id integer PRIMARY KEY)", "DROP TABLE owners")
        .seeded("INSERT INTO owners VALUES (1)");
    project(&[machines, revision, owners])
}

/// With a reason for the loss.
fn says() -> Project {
    let allowed = &[Allowed { rule: LOSSY_ROLLBACK, reason: "sites are read again every night" }];
    second(Inline::new("m2_add_site", ADD, REMOVE).seeded(FILL).allows(allowed))
}

/// Outcomes, and the findings of the second revision as people read them.
async fn verified(database: &TestDatabase, project: Project) -> (Vec<Outcome>, Vec<String>, Vec<Verified>) {
    let runner = database.runner_of(project).await;
    let before = catalog(&runner).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert_eq!(catalog(&runner).await.diff(&before), [], "the database itself is as it was");
    assert_eq!(scratch_databases(&runner).await, 0);
    runner.close().await;
    let findings = verified[1].findings.iter().map(ToString::to_string).collect();
    (verified.iter().map(|revision| revision.outcome).collect(), findings, verified)
}

/// Scratch databases and schemas of the runner's session.
pub async fn scratch_databases(runner: &Runner) -> u32 {
    let db = runner.connection();
    let of = match db.get_database_backend() {
        DbBackend::Postgres => {
            "(SELECT datname FROM pg_database WHERE datname LIKE 'migration\\_scratch\\_%\\_' || pg_backend_pid() || '\\_%' \
             UNION ALL SELECT nspname FROM pg_namespace WHERE nspname LIKE 'migration\\_scratch%') x"
        }
        DbBackend::MySql => {
            "information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE CONCAT('migration\\_scratch\\_%\\_', CONNECTION_ID(), '\\_%')"
        }
        _ => return 0,
    };
    count(db, of).await
}

const FAILED: [Outcome; 3] = [Outcome::Proved, Outcome::Failed, Outcome::Proved];

async fn the_alarms_project_is_proved(database: TestDatabase) {
    let runner = database.runner().await;
    let steps = std::sync::Mutex::new(Vec::new());
    let verified = verify(&runner, |progress| {
        if let Progress::Step { revision, step } = progress {
            steps.lock().unwrap().push((revision.to_owned(), step));
        }
    })
    .await
    .unwrap();
    let findings: Vec<String> = verified.iter().flat_map(|one| &one.findings).map(ToString::to_string).collect();
    assert_eq!(findings, [""; 0]);
    let form = match database.backend() {
        Backend::Sqlite => Form::Memory,
        _ if database.has_one_session() => Form::Transaction,
        _ => Form::Database,
    };
    let told: Vec<_> = verified.iter().map(|one| (&*one.revision, one.outcome, one.form, one.seeded_rows)).collect();
    let seeded = REVISIONS.into_iter().zip([120, 57, 40, 24]);
    assert_eq!(told, seeded.map(|(revision, rows)| (revision, Outcome::Proved, form, rows)).collect::<Vec<_>>());
    assert!(verified[1..].iter().all(|one| one.may_lose_rows.is_none()));
    let steps = steps.into_inner().unwrap();
    assert_eq!(steps.len(), 19, "all but the first run outside a transaction, and once more: {steps:?}");
    assert_eq!(steps[8], (PREDICTIVE.to_owned(), Step::Rerun));
    assert_eq!(scratch_databases(&runner).await, 0);
}

async fn what_down_forgets_is_named(database: TestDatabase) {
    let (outcomes, findings, _) =
        verified(&database, second(Inline::new("m2_forgets", "CREATE INDEX machines_note_idx ON machines (note)", "")))
            .await;
    assert_eq!(outcomes, FAILED);
    assert!(
        findings[0].starts_with("after down, index ") && findings[0].contains("machines_note_idx is left"),
        "{findings:#?}"
    );
    assert!(findings[1].starts_with("up after down failed: ") && findings.len() == 2, "{findings:#?}");
}

async fn what_down_takes_too_much_is_named(database: TestDatabase) {
    let revision = Inline::new("m2_takes_too_much", ADD, REMOVE).back("ALTER TABLE machines DROP COLUMN note");
    let (outcomes, findings, all) = verified(&database, second(revision)).await;
    assert_eq!(outcomes, FAILED);
    assert!(findings[0].starts_with("after down, column machines.note is gone: "), "{findings:#?}");
    assert!(findings[1].starts_with("after down, 3 rows of table machines lost"), "{findings:#?}");
    let json = serde_json::to_value(&all[1]).unwrap();
    assert_eq!(json["outcome"], "failed");
    assert_eq!(json["findings"][1]["table"], "machines");
    assert!(json["findings"][0]["difference"].as_str().unwrap().contains("machines.note"), "{json}");
}

async fn what_is_not_convergent_is_named(database: TestDatabase) {
    let (up, down) = ("UPDATE machines SET id = id + 100", "UPDATE machines SET id = id - 100");
    let shifts = Inline::new("m2_not_convergent", up, down);
    let (outcomes, findings, _) = verified(&database, second(shifts.outside_transaction())).await;
    assert_eq!(outcomes, FAILED);
    assert_eq!(findings, ["after up a second time, 3 rows of table machines lost or changed, 3 new or changed"]);
    let (outcomes, findings, _) =
        verified(&database, second(Inline::new("m2_refuses", ADD, REMOVE).outside_transaction())).await;
    assert_eq!(outcomes, FAILED);
    assert!(findings.len() == 2 && findings[1].starts_with("up a second time failed: "), "{findings:#?}");
}

async fn a_column_that_comes_back_last_is_proved(database: TestDatabase) {
    let drop = "ALTER TABLE machines DROP COLUMN name";
    let index = "CREATE INDEX machines_name_idx ON machines (name)";
    let drop_index = if database.backend() == Backend::Mariadb {
        "DROP INDEX machines_name_idx ON machines"
    } else {
        "DROP INDEX machines_name_idx"
    };
    let allowed = &[Allowed { rule: LOSSY_ROLLBACK, reason: "nobody reads the names" }];
    let revision = Inline::new("m2_drop_name", drop_index, "").then(drop).allows(allowed);
    let revision = revision.back("ALTER TABLE machines ADD name varchar(50)").back(index);
    let (outcomes, findings, _) = verified(&database, second(revision)).await;
    assert_eq!(outcomes, [Outcome::Proved; 3], "{findings:#?}");
    assert_eq!(findings[0], "after down, column machines.name stands 3rd instead of 2nd");
    assert!(findings.iter().all(|finding| !finding.contains(" is ")), "{findings:#?}");
}

async fn lost_rows_are_counted(database: TestDatabase) {
    let (outcomes, findings, _) =
        verified(&database, second(Inline::new("m2_add_site", ADD, REMOVE).seeded(FILL))).await;
    assert_eq!(outcomes, FAILED);
    assert_eq!(findings, ["after up after down, 2 rows of table machines lost or changed, 2 new or changed"]);
    let deletes = Inline::new("m2_deletes", ADD, REMOVE).back("DELETE FROM machines WHERE id = 1");
    let (outcomes, findings, _) = verified(&database, second(deletes)).await;
    assert_eq!(outcomes, FAILED);
    assert_eq!(findings[0], "after down, 1 row of table machines lost or changed, 0 new or changed");
}

async fn a_loss_with_a_reason_is_no_failure(database: TestDatabase) {
    let (outcomes, findings, all) = verified(&database, says()).await;
    assert_eq!(outcomes, [Outcome::Proved; 3]);
    assert_eq!(findings.len(), 1, "said all the same");
    assert_eq!(all[1].may_lose_rows.as_deref(), Some("sites are read again every night"));
}

async fn what_does_not_run_ends_it(database: TestDatabase) {
    let nowhere = Inline::new("m2_does_not_run", "ALTER TABLE nowhere ADD site varchar(20)", REMOVE);
    let (outcomes, findings, _) = verified(&database, second(nowhere)).await;
    assert_eq!(outcomes, [Outcome::Proved, Outcome::Failed, Outcome::NotReached]);
    assert!(
        findings.len() == 1 && findings[0].starts_with("up failed: ") && findings[0].contains("nowhere"),
        "{findings:#?}"
    );
}

#[tokio::test]
async fn without_the_right_to_create_databases_a_transaction_does() {
    let database = TestDatabase::create(Backend::Postgres).await.as_administrator();
    let admin = database.connect().await;
    let mut url = url::Url::parse(database.url()).unwrap();
    let role = format!("role_of_{}", url.path().trim_start_matches('/'));
    let name = url.path().trim_start_matches('/').to_owned();
    execute(&admin, &format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'; GRANT CREATE ON DATABASE {name} TO {role}"))
        .await;
    url.set_username(&role).unwrap();
    url.set_password(Some("secret")).unwrap();
    let connect = |project: Project| async {
        let target = Target::parse(url.as_str(), "the test").unwrap();
        Runner::connect(project, target, &connect::Settings::default(), Patience::default()).await.unwrap()
    };
    let runner = connect(says()).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(
        verified.iter().all(|one| one.form == Form::Transaction && one.outcome == Outcome::Proved),
        "{verified:#?}"
    );
    execute(&admin, &format!("REVOKE CREATE ON DATABASE {name} FROM {role}")).await;
    let refused = verify(&runner, |_| {}).await.unwrap_err().on_one_line();
    runner.close().await;
    execute(&admin, &format!("DROP ROLE {role}")).await;
    assert!(
        refused.contains("CREATEDB") && refused.contains("permission denied") && !refused.contains("secret"),
        "{refused}"
    );
}

/// With the new default, their column looks as if nothing was in it.
async fn the_rows_of_a_renamed_table_stay_as_they_are(database: TestDatabase) {
    let table = |name: &str, default: &str| {
        format!("CREATE TABLE {name} (id integer PRIMARY KEY, kind varchar(50) NOT NULL DEFAULT '{default}')")
    };
    let first = Inline::new("m1_create_machines", &table("machines", "pump"), "DROP TABLE machines")
        .seeded("INSERT INTO machines VALUES (1, 'press')");
    let rebuilt = |from: &str, to: &str, default: &str| {
        [table(to, default), format!("INSERT INTO {to} SELECT * FROM {from}"), format!("DROP TABLE {from}")]
    };
    let renamed = |from: &str, to: &str, default: &str| {
        [
            format!("ALTER TABLE {from} RENAME TO {to}"),
            format!("ALTER TABLE {to} ALTER COLUMN kind SET DEFAULT '{default}'"),
            "SELECT 1".to_owned(),
        ]
    };
    let (up, down) = if database.backend() == Backend::Sqlite {
        (rebuilt("machines", "devices", "press"), rebuilt("devices", "machines", "pump"))
    } else {
        (renamed("machines", "devices", "press"), renamed("devices", "machines", "pump"))
    };
    let second = Inline::new("m2_rename", &up[0], &down[0]).then(&up[1]).then(&up[2]).back(&down[1]).back(&down[2]);
    let (outcomes, findings, _) = verified(&database, project(&[first, second])).await;
    assert_eq!((outcomes, findings), (vec![Outcome::Proved; 2], vec![]));
}

async fn rows_that_a_renamed_table_loses_the_second_time_are_counted(database: TestDatabase) {
    let first =
        Inline::new("m1_create_machines", "CREATE TABLE machines (id integer PRIMARY KEY)", "DROP TABLE machines")
            .then("CREATE TABLE reverted (id integer PRIMARY KEY)")
            .back("DROP TABLE reverted")
            .seeded("INSERT INTO machines VALUES (1), (2), (3)");
    let second =
        Inline::new("m2_rename", "ALTER TABLE machines RENAME TO devices", "ALTER TABLE devices RENAME TO machines")
            .then("DELETE FROM devices WHERE id > 1 AND EXISTS (SELECT 1 FROM reverted WHERE id = 77)")
            .back("INSERT INTO reverted VALUES (77)");
    let (outcomes, findings, _) = verified(&database, project(&[first, second])).await;
    assert_eq!(outcomes[1], Outcome::Failed);
    assert!(findings.iter().any(|finding| finding.contains("2 rows") && finding.contains("devices")), "{findings:#?}");
}
