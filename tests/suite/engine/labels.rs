//! Labels of an enum in use: added, renamed and retired, down and up again, on every backend.

use migration_engine::{
    Direction, Runner, lint,
    recording::REFERENCE_TIMESCALEDB,
    revision::labels::{self, EnumColumn, EnumLabels},
    schema::{
        scratch::Form,
        verify::{Outcome, verify},
    },
};
use migration_timescale::{Columnstore, Dialect, Hypertable, TimescaleManager};
use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{ColumnDef, Table},
};
use sea_orm_migration::SchemaManager;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    inline::{Inline, project},
    on_every_backend, rows_as_text,
};

on_every_backend!(
    an_added_label_goes_and_comes_back,
    without_another_label_rows_keep_it_from_going,
    a_retired_label_comes_back_with_down,
    a_renamed_label_takes_its_rows_along,
    other_labels_than_the_revision_says_are_refused,
    a_column_may_be_called_order,
);
on_every_backend!(only: [sqlite, mariadb], "elsewhere every use of a label follows it"; a_label_that_a_check_names_is_not_renamed);

const LABELS: &[&str] = &["none", "low", "it's high"];

/// Incidents, in a hypertable with a columnstore where there are any.
async fn make(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let table = match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres => {
            db.execute_unprepared("CREATE TYPE level AS ENUM ('none', 'low', 'it''s high')").await?;
            "at timestamptz NOT NULL, sensor text, level level NOT NULL DEFAULT 'low'"
        }
        Dialect::MySql => {
            "at datetime NOT NULL, sensor varchar(9), level ENUM('none', 'low', 'it''s high') NOT NULL DEFAULT 'low'"
        }
        Dialect::Sqlite => {
            "at text NOT NULL, sensor text, level text NOT NULL DEFAULT 'low', \
             CONSTRAINT level_check CHECK (\"level\" in ('none','low','it''s high') /* and no other */)"
        }
    };
    let sql = format!("CREATE TABLE incidents (id integer NOT NULL, {table}, PRIMARY KEY (id, at))");
    db.execute_unprepared(&sql).await?;
    manager.create_hypertable(&Hypertable::by_range("incidents", "at").chunk_interval("7 days")).await?;
    let columnstore = Columnstore::on("incidents").segment_by("sensor").order_by("at DESC");
    manager.enable_columnstore(&columnstore).await.map(drop)
}

fn made() -> Inline {
    Inline::new("m1_incidents", "", "").up_by(|manager| Box::pin(make(manager))).down_by(|manager| {
        Box::pin(async move {
            let db = manager.get_connection();
            db.execute_unprepared("DROP TABLE incidents").await?;
            if Dialect::of(db.get_database_backend()) == Dialect::Postgres {
                db.execute_unprepared("DROP TYPE level").await?;
            }
            Ok(())
        })
    })
}

fn level() -> EnumLabels {
    let column = EnumColumn::of("incidents", "level").default("low").key(&["id", "at"]).batched_by("sensor", "at");
    EnumLabels::of("level", LABELS).used_by(column)
}

fn changed(labels: EnumLabels) -> Inline {
    let again = labels.clone();
    Inline::new("m2_labels", "", "")
        .outside_transaction()
        .up_by(move |manager| {
            let labels = labels.clone();
            Box::pin(async move { labels.up(manager).await })
        })
        .down_by(move |manager| {
            let labels = again.clone();
            Box::pin(async move { labels.down(manager).await })
        })
}

/// 28 days with an incident each, of which every fourth has this label.
async fn fill(database: &TestDatabase, runner: &Runner, label: &str) {
    let rows = (1..=28).map(|day| {
        let label = if day % 4 == 0 { label } else { "low" };
        format!("({day}, '2026-01-{day:02} 00:00:00', 'pump-{}', '{}')", day % 3, label.replace('\'', "''"))
    });
    let rows = rows.collect::<Vec<_>>().join(", ");
    execute(runner.connection(), &format!("INSERT INTO incidents (id, at, sensor, level) VALUES {rows}")).await;
    if database.backend() == Backend::Timescale {
        execute(runner.connection(), "SELECT compress_chunk(c) FROM show_chunks('incidents') c").await;
    }
}

async fn levels(runner: &Runner) -> Vec<String> {
    let text = match Dialect::of(runner.connection().get_database_backend()) {
        Dialect::MySql => "CONCAT(id, ' ', level)",
        Dialect::Postgres | Dialect::Sqlite => "id || ' ' || level",
    };
    rows_as_text(runner.connection(), &format!("SELECT {text} FROM incidents WHERE level <> 'low' ORDER BY id")).await
}

fn fourth(label: &str) -> Vec<String> {
    (1..=7).map(|number| format!("{} {label}", number * 4)).collect()
}

async fn an_added_label_goes_and_comes_back(database: TestDatabase) {
    let added = || {
        let seed =
            "INSERT INTO incidents (id, at, sensor, level) VALUES (99, '2026-02-01 00:00:00', 'pump-9', 'emergency')";
        changed(level().adding("emergency").instead("it's high")).seeded(seed)
    };
    let runner = database.runner_of(project(&[made(), added()])).await;
    runner.up(Some(1)).await.unwrap();
    let (before, db) = (runner.catalog().await.unwrap(), runner.connection());
    runner.up(None).await.unwrap();
    let after = runner.catalog().await.unwrap();
    assert_ne!(before.fingerprint(), after.fingerprint());
    fill(&database, &runner, "emergency").await;

    runner.down(Some(1)).await.unwrap();
    assert_eq!(levels(&runner).await, fourth("it's high"));
    assert_eq!(runner.catalog().await.unwrap().diff(&before), []);
    let refused = db.execute_unprepared("UPDATE incidents SET level = 'emergency' WHERE id = 1").await;
    assert!(refused.is_err(), "the label can still be written");

    execute(db, "UPDATE incidents SET level = 'low' WHERE id = 8 AND at < '2026-01-09'").await;
    runner.up(None).await.unwrap();
    let mut expected = fourth("emergency");
    expected.retain(|row| row != "8 emergency");
    assert_eq!(levels(&runner).await, expected, "but for the row that was changed meanwhile");
    assert_eq!(runner.catalog().await.unwrap().diff(&after), []);

    let findings = lint::of_project(runner.project(), Dialect::Postgres, REFERENCE_TIMESCALEDB, None).await.unwrap();
    let of_labels: Vec<_> = findings.iter().filter(|finding| finding.revision == "m2_labels").collect();
    assert!(of_labels.is_empty(), "{of_labels:#?}");
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved && one.repeated.is_none()), "{verified:#?}");
    // In the transaction that adds a label, PostgreSQL takes it in no row.
    assert_eq!(verified[1].seeded_rows, u64::from(verified[1].form != Form::Transaction));
}

async fn without_another_label_rows_keep_it_from_going(database: TestDatabase) {
    let runner = database.runner_of(project(&[made(), changed(level().adding("emergency"))])).await;
    runner.up(None).await.unwrap();
    fill(&database, &runner, "emergency").await;
    let error = runner.down(Some(1)).await.unwrap_err().on_one_line();
    assert!(error.contains("7 rows of incidents have the level 'emergency'"), "{error}");
    assert_eq!(levels(&runner).await, fourth("emergency"));
    execute(runner.connection(), "UPDATE incidents SET level = 'low' WHERE at >= '2026-01-01'").await;
    runner.down(Some(1)).await.unwrap();
    runner.up(None).await.unwrap();
}

async fn a_retired_label_comes_back_with_down(database: TestDatabase) {
    let runner = database.runner_of(project(&[made(), changed(level().retiring("it's high").instead("low"))])).await;
    runner.up(Some(1)).await.unwrap();
    fill(&database, &runner, "it's high").await;
    runner.up(None).await.unwrap();
    assert_eq!(count(runner.connection(), "incidents WHERE level = 'low'").await, 28);
    runner.down(Some(1)).await.unwrap();
    assert_eq!(levels(&runner).await, fourth("it's high"));
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
}

async fn a_renamed_label_takes_its_rows_along(database: TestDatabase) {
    let runner = database.runner_of(project(&[made(), changed(level().renaming("it's high", "high"))])).await;
    runner.up(Some(1)).await.unwrap();
    fill(&database, &runner, "it's high").await;
    runner.up(None).await.unwrap();
    assert_eq!(levels(&runner).await, fourth("high"));
    runner.down(Some(1)).await.unwrap();
    assert_eq!(levels(&runner).await, fourth("it's high"));
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
}

async fn other_labels_than_the_revision_says_are_refused(database: TestDatabase) {
    let column = EnumColumn::of("incidents", "level").default("low").key(&["id", "at"]);
    let labels = |change: fn(EnumLabels) -> EnumLabels| {
        change(EnumLabels::of("level", &["low", "medium"]).used_by(column.clone()))
    };
    for (wrong, says) in [
        (labels(|labels| labels.adding("low")), "'low' is one of its labels already"),
        (labels(|labels| labels.retiring("high")), "'high' is none of its labels"),
        (labels(|labels| labels.adding("x").instead("y")), "'y', which rows get instead, is none"),
        (labels(|labels| labels), "call adding, renaming or retiring"),
    ] {
        let runner = database.runner_of(project(&[made(), changed(wrong)])).await;
        runner.up(Some(1)).await.ok();
        let error = runner.up(None).await.unwrap_err().on_one_line();
        assert!(error.contains(says), "{error}");
        runner.close().await;
    }
    // A type knows its labels by itself.
    if matches!(database.backend(), Backend::Sqlite | Backend::Mariadb) {
        let runner = database.runner_of(project(&[made(), changed(labels(|labels| labels.adding("emergency")))])).await;
        let error = runner.up(None).await.unwrap_err().on_one_line();
        assert!(error.contains("not exactly low, medium"), "{error}");
    }
}

async fn a_label_that_a_check_names_is_not_renamed(database: TestDatabase) {
    let runner = database.runner_of(project(&[made(), changed(level().renaming("it's high", "high"))])).await;
    runner.up(Some(1)).await.unwrap();
    execute(runner.connection(), "CREATE VIEW high AS SELECT id FROM incidents WHERE level = 'it''s high'").await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains("'it's high' of incidents.level cannot be renamed"), "{error}");
    execute(runner.connection(), "DROP VIEW high").await;
    runner.up(None).await.unwrap();
}

async fn a_column_may_be_called_order(database: TestDatabase) {
    let made = Inline::new("m1_made", "", "")
        .up_by(|manager| {
            Box::pin(async move {
                labels::create(manager, "rank's", LABELS).await?;
                let order = labels::column(manager, "order", "rank's", LABELS).not_null().default("low").take();
                let id = ColumnDef::new("Id").integer().not_null().primary_key().take();
                manager.create_table(Table::create().table("incidents").col(id).col(order).take()).await
            })
        })
        .down_by(|manager| {
            Box::pin(async move {
                manager.drop_table(Table::drop().table("incidents").take()).await?;
                labels::drop(manager, "rank's").await
            })
        });
    let column = EnumColumn::of("incidents", "order").default("low").key(&["Id"]);
    let added = EnumLabels::of("rank's", LABELS).used_by(column).adding("emergency").instead("low");
    let runner = database.runner_of(project(&[made, changed(added)])).await;
    runner.up(None).await.unwrap();
    let db = runner.connection();
    let order = Dialect::of(db.get_database_backend()).quote("order");
    let emergencies = async || count(db, &format!("incidents WHERE {order} = 'emergency'")).await;
    execute(db, "INSERT INTO incidents VALUES (1, 'emergency'), (2, 'none')").await;
    runner.down(Some(1)).await.unwrap();
    assert_eq!(count(db, &format!("incidents WHERE {order} = 'low'")).await, 1);
    runner.up(None).await.unwrap();
    assert_eq!(emergencies().await, 1);
    // The script does the same.
    runner.reset().await.unwrap();
    for revision in ["m1_made", "m2_labels"] {
        for sql in runner.statements(revision, Direction::Up).await {
            execute(db, &sql).await;
        }
    }
    execute(db, "INSERT INTO incidents VALUES (1, 'emergency')").await;
    assert_eq!(emergencies().await, 1);
}
