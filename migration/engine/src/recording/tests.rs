//! Recording and rendering, on small revisions.

use std::pin::Pin;

use migration_timescale::{
    Capability, Chunks, Columnstore, ColumnstorePolicy, ContinuousAggregate, Hypertable, HypertableColumn, Interval,
    PerChunkIndex, RefreshPolicy, ReorderPolicy, RetentionPolicy, SparseIndex, TimescaleManager, Version, Window,
    question::KnownSchema,
};
use sea_orm::{ConnectionTrait, DbErr, Statement as Given, TransactionTrait};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait::async_trait};

use super::*;

type Work = for<'a> fn(&'a SchemaManager<'a>) -> Pin<Box<dyn Future<Output = Result<(), DbErr>> + Send + 'a>>;

struct Revision {
    name: &'static str,
    transaction: Option<bool>,
    up: Work,
    down: Work,
}

impl MigrationName for Revision {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl MigrationTrait for Revision {
    fn use_transaction(&self) -> Option<bool> {
        self.transaction
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        (self.up)(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        (self.down)(manager).await
    }
}

fn revision(name: &'static str, up: Work) -> Revision {
    Revision { name, transaction: None, up, down: |_| Box::pin(async { Ok(()) }) }
}

const TIMESCALEDB: Capability = Capability::timescale_full(REFERENCE_TIMESCALEDB);

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}

async fn one(revision: &Revision, server: Capability) -> Recorded {
    record(&[revision], server).await.unwrap().remove(0)
}

fn of(script: &Script) -> Vec<(&str, Option<usize>)> {
    script.statements.iter().map(|statement| (statement.sql.as_str(), statement.transaction)).collect()
}

#[tokio::test]
async fn sqlite_and_mysql_get_a_transaction_unless_the_revision_minds() {
    for server in [Capability::sqlite(), Capability::mysql()] {
        let plain = revision("m1", |manager| Box::pin(run(manager, "CREATE TABLE a (id int)")));
        assert!(one(&plain, server).await.in_transaction);
        let minds = revision("m1", |manager| Box::pin(run(manager, "SELECT 1; pragma foreign_keys = off")));
        assert!(!one(&minds, server).await.in_transaction);
    }
}

#[tokio::test]
async fn transactions_are_numbered_and_what_is_rolled_back_is_left_out() {
    let mut revision = revision("m1", |manager| {
        Box::pin(async move {
            run(manager, "CREATE TABLE a (id int); ").await?;
            let work = manager.begin().await?;
            run(&work, "CREATE TABLE b (id int)").await?;
            let savepoint = work.get_connection().begin().await?;
            savepoint.execute_unprepared("CREATE TABLE c (id int)").await?;
            savepoint.rollback().await?;
            assert!(!work.has_table("c").await?, "rolled back");
            let savepoint = work.get_connection().begin().await?;
            savepoint.execute_unprepared("CREATE TABLE d (id int)").await?;
            savepoint.commit().await?;
            work.commit().await?;
            let dropped = manager.begin().await?;
            run(&dropped, "CREATE TABLE e (id int)").await?;
            drop(dropped);
            let work = manager.begin().await?;
            run(&work, "-- nothing").await?;
            run(&work, "CREATE TABLE f (id int)").await?;
            work.commit().await
        })
    });
    revision.transaction = Some(false);
    let recorded = one(&revision, TIMESCALEDB).await;
    assert!(!recorded.in_transaction);
    let expected = [
        ("CREATE TABLE a (id int)", None),
        ("CREATE TABLE b (id int)", Some(1)),
        ("CREATE TABLE d (id int)", Some(1)),
        ("CREATE TABLE f (id int)", Some(3)),
    ];
    assert_eq!(of(&recorded.up), expected);

    revision.transaction = None;
    let recorded = one(&revision, TIMESCALEDB).await;
    assert!(recorded.in_transaction);
    assert!(recorded.up.statements.iter().all(|statement| statement.transaction == Some(1)));
    assert!(!one(&revision, Capability::sqlite()).await.in_transaction, "it has transactions of its own");
    revision.transaction = Some(true);
    assert!(one(&revision, Capability::mysql()).await.in_transaction);
}

#[tokio::test]
async fn probes_of_schema_manager_are_answered_on_every_backend() {
    let first = revision("m1", |manager| {
        Box::pin(async move {
            assert!(!manager.has_table("a").await?);
            run(manager, "CREATE TABLE a (id int, name varchar(9))").await?;
            run(manager, "CREATE INDEX a_name_idx ON a (name)").await
        })
    });
    let mut second = revision("m2", |manager| {
        Box::pin(async move {
            assert!(manager.has_table("a").await? && !manager.has_table("b").await?);
            assert!(manager.has_column("a", "name").await? && !manager.has_column("a", "a").await?);
            assert!(manager.has_index("a", "a_name_idx").await? && !manager.has_index("a", "a").await?);
            run(manager, "ALTER TABLE a ADD COLUMN more int").await
        })
    });
    second.down = |manager| {
        Box::pin(async move {
            assert!(manager.has_column("a", "more").await?);
            run(manager, "ALTER TABLE a DROP COLUMN more").await?;
            assert!(!manager.has_column("a", "more").await?);
            Ok(())
        })
    };
    for server in [TIMESCALEDB, Capability::postgres(), Capability::sqlite(), Capability::mysql()] {
        let recorded = record(&[&first, &second], server).await.unwrap();
        assert!(recorded[1].up.before.has_table("a") && !recorded[0].up.before.has_table("a"));
        assert!(recorded[1].down.as_ref().unwrap().before.has_column("a", "more"));
        assert!(!recorded[1].up.before.has_column("a", "more"), "asked for after a later one");
        assert_eq!(recorded[1].up.unanswered, [""; 0]);
    }
}

#[tokio::test]
async fn the_profile_answers_for_timescaledb() {
    let revision = revision("m1", |manager| {
        Box::pin(async move {
            manager.enable_timescaledb().await?;
            run(manager, "CREATE TABLE r (at timestamptz NOT NULL, s text)").await?;
            assert!(!manager.is_hypertable("r").await?);
            manager.create_hypertable(&Hypertable::by_range("r", "at")).await?;
            assert_eq!(manager.is_hypertable("r").await?, manager.capability().await?.has_hypertables());
            manager.enable_columnstore(&Columnstore::on("r").segment_by("s")).await?;
            let checks = migration_timescale::ChecksOnNewColumns::on("r").check("k", "s <> ''");
            manager.add_checks(&checks).await?;
            manager.validate_checks(&checks).await
        })
    });
    let full = one(&revision, TIMESCALEDB).await.up;
    assert_eq!(full.statements[0].sql, "CREATE EXTENSION IF NOT EXISTS timescaledb");
    assert!(full.statements[2].sql.starts_with("SELECT create_hypertable("), "{full:#?}");
    assert!(full.statements[3].sql.contains("enable_columnstore"), "{full:#?}");
    assert!(full.statements[4].sql.starts_with("DO $checks$"), "{full:#?}");
    assert_eq!((full.statements.len(), full.unanswered, full.notes), (5, vec![], vec![]));

    let old = one(&revision, Capability::timescale_full(Version::new(2, 12, 0))).await.up;
    assert!(old.statements[3].sql.contains("timescaledb.compress"), "{old:#?}");

    let apache = one(&revision, Capability::timescale_apache(REFERENCE_TIMESCALEDB)).await.up;
    assert_eq!(apache.statements.len(), 5);
    assert!(apache.statements[3].sql.ends_with("NOT VALID"), "{apache:#?}");
    assert!(apache.statements[4].sql.contains("VALIDATE CONSTRAINT"), "{apache:#?}");
    assert_eq!(apache.notes.len(), 1);
    assert!(apache.notes[0].starts_with("skipped on r: the columnstore needs"), "{:?}", apache.notes);

    let plain = one(&revision, Capability::postgres()).await.up;
    assert_eq!((plain.statements.len(), plain.notes.len()), (3, 2), "{plain:#?}");
}

#[tokio::test]
async fn a_question_without_an_answer_is_named() {
    let ask: Work = |manager| {
        Box::pin(async move {
            let sql = Given::from_sql_and_values(
                manager.get_database_backend(),
                "SELECT x FROM t WHERE y = $1",
                ["it's".into()],
            );
            let row = manager.get_connection().query_one_raw(sql).await?;
            row.map(drop).ok_or_else(|| DbErr::Custom("no row".into()))
        })
    };
    let error = record(&[&revision("m1", ask)], TIMESCALEDB).await.unwrap_err();
    assert!(matches!(error, OfflineError::NeedsDatabase { .. }));
    let text = error.to_string();
    assert!(text.contains("m1") && text.contains("SELECT x FROM t WHERE y = E'it\\'s'"), "{text}");
    assert!(!text.contains("no row"), "the source is not repeated");

    let mut irreversible = revision("m2", |manager| Box::pin(run(manager, "CREATE TABLE a (id int)")));
    irreversible.down = |_| Box::pin(async { Err(DbErr::Migration("there is no way back".into())) });
    let recorded = one(&irreversible, TIMESCALEDB).await;
    assert!(matches!(recorded.down, Err(OfflineError::Failed { .. })));
    let table = Tables::named("seaql_migrations");
    let all: [&dyn MigrationTrait; 1] = [&irreversible];
    assert!(script(&all, |_| true, Direction::Up, TIMESCALEDB, &table).await.missing.is_empty());
    let written = script(&all, |_| true, Direction::Down, TIMESCALEDB, &table).await;
    assert!(written.missing[0].to_string().contains("m2 cannot be recorded for down"), "{written:?}");

    // One that cannot be recorded stands in nobody's way but says so.
    let later = revision("m3", |manager| Box::pin(run(manager, "CREATE TABLE b (id int)")));
    let failing = revision("m1", ask);
    let text = script(&[&failing, &later], |name| name == "m3", Direction::Up, TIMESCALEDB, &table).await.text;
    assert!(text.contains("-- Not known is what this earlier revision made: revision m1"), "{text}");
    let later_only = script(&[&later, &failing], |name| name == "m3", Direction::Up, TIMESCALEDB, &table).await;
    assert!(later_only.missing.is_empty(), "{later_only:?}");
}

#[tokio::test]
async fn a_panic_stays_with_its_revision() {
    let panics = revision("m1", |manager| {
        Box::pin(async move {
            let work = manager.begin().await?;
            let sql = Given::from_string(manager.get_database_backend(), "SELECT 1");
            work.get_connection().query_one_raw(sql).await?.unwrap();
            work.commit().await
        })
    });
    let next = revision("m2", |manager| Box::pin(run(manager, "CREATE TABLE a (id int)")));
    let recorded = record_each(&[&panics, &next], TIMESCALEDB).await;
    let error = recorded[0].as_ref().unwrap_err().to_string();
    assert!(error.contains("it panicked: called `Option::unwrap()` on a `None` value ("), "{error}");
    assert!(error.contains("after it asked the database `SELECT 1`"), "{error}");
    assert_eq!(of(&recorded[1].as_ref().unwrap().up), [("CREATE TABLE a (id int)", Some(1))]);
}

#[tokio::test]
async fn checksums_stand_for_what_is_done() {
    let a = revision("m1", |manager| Box::pin(run(manager, "CREATE TABLE a (id int);  \n")));
    let same = revision("other", |manager| Box::pin(run(manager, "CREATE TABLE a (id int)")));
    let b = revision("m1", |manager| Box::pin(run(manager, "CREATE TABLE a (id bigint)")));
    let mut outside = revision("m1", |manager| Box::pin(run(manager, "CREATE TABLE a (id int)")));
    outside.transaction = Some(false);
    let mut down = revision("m1", |manager| Box::pin(run(manager, "CREATE TABLE a (id int)")));
    down.down = |manager| Box::pin(run(manager, "DROP TABLE a"));
    let all = [&a, &same, &b, &outside, &down];
    let mut sums = Vec::new();
    for revision in all {
        sums.push(Fingerprint::of(&one(revision, TIMESCALEDB).await));
    }
    assert_eq!(sums[0], sums[1]);
    assert_eq!(sums[0], sums[3], "which transaction it ran in is of no matter once it is applied");
    let distinct: std::collections::BTreeSet<_> = [0, 2, 4].into_iter().map(|at| &sums[at].checksum).collect();
    assert_eq!(distinct.len(), 3, "{sums:#?}");
    // Written down so that nobody changes the format without raising its number.
    assert!(sums[0].written().ends_with("\nup 0cb1f2d0a90c9068 CREATE TABLE a (id int)\n"), "{}", sums[0].written());
    assert_eq!(sums[0].checksum, "2:e257b9b9526a870481d28c7c6a2177cbbb997c465c68c19dd913eaf7e3749f42");
}

#[tokio::test]
async fn values_are_written_out() {
    let revision = revision("m1", |manager| {
        Box::pin(async move {
            let mut insert = sea_orm::sea_query::Query::insert();
            insert.into_table("a").columns(["x", "y"]).values_panic(["a;b\\".into(), Option::<i32>::None.into()]);
            manager.execute(insert).await
        })
    });
    assert_eq!(of(&one(&revision, TIMESCALEDB).await.up)[0].0, r#"INSERT INTO "a" ("x", "y") VALUES (E'a;b\\', NULL)"#);
    assert_eq!(
        of(&one(&revision, Capability::sqlite()).await.up)[0].0,
        r#"INSERT INTO "a" ("x", "y") VALUES ('a;b\', NULL)"#
    );
    assert_eq!(
        of(&one(&revision, Capability::mysql()).await.up)[0].0,
        r"INSERT INTO `a` (`x`, `y`) VALUES ('a;b\\', NULL)"
    );
}

#[tokio::test]
async fn scripts_keep_transactions_blocks_and_bookkeeping_together() {
    let first = revision("m1", |manager| Box::pin(run(manager, "CREATE TABLE a (id int)")));
    let mut second = revision("m2", |manager| {
        Box::pin(async move {
            run(manager, "CREATE TABLE b (id int); CREATE TABLE c (id int)").await?;
            run(manager, "CREATE INDEX CONCURRENTLY i ON b (id) -- end").await?;
            let work = manager.begin().await?;
            run(&work, "CREATE TABLE d (id int)").await?;
            work.commit().await
        })
    });
    second.transaction = Some(false);
    second.down = |manager| Box::pin(run(manager, "DROP TABLE b"));
    let table = Tables::named("applied");
    let all: [&dyn MigrationTrait; 2] = [&first, &second];
    let up = script(&all, |_| true, Direction::Up, Capability::postgres(), &table).await.text;
    let own = |line: &&str| !line.starts_with("INSERT INTO \"applied_engine\"");
    let body: String = up.split_once("-- m1").unwrap().1.split_inclusive('\n').filter(own).collect();
    assert_eq!(
        body,
        r#" (up)
BEGIN;
CREATE TABLE a (id int);
SET CONSTRAINTS ALL IMMEDIATE;
:migration_session;
INSERT INTO "applied" ("version", "applied_at") VALUES ('m1', floor(extract(epoch FROM clock_timestamp()))::bigint);
COMMIT;

-- m2 (up)
BEGIN;
CREATE TABLE b (id int); CREATE TABLE c (id int);
COMMIT;
CREATE INDEX CONCURRENTLY i ON b (id) -- end
;
BEGIN;
CREATE TABLE d (id int);
COMMIT;
:migration_session;
BEGIN;
INSERT INTO "applied" ("version", "applied_at") VALUES ('m2', floor(extract(epoch FROM clock_timestamp()))::bigint);
COMMIT;
"#
    );
    let written = Fingerprint::of(&one(&first, Capability::postgres()).await);
    assert!(up.contains(&written.checksum) && up.contains("'a script'"), "{up}");
    assert!(up.contains("\\set ON_ERROR_STOP on\n") && up.contains("CREATE TABLE IF NOT EXISTS \"applied\""), "{up}");
    let again = script(&all, |_| true, Direction::Up, Capability::postgres(), &table).await.text;
    assert_eq!(up, again);

    let down = script(&all, |name| name == "m2", Direction::Down, Capability::postgres(), &table).await.text;
    let body = down.split_once("-- m2").unwrap().1;
    assert_eq!(
        body,
        " (down)\nDROP TABLE b;\n:migration_session;\nDELETE FROM \"applied\" WHERE \"version\" = 'm2';\n"
    );

    let mysql = script(&all, |name| name == "m2", Direction::Up, Capability::mysql(), &table).await.text;
    assert!(
        mysql.contains("DELIMITER //\nCREATE TABLE b (id int); CREATE TABLE c (id int)\n//\nDELIMITER ;\n"),
        "{mysql}"
    );
}

#[tokio::test]
async fn a_long_history_is_recorded_quickly() {
    // Debug builds are slow and machines are busy: this only finds what is out of all proportion, such as work that grows
    // with the square of the history.
    let revisions: Vec<Revision> = (0..2000)
        .map(|_| revision("m", |manager| Box::pin(run(manager, "CREATE TABLE IF NOT EXISTS a (id int)"))))
        .collect();
    let all: Vec<&dyn MigrationTrait> = revisions.iter().map(|revision| revision as &dyn MigrationTrait).collect();
    let started = std::time::Instant::now();
    assert_eq!(record(&all, TIMESCALEDB).await.unwrap().len(), 2000);
    println!("{} µs a revision", started.elapsed().as_micros() / 2000);
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}

/// Every method of migration-timescale that asks the catalogue, twice, the second time with other settings.
#[tokio::test]
async fn questions_of_migration_timescale_are_answered_on_every_backend() {
    let first = revision("m1", |manager| Box::pin(telemetry(manager, 0)));
    let mut again = revision("m2", |manager| Box::pin(telemetry(manager, 1)));
    again.transaction = Some(false);
    for server in [TIMESCALEDB, Capability::timescale_apache(REFERENCE_TIMESCALEDB), Capability::postgres()]
        .into_iter()
        .chain([Capability::sqlite(), Capability::mysql()])
    {
        let recorded = record(&[&first, &again], server).await.unwrap();
        for revision in &recorded {
            assert_eq!(revision.up.unanswered, Vec::<String>::new(), "{server}");
        }
        let second = of(&recorded[1].up);
        let exchanged = second.iter().filter(|(sql, _)| sql.contains("remove_")).count();
        assert_eq!(exchanged, if server.has_jobs() { 4 } else { 0 }, "{server}: {second:#?}");
        let real_time = second.iter().filter(|(sql, _)| sql.starts_with("ALTER MATERIALIZED VIEW")).count();
        assert_eq!(real_time, usize::from(server.has_continuous_aggregates()));
        assert_eq!(second.iter().filter(|(sql, _)| sql.contains("ADD COLUMN")).count(), 0, "{second:#?}");
    }
}

/// What a revision wrote by hand, a later one exchanges by value.
#[tokio::test]
async fn policies_are_known_however_their_arguments_are_written() {
    const BY_PLACE: [&str; 4] = [
        "SELECT add_compression_policy('readings', INTERVAL '7 days')",
        "SELECT add_reorder_policy('readings', 'by_value')",
        "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '4 hours', INTERVAL '0 seconds', INTERVAL '1 hour')",
        "SELECT add_retention_policy('readings', INTERVAL '30 days')",
    ];
    const BY_NAME: [&str; 4] = [
        "SELECT add_compression_policy(compress_after => INTERVAL '7 days', hypertable => 'readings')",
        "SELECT add_reorder_policy(index_name => 'by_value', hypertable => 'readings')",
        "SELECT add_continuous_aggregate_policy(continuous_aggregate => 'hourly', start_offset => INTERVAL '4 hours', \
         end_offset => INTERVAL '0 seconds', schedule_interval => INTERVAL '1 hour')",
        "SELECT add_retention_policy(drop_after => INTERVAL '30 days', relation => 'readings')",
    ];
    async fn by_hand(manager: &SchemaManager<'_>, policies: [&str; 4]) -> Result<(), DbErr> {
        run(manager, "CREATE TABLE readings (taken_at timestamptz NOT NULL, value real)").await?;
        for policy in policies {
            run(manager, policy).await?;
        }
        Ok(())
    }
    let then = revision("m2", |manager| {
        Box::pin(async move {
            let hourly = ContinuousAggregate::on("readings", "hourly").bucket("hour", "taken_at", Interval::hours(1));
            let hourly = hourly.aggregate("n", "count(*)");
            let retention = RetentionPolicy::of_table("readings", "taken_at", Interval::days(31));
            manager.add_columnstore_policy(&ColumnstorePolicy::after("readings", "8 days")).await?;
            manager.add_reorder_policy(&ReorderPolicy::by("readings", "by_time")).await?;
            manager.add_refresh_policy(&RefreshPolicy::of(&hourly).start_offset(Interval::hours(5))).await?;
            manager.add_retention_policy(&retention).await?;
            Ok(())
        })
    });
    let histories = [
        revision("m1", |manager| Box::pin(by_hand(manager, BY_PLACE))),
        revision("m1", |manager| Box::pin(by_hand(manager, BY_NAME))),
    ];
    for first in &histories {
        let recorded = record(&[first, &then], TIMESCALEDB).await.unwrap();
        let removed: Vec<&str> =
            of(&recorded[1].up).into_iter().map(|(sql, _)| sql).filter(|sql| sql.contains("remove_")).collect();
        assert_eq!(removed.len(), 4, "{removed:#?}");
    }
}

async fn telemetry(manager: &SchemaManager<'_>, later: u32) -> Result<(), DbErr> {
    if later == 0 {
        run(manager, "CREATE TABLE readings (taken_at timestamp NOT NULL, sensor_id varchar(99), value real)").await?;
        run(manager, "CREATE INDEX by_value ON readings (value)").await?;
        run(manager, "CREATE INDEX by_sensor ON readings (sensor_id)").await?;
    }
    manager.create_hypertable(&Hypertable::by_range("readings", "taken_at")).await?;
    let columnstore = Columnstore::on("readings").order_by("taken_at");
    manager.enable_columnstore(&columnstore.sparse_index(SparseIndex::minmax("value"))).await?;
    let mut quality = sea_orm_migration::prelude::ColumnDef::new("quality");
    manager.change_hypertable_column(&HypertableColumn::add("readings", quality.double().take())).await?;
    let hourly = ContinuousAggregate::on("readings", "hourly").bucket("hour", "taken_at", Interval::hours(1));
    let hourly = hourly.group_by("sensor_id").aggregate("n", "count(*)");
    let hourly = if later == 0 { hourly.materialized_only() } else { hourly };
    manager.create_continuous_aggregate(&hourly).await?;
    let refresh = RefreshPolicy::of(&hourly).start_offset(Interval::hours(4 + later));
    let (age, index) = if later == 0 { ("7 days", "by_value") } else { ("8 days", "by_sensor") };
    let retention = RetentionPolicy::of_table("readings", "taken_at", Interval::days(30 + later));
    for _ in 0..2 {
        manager.add_refresh_policy(&refresh).await?;
        manager.add_retention_policy(&retention).await?;
        manager.add_columnstore_policy(&ColumnstorePolicy::after("readings", age)).await?;
        manager.add_reorder_policy(&ReorderPolicy::by("readings", index)).await?;
    }
    manager.compress_chunks(&Chunks::of("readings")).await?;
    if later > 0 {
        manager.refresh_continuous_aggregate(&hourly, Window::ALL).await?;
        let index = sea_orm_migration::prelude::Index::create().name("late").table("readings").col("value").take();
        manager.create_index_per_chunk(&PerChunkIndex::new("readings", "late", index)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_revision_that_does_more_after_an_error_is_known() {
    let stops = revision("m1", |manager| {
        Box::pin(async move {
            run(manager, "CREATE TABLE a (id int)").await?;
            run(manager, "CREATE TABLE b (id int)").await
        })
    });
    let ignores = revision("m1", |manager| {
        Box::pin(async move {
            let _ = run(manager, "DROP TABLE a").await;
            Ok(())
        })
    });
    let goes_elsewhere = revision("m1", |manager| {
        Box::pin(async move {
            let dropped = run(manager, "DROP TABLE a").await;
            if dropped.is_err() {
                run(manager, "USE other").await?;
            }
            dropped
        })
    });
    let rolls_back = revision("m1", |manager| {
        Box::pin(async move {
            let transaction = manager.get_connection().begin().await?;
            transaction.execute_unprepared("USE other").await?;
            transaction.rollback().await
        })
    });
    for server in [Capability::sqlite(), Capability::mysql()] {
        for (revision, expected) in [(&stops, true), (&ignores, false), (&goes_elsewhere, false), (&rolls_back, false)]
        {
            let recorded = one(revision, server).await;
            assert_eq!(stops_at_errors(revision, server, &recorded.up).await, expected, "{:?}", of(&recorded.up));
        }
    }
}
