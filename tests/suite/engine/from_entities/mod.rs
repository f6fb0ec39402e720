//! Revisions written from what the entities changed: they run, they are proved with rows, and afterwards nothing differs.

mod pairs;

use migration_engine::{
    Project, Runner, entities,
    project::entities::Entities,
    propose::{Compared, Options, Proposal},
    schema::verify::{Outcome, verify_last},
};
use tests::{
    TestDatabase, areas,
    changed_entities::{Migrator, entities},
    on_every_backend,
};

on_every_backend!(
    entities_of_the_revisions_differ_in_nothing,
    what_grew_is_written_and_proved,
    what_is_renamed_is_asked_for_and_kept,
    entities_of_every_area_differ_in_nothing,
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

/// The generated entities of an area.
///
/// # How to add an area
///
/// A line here.
fn entities_of(area: &str) -> Entities {
    use entity::{alarms, analytics, plugins, telemetry, twin};
    match area {
        "alarms" => entities![alarms::generated::alarms],
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
