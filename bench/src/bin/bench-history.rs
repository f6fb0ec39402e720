//! Pages and counts of alarms over 0.2 and 5 million of them in the columnstore, beside the driver alone.
//!
//! `make bench-history TEST_TIMESCALEDB_URL=…` runs it on that server.

use std::time::Duration;

use bench::{
    history::{self, Origins, median, timed},
    notes,
};
use core_server_adapter::{
    Database, DatabaseConfig, PageRequest,
    alarms::{AlarmFilter, AlarmOrigin},
};
use sea_orm::sqlx;
use tests::{Backend, TestDatabase, connect_to, scalar};

const SIZES: [u64; 2] = [200_000, 5_000_000];
const RUNS: usize = 5;
const PAGES: u32 = 100;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    if std::env::var_os("TEST_TIMESCALEDB_URL").is_none() {
        return Err(
            "TEST_TIMESCALEDB_URL names no TimescaleDB; one in WebAssembly is too slow for five million alarms".into(),
        );
    }
    let mut pages = Vec::new();
    for size in SIZES {
        let test = TestDatabase::create(Backend::Timescale).await.up(None).await;
        let db = connect_to(test.url()).await;
        history::fill(&db, size, Origins::EveryTenth).await?;
        let version = "SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) || ', TimescaleDB ' \
                       || extversion FROM pg_extension WHERE extname = 'timescaledb'";
        let server = scalar(&db, version).await.unwrap_or_default();
        db.close().await?;
        let database = Database::connect(&DatabaseConfig::new(test.url())?.max_connections(1)).await?;
        let (mut by_driver, mut by_adapter, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            by_driver.push(timed(pages_by_driver(&database)).await?);
            by_adapter.push(timed(pages_by_adapter(&database)).await?);
            counts.push(timed(counted(&database, size)).await?);
        }
        let [by_driver, by_adapter, counts] =
            [by_driver, by_adapter, counts].map(|times| median(times).unwrap_or_default());
        let page = ms(by_adapter) / f64::from(PAGES);
        println!("{server}, {size} alarms in {} compressed chunks", history::WEEKS);
        println!("  page of 50 by origin    {page:>8.2} ms, {:.2} of the driver's", ratio(by_adapter, by_driver));
        println!("  counts by origin and severity  {:>8.1} ms", ms(counts));
        if size == SIZES[1] {
            notes::figure(&server, "page-history", ratio(by_adapter, by_driver))?;
            notes::figure(&server, "page-flat", page / pages[0])?;
            notes::figure(&server, "counts-history", ms(counts))?;
        }
        pages.push(page);
        database.close().await;
    }
    println!("page of 50, the larger history beside the smaller: {:.2}", pages[1] / pages[0]);
    Ok(())
}

async fn pages_by_adapter(database: &Database) -> Result<()> {
    let filter = AlarmFilter::new().origin(AlarmOrigin::AnomalyModel);
    for _ in 0..PAGES {
        let page = database.alarms().list(&filter, &PageRequest::first(50)).await?;
        assert_eq!(page.items.len(), 50);
    }
    Ok(())
}

async fn pages_by_driver(database: &Database) -> Result<()> {
    let pool = database.connection().get_postgres_connection_pool();
    for _ in 0..PAGES {
        let rows = sqlx::query(
            "SELECT id, raised_at, sensor_id, severity::text, status::text, value, threshold, message, context, acknowledged_at, \
             acknowledged_by, resolved_at, origin::text, anomaly_score, model_name, model_version, last_seen_at, repeats FROM alarms \
             WHERE origin = 'anomaly_model' AND anomaly_score IS NOT NULL ORDER BY raised_at DESC, id DESC LIMIT 51",
        )
        .fetch_all(pool)
        .await?;
        assert_eq!(rows.len(), 51);
    }
    Ok(())
}

async fn counted(database: &Database, size: u64) -> Result<()> {
    let counts = database.alarms().counts(&AlarmFilter::new()).await?;
    assert_eq!(counts.total(), size + history::RECENT);
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn ratio(time: Duration, floor: Duration) -> f64 {
    time.as_secs_f64() / floor.as_secs_f64()
}
