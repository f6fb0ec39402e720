//! A version of TimescaleDB that nobody has looked at: what is undocumented is not known there, the rest is told.

use migration_timescale::{
    Capability, Version,
    inspect::{self, Answer, Inspection},
    internals,
};
use sea_orm::{ConnectionTrait, TransactionTrait};
use tests::{Backend, TestDatabase, fixtures::execute};

use super::{found, inspect, readings, table};

/// The real server says what it is; the program is told that it were newer.
#[tokio::test]
async fn what_is_undocumented_is_not_known_on_an_unseen_version() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = database.connect().await;
    readings(&db).await;
    execute(&db, "ALTER TABLE readings SET (timescaledb.compress)").await;
    execute(
        &db,
        "DO $$ BEGIN PERFORM compress_chunk(c) FROM (SELECT show_chunks('readings') c ORDER BY 1 LIMIT 1) x; END $$",
    )
    .await;
    let known = inspect(&db).await;
    let unseen = Inspection::of(&db, Capability::timescale_full(internals::UNSEEN)).await.unwrap();

    let (before, now) = (table(&known, "readings"), table(&unseen, "readings"));
    assert!(found(&before.columnstore_rows) > &0, "{before:?}");
    let why = "not known on TimescaleDB 2.30.0: where the rows of the columnstore are is not documented";
    assert!(matches!(&now.columnstore_rows, Answer::Unavailable { why: said } if said.starts_with(why)), "{now:?}");
    assert_eq!((now.kind, &now.bytes), (before.kind, &before.bytes), "sizes are documented");

    assert_eq!(found(&unseen.hypertables), found(&known.hypertables));
    assert_eq!(found(&unseen.jobs).jobs.len(), found(&known.jobs).jobs.len());
    let (before, now) = (&found(&known.aggregates)[1], &found(&unseen.aggregates)[1]);
    assert!(before.name == "hourly" && before.watermark.is_some() && before.watermark_unknown.is_none(), "{before:?}");
    assert_eq!((now.watermark, now.lag_s, now.refresh_job), (None, None, before.refresh_job));
    assert!(now.watermark_unknown.as_ref().unwrap().contains("not known on TimescaleDB 2.30.0"), "{now:?}");
    assert!(matches!(&now.missing, Answer::Unavailable { why } if why.contains("not known on TimescaleDB 2.30.0")));
    let never = inspect::attention(&unseen).into_iter().find(|one| one.finding.contains("never refreshed"));
    assert_eq!(never, None, "nobody knows that");
}

/// Nothing undocumented is touched on such a version: its tables may be away.
#[tokio::test]
async fn the_catalogue_of_an_unseen_version_may_be_another() {
    // A table of the catalogue is renamed by a superuser.
    let database = TestDatabase::create(Backend::Timescale).await.as_administrator();
    let db = database.connect().await;
    readings(&db).await;
    let transaction = db.begin().await.unwrap();
    // Views and functions of the extension go on: they know the table by its number, or are not asked.
    let rename = "ALTER TABLE _timescaledb_catalog.continuous_agg RENAME TO continuous_aggregate";
    transaction.execute_unprepared(rename).await.unwrap();
    let unseen = Capability::timescale_full(Version::new(2, 99, 0));
    let asked = inspect::continuous_aggregates(&transaction, unseen).await.unwrap();
    assert_eq!(found(&asked).len(), 2);
    transaction.rollback().await.unwrap();
}
