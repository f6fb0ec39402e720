//! Revisions written from what the entities changed: they run, they are proved with rows, and afterwards nothing differs.

// As it was printed.
#[rustfmt::skip]
#[allow(clippy::doc_markdown, clippy::too_many_lines)]
mod grown_revision;
mod pairs;

use std::{fs, path::Path};

use migration_engine::{
    Direction, Project, Runner, entities,
    project::entities::Entities,
    propose::{Compared, Options, Proposal},
    recording::{Profile, record_each},
    schema::verify::{Outcome, verify_last},
    sea_orm_migration::MigratorTrait,
};
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table};
use tests::{
    Backend, TestDatabase, areas, catalog,
    changed_entities::{Migrator, entities},
    inline::Inline,
    on_every_backend,
    process::{command, run},
};

use super::offline::{must_run, script_of};

on_every_backend!(
    entities_of_the_revisions_differ_in_nothing,
    what_grew_is_written_and_proved,
    what_is_renamed_is_asked_for_and_kept,
    names_that_nobody_has_are_refused,
    a_value_that_a_column_cannot_have_is_refused,
    its_script_does_what_the_revision_does,
    the_command_line_writes_and_lists_it,
    entities_of_every_area_differ_in_nothing,
    what_an_entity_cannot_say_stays,
    an_index_that_no_entity_has_goes_when_it_is_said,
);

/// The project with a set of entities.
async fn runner(database: &TestDatabase, set: &str) -> Runner {
    database.runner_of(Project::new(Migrator).entities(entities(set))).await
}

/// The proposal is what the entities say and takes nothing else, and it is proved.
async fn proved(runner: &Runner, compared: &Compared, proposal: &Proposal) {
    let code = proposal.code(true).unwrap();
    compared.settle(runner, proposal).await.unwrap_or_else(|error| panic!("{}\n{code}", error.on_one_line()));
    let revision = proposal.revision();
    let mut order = runner.project().revisions();
    order.push(revision.as_ref());
    let verified = verify_last(runner, &order, |_| {}).await.unwrap();
    assert_eq!(verified.len(), 1);
    assert_eq!(verified[0].outcome, Outcome::Proved, "{:#?}\n{code}", verified[0].findings);
}

async fn entities_of_the_revisions_differ_in_nothing(database: TestDatabase) {
    let runner = runner(&database, "same").await;
    let proposal = Compared::read(&runner).await.unwrap().proposal("m2_same", &Options::default()).unwrap();
    assert_eq!(proposal.lines(), Vec::<String>::new());
    runner.close().await;
}

async fn what_grew_is_written_and_proved(database: TestDatabase) {
    let runner = runner(&database, "grown").await;
    let compared = Compared::read(&runner).await.unwrap();
    let mut options = Options::default();
    let said = |open: Vec<migration_engine::error::Undecided>| open.iter().map(ToString::to_string).collect::<Vec<_>>();
    // That the city is no e-mail address only the author knows.
    let open = said(compared.proposal("m2_grown", &options).unwrap_err()).join("\n");
    assert!(open.contains("--rename customer.city:email") && open.contains("--fill order.customer_id=VALUE"), "{open}");
    options.fill("order.customer_id=1").unwrap();
    options.allow_drop = true;
    let proposal = compared.proposal("m2_grown", &options).unwrap();
    let lines = proposal.lines().join("\n");
    for line in [
        "new table invoice",
        "new column customer.email",
        "new column customer.active",
        "column customer.city goes",
        "column customer.name changes",
        "new column order.customer_id",
        "rows of order get 1 as customer_id",
        "new index on customer (rank)",
        "new unique index on customer (email)",
        "new foreign key from order (customer_id) to customer",
        "enum order_state gets the label sent",
    ] {
        assert!(lines.contains(line), "{line} is not in\n{lines}");
    }
    compared.settle(&runner, &proposal).await.unwrap_or_else(|error| panic!("{}", error.on_one_line()));
    runner.close().await;
}

async fn what_is_renamed_is_asked_for_and_kept(database: TestDatabase) {
    let runner = runner(&database, "renamed").await;
    let compared = Compared::read(&runner).await.unwrap();
    let open = compared.proposal("m2_renamed", &Options::default()).unwrap_err();
    let open: Vec<String> = open.iter().map(ToString::to_string).collect();
    assert!(open.iter().any(|one| one.contains("--rename customer:client")), "{open:?}");
    let mut options = Options::default();
    for rename in ["customer:client", "client.city:town", "order_state.paid:settled"] {
        options.rename(rename).unwrap();
    }
    let proposal = compared.proposal("m2_renamed", &options).unwrap();
    assert_eq!(
        proposal.lines(),
        [
            "table customer becomes client",
            "column client.city becomes town",
            "label paid of the enum order_state becomes settled"
        ]
    );
    proved(&runner, &compared, &proposal).await;
    runner.close().await;
}

/// A value for a column that no entity has was ignored once.
async fn names_that_nobody_has_are_refused(database: TestDatabase) {
    let runner = runner(&database, "same").await;
    let compared = Compared::read(&runner).await.unwrap();
    let mut options = Options::default();
    options.fill("customer.nobody=1").unwrap();
    options.fill("nobody.name=1").unwrap();
    options.fill("customer.rank=1").unwrap();
    options.rename("customer.nobody:name").unwrap();
    let open = compared.proposal("m2_same", &options).unwrap_err();
    let open: Vec<String> = open.iter().map(ToString::to_string).collect();
    assert_eq!(open.len(), 3, "{open:?}");
    for flag in ["--fill customer.nobody: ", "--fill nobody.name: ", "--rename customer.nobody:name: "] {
        assert!(open.iter().any(|one| one.starts_with(flag)), "{open:?}");
    }
    runner.close().await;
}

/// SQLite takes any text for a number, and would have proved it.
async fn a_value_that_a_column_cannot_have_is_refused(database: TestDatabase) {
    for (definition, refused, taken) in [
        (ColumnDef::new("b").small_integer(), ["it's", "99999", "1.5"].as_slice(), ["-7"].as_slice()),
        (ColumnDef::new("b").decimal_len(5, 2), &["1e3", "1000", "1.234", "-", "."], &["-999.99", "7"]),
        (ColumnDef::new("b").double(), &["x", "NaN", "inf"], &["1e3"]),
        (ColumnDef::new("b").boolean(), &["1", "yes"], &["true"]),
        (ColumnDef::new("b").string_len(3), &["grün"], &["a'b", ""]),
        (ColumnDef::new("b").date(), &["2026-02-30", "today"], &["2026-02-28"]),
        (ColumnDef::new("b").time(), &["25:00:00"], &["23:59:59.5"]),
        (ColumnDef::new("b").timestamp_with_time_zone(), &["now"], &["2026-02-28 12:00:00"]),
        (ColumnDef::new("b").json(), &["{"], &["{\"it's\": [1]}"]),
        (ColumnDef::new("b").uuid(), &["6f1c3c52-6b0a-4c3e-9f55-000000000000"], &[]),
    ] {
        let revision =
            Inline::new("m1_pumps", "CREATE TABLE pumps (id INTEGER NOT NULL PRIMARY KEY)", "DROP TABLE pumps");
        let entity = Table::create()
            .table("pumps")
            .col(ColumnDef::new("id").integer().not_null().primary_key())
            .col(definition.clone().not_null())
            .take();
        let entities = Entities::of(vec![(entity, Vec::new())]);
        let runner = database.runner_of(Project::of(vec![Box::new(revision)]).entities(entities)).await;
        let compared = Compared::read(&runner).await.unwrap();
        for (value, is_taken) in refused.iter().map(|one| (*one, false)).chain(taken.iter().map(|one| (*one, true))) {
            let mut options = Options::default();
            options.fill(&format!("pumps.b={value}")).unwrap();
            match compared.proposal("m2_filled", &options) {
                Ok(proposal) if is_taken => compared.settle(&runner, &proposal).await.unwrap(),
                Ok(_) => panic!("{value} is taken for {definition:?}"),
                Err(open) => {
                    let open: Vec<String> = open.iter().map(ToString::to_string).collect();
                    assert!(!is_taken && open[0].starts_with(&format!("--fill pumps.b={value}: ")), "{open:?}");
                }
            }
        }
        runner.close().await;
    }
}

/// Recorded without a database, where nothing can be asked.
async fn its_script_does_what_the_revision_does(database: TestDatabase) {
    let first = runner(&database, "grown").await;
    let mut options = Options::default();
    options.fill("order.customer_id=1").unwrap();
    options.allow_drop = true;
    let proposal = Compared::read(&first).await.unwrap().proposal("m2_grown", &options).unwrap();
    let server = first.server();
    first.close().await;
    let revisions = || Migrator::migrations().into_iter().chain([proposal.revision()]).collect::<Vec<_>>();
    must_run(&database, &script_of(revisions(), server, Direction::Up, |_| true).await);
    let by_script = database.runner_of(Project::of(revisions())).await;
    let scripted = catalog(&by_script).await;
    by_script.close().await;
    let backend = database.backend();
    drop(database);

    let other = TestDatabase::create(backend).await;
    let by_run = other.runner_of(Project::of(revisions())).await;
    by_run.up(None).await.unwrap();
    assert_eq!(scripted.diff(&catalog(&by_run).await), []);
    by_run.close().await;
}

/// What is printed compiles, and does what was proved.
#[tokio::test]
async fn the_code_does_what_the_proposal_does() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let runner = runner(&database, "grown").await;
    let mut options = Options::default();
    options.fill("order.customer_id=1").unwrap();
    options.allow_drop = true;
    let proposal = Compared::read(&runner).await.unwrap().proposal("m2_grown", &options).unwrap();
    assert_eq!(proposal.code(false).unwrap(), include_str!("grown_revision.rs"));
    let proposed = proposal.revision();
    for profile in [Profile::Timescaledb, Profile::Postgres, Profile::Sqlite, Profile::Mysql] {
        let mut said = Vec::new();
        for revision in [proposed.as_ref(), &grown_revision::Migration] {
            let mut order = runner.project().revisions();
            order.push(revision);
            let recorded = record_each(&order, profile.capability(None)).await.pop().unwrap().unwrap();
            let down = recorded.down.unwrap();
            let statements = recorded.up.statements.into_iter().chain(down.statements);
            said.push(statements.map(|one| one.sql).collect::<Vec<_>>());
        }
        assert!(said[0].len() > 10 && said[0] == said[1], "{profile:?}: {said:#?}");
    }
    runner.close().await;
}

async fn the_command_line_writes_and_lists_it(database: TestDatabase) {
    let folder = tests::temporary_folder();
    fs::create_dir(folder.path().join("src")).unwrap();
    let list = folder.path().join("src/lib.rs");
    let before = "mod m1_a;\nfn migrations() {\n    vec![Box::new(m1_a::Migration)]\n}\n";
    fs::write(&list, before).unwrap();
    let finished = |set: &str, arguments: &[&str]| {
        let mut command = command(Path::new(env!("CARGO_BIN_EXE_entities-project")), folder.path());
        command.env("CARGO_MANIFEST_DIR", folder.path()).env("ENTITIES", set).args(["-u", database.url(), "new"]);
        run(command.args(arguments))
    };
    let same = finished("same", &["none", "--from-entities"]);
    assert!(same.code == 0 && same.stdout.contains("nothing differs"), "{same:#?}");
    finished("same", &["--from-entities", "--check"]).ended_with(0);
    let check = finished("grown", &["--from-entities", "--check"]);
    assert!(check.code == 4 && check.stdout.contains("customer.city is gone"), "{check:#?}");
    let open = finished("grown", &["grow", "--from-entities"]);
    assert!(open.code == 1 && open.stderr.contains("--fill order.customer_id=VALUE"), "{open:#?}");
    assert_eq!(fs::read_to_string(&list).unwrap(), before, "nothing is written before all is decided");
    let answers = ["grow", "--from-entities", "--allow-drop", "--fill", "order.customer_id=1"];
    let grown = finished("grown", &answers);
    assert!(grown.code == 0 && grown.stdout.contains("1 revision proved"), "{grown:#?}");
    let path = folder.path().join(grown.stdout.lines().next().unwrap());
    let code = fs::read_to_string(path).unwrap();
    assert!(code.contains("columns::add(") && fs::read_to_string(&list).unwrap().contains("_grow;"), "{code}");
}

/// The generated entities of an area.
///
/// # How to add an area
///
/// A line here.
fn entities_of(area: &str) -> Entities {
    use entity::{alarms, analytics, plugins, telemetry, twin, vision};
    match area {
        "alarms" => entities![alarms::generated::alarm_actions, alarms::generated::alarms],
        "telemetry" => entities![
            telemetry::generated::anomaly_alerts,
            telemetry::generated::feature_snapshots,
            telemetry::generated::maintenance_logs,
            telemetry::generated::maintenance_tasks,
            telemetry::generated::sensor_readings,
            telemetry::generated::sensors,
        ],
        "twin" => entities![
            twin::generated::anomaly_history,
            twin::generated::anomaly_history_archive,
            twin::generated::machine_configurations,
            twin::generated::state_snapshots,
            twin::generated::state_snapshots_archive,
        ],
        "analytics" => entities![
            analytics::generated::alerts,
            analytics::generated::alerts_archive,
            analytics::generated::anomaly_records,
            analytics::generated::anomaly_records_archive,
            analytics::generated::maintenance_reports,
            analytics::generated::ml_model_parts,
            analytics::generated::ml_models,
            analytics::generated::notification_logs,
            analytics::generated::performance_metrics,
        ],
        "plugins" => entities![
            plugins::generated::alert_history,
            plugins::generated::alerts,
            plugins::generated::plugin_metrics,
            plugins::generated::plugin_status,
            plugins::generated::plugins,
        ],
        "vision" => entities![
            vision::generated::activity_baselines,
            vision::generated::alert_rules,
            vision::generated::alerts,
            vision::generated::api_keys,
            vision::generated::audit_logs,
            vision::generated::camera_notification_settings,
            vision::generated::cameras,
            vision::generated::class_baselines,
            vision::generated::detections,
            vision::generated::entities,
            vision::generated::entity_detections,
            vision::generated::event_audits,
            vision::generated::event_detections,
            vision::generated::events,
            vision::generated::gpu_stats,
            vision::generated::job_transitions,
            vision::generated::logs,
            vision::generated::notification_preferences,
            vision::generated::prompt_configs,
            vision::generated::prompt_versions,
            vision::generated::quiet_hours_periods,
            vision::generated::scene_changes,
            vision::generated::user_calibration,
            vision::generated::user_feedback,
            vision::generated::zones,
        ],
        other => panic!("name the entities of {other} here"),
    }
}

async fn entities_of_every_area_differ_in_nothing(database: TestDatabase) {
    let mut differences = Vec::new();
    for (area, project) in areas() {
        let runner = database.runner_of(project.entities(entities_of(area))).await;
        let compared = Compared::read(&runner).await.unwrap();
        match compared.proposal("m9_none", &Options::default()) {
            Ok(proposal) => differences.extend(proposal.lines().into_iter().map(|line| format!("{area}: {line}"))),
            Err(open) => differences.extend(open.iter().map(|one| format!("{area}: {one}"))),
        }
        runner.close().await;
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Entities that sea-orm-cli generates from a database do not name all of them.
async fn an_index_that_no_entity_has_goes_when_it_is_said(database: TestDatabase) {
    let table = "CREATE TABLE pumps (id INTEGER NOT NULL PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL)";
    let quote = if database.backend() == Backend::Mariadb { '`' } else { '"' };
    let indexes = [
        format!("CREATE INDEX {quote}idx-pumps-a{quote} ON pumps (a)"),
        format!("CREATE UNIQUE INDEX {quote}idx-both{quote} ON pumps (a, b)"),
    ];
    let revision = || Inline::new("m1_made", table, "DROP TABLE pumps").then_all(&[&indexes[0], &indexes[1]]);
    let entity = |indexes: Vec<IndexCreateStatement>| {
        let column = |name: &str| ColumnDef::new(name.to_owned()).integer().not_null().take();
        let table =
            Table::create().table("pumps").col(column("id").primary_key()).col(column("a")).col(column("b")).take();
        Project::of(vec![Box::new(revision())]).entities(Entities::of(vec![(table, indexes)]))
    };
    let runner = database.runner_of(entity(Vec::new())).await;
    let compared = Compared::read(&runner).await.unwrap();
    let mut options = Options::default();
    let proposal = compared.proposal("m2_same", &options).unwrap();
    assert_eq!(proposal.lines(), Vec::<String>::new());
    let stays = |name: &str| format!("index {name} of pumps is no entity's, and stays (--allow-drop lets it go)");
    assert_eq!(proposal.notes, [stays("idx-both"), stays("idx-pumps-a")]);
    options.allow_drop = true;
    let proposal = compared.proposal("m2_without", &options).unwrap();
    assert_eq!(proposal.lines(), ["index idx-both of pumps goes", "index idx-pumps-a of pumps goes"]);
    proved(&runner, &compared, &proposal).await;
    runner.close().await;

    // Another one takes the name.
    let unique = Index::create().name("idx-pumps-a").table("pumps").col("a").unique().take();
    let runner = database.runner_of(entity(vec![unique])).await;
    let compared = Compared::read(&runner).await.unwrap();
    let proposal = compared.proposal("m2_unique", &Options::default()).unwrap();
    assert_eq!(proposal.lines(), ["index idx-pumps-a of pumps goes", "new unique index on pumps (a)"]);
    proved(&runner, &compared, &proposal).await;
    runner.close().await;
}

async fn what_an_entity_cannot_say_stays(database: TestDatabase) {
    let table = "CREATE TABLE pumps (id INTEGER NOT NULL PRIMARY KEY, a INTEGER NOT NULL, b VARCHAR(200) NOT NULL, \
        CONSTRAINT positive CHECK (a > 0))";
    let objects: &[&str] = match database.backend() {
        Backend::Postgres | Backend::Timescale => &[
            "CREATE UNIQUE INDEX \"idx-pumps-a\" ON pumps (a) WHERE b <> ''",
            "CREATE INDEX worded ON pumps (a, lower(b))",
            "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER quiet BEFORE INSERT ON pumps FOR EACH ROW EXECUTE FUNCTION quiet()",
            "CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM pumps",
        ],
        Backend::Mariadb => &[
            "CREATE UNIQUE INDEX `idx-pumps-a` ON pumps (a, b(10))",
            "CREATE FULLTEXT INDEX worded ON pumps (b)",
            "CREATE TRIGGER quiet BEFORE INSERT ON pumps FOR EACH ROW SET NEW.a = NEW.a",
            "CREATE VIEW counted AS SELECT count(*) AS n FROM pumps",
        ],
        Backend::Sqlite => &[
            "CREATE UNIQUE INDEX \"idx-pumps-a\" ON pumps (a) WHERE b <> ''",
            "CREATE INDEX worded ON pumps (a, lower(b))",
            "CREATE TRIGGER quiet AFTER INSERT ON pumps BEGIN SELECT 1; END",
            "CREATE VIEW counted AS SELECT count(*) AS n FROM pumps",
        ],
    };
    let revision = Inline::new("m1_made", table, "DROP TABLE pumps").then_all(objects);
    let entity = Table::create()
        .table("pumps")
        .col(ColumnDef::new("id").integer().not_null().primary_key())
        .col(ColumnDef::new("a").integer().not_null())
        .col(ColumnDef::new("b").string_len(200).not_null())
        .take();
    let runner = database
        .runner_of(Project::of(vec![Box::new(revision)]).entities(Entities::of(vec![(entity, Vec::new())])))
        .await;
    let proposal = Compared::read(&runner).await.unwrap().proposal("m2_same", &Options::default()).unwrap();
    assert_eq!(proposal.lines(), Vec::<String>::new());
    runner.close().await;
}
