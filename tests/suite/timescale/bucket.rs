//! Buckets begin at the same moments on every server and in Rust.

use chrono::{DateTime, Utc};
use migration_timescale::{Interval, TimescaleManager, bucket_sql, moment_sql};
use sea_orm::{ConnectionTrait, Statement};
use sea_orm_migration::SchemaManager;
use tests::{TestDatabase, on_every_backend};

on_every_backend!(buckets_are_the_same_everywhere);

async fn buckets_are_the_same_everywhere(database: TestDatabase) {
    let db = database.connect().await;
    let server = SchemaManager::new(&db).capability().await.unwrap();
    let widths = [
        Interval::seconds(1),
        Interval::minutes(7),
        Interval::minutes(15),
        Interval::hours(1),
        Interval::hours(5),
        Interval::days(1),
        Interval::weeks(1),
        Interval::days(10),
    ];
    // Bounds, fractions close below them, leap days, the years that the project promises.
    let moments = [
        "1970-01-01T00:00:00Z",
        "1970-01-04T23:59:59.999999Z",
        "1999-12-31T23:59:59.9996Z",
        "2000-01-03T00:00:00Z",
        "2024-02-29T12:34:56.789012Z",
        "2026-01-04T23:59:59.999999Z",
        "2026-01-05T00:00:00Z",
        "2026-03-29T01:30:00Z",
        "2038-01-19T03:14:08Z",
        "9999-12-31T23:59:59.999999Z",
    ];
    for width in widths {
        for moment in moments {
            let moment: DateTime<Utc> = moment.parse().unwrap();
            let bucket = bucket_sql(server, width, &moment_sql(server.backend(), moment));
            let asked = Statement::from_string(server.backend(), format!("SELECT {bucket} AS bucket"));
            let row = db.query_one_raw(asked).await.unwrap().unwrap();
            let found: DateTime<Utc> = row.try_get("", "bucket").unwrap();
            assert_eq!(found, width.bucket_of(moment), "{width} of {moment}");
        }
    }
}
