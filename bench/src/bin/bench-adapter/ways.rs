//! What a statement costs by the way to its session: its own area's, one that several areas share, one behind a pooler.

use core_server_adapter::{Database, DatabaseConfig, Server};
use tests::{Backend, TestDatabase, own::Pooler};

use super::{Result, best, ratio, row};

const READS: u32 = 1_000;

pub(super) async fn measure() -> Result<()> {
    let test = TestDatabase::create(Backend::Postgres).await.up(None).await;
    let pooler = Pooler::before(test.url(), 4, "");
    let config = DatabaseConfig::new(test.url())?;
    let own = Database::connect(&config).await?;
    let shared = Server::new(&config).one_pool().alarms().await?;
    let lent = Database::connect(&DatabaseConfig::new(pooler.url())?).await?;
    let given = Database::of_pool(own.connection().clone()).await?;
    let mut floor = None;
    for (what, database) in [
        ("a pool of the area's own", &own),
        ("one pool for all areas", &shared),
        ("a pool that the program has", &given),
        ("through pgbouncer", &lent),
    ] {
        let took = best(|| read(database)).await?;
        let floor = *floor.get_or_insert(took);
        let each = format!("; {:.2} ms", took.as_secs_f64() * 1_000.0 / f64::from(READS));
        row(&format!("looking for an alarm: {what}"), "a pool of the area's own", ratio(took, floor), &each);
    }
    Ok(())
}

async fn read(database: &Database) -> Result<()> {
    for _ in 0..READS {
        // An id that is not the adapter's is looked for with one statement.
        assert!(database.alarms().find(uuid::Uuid::nil()).await?.is_none());
    }
    Ok(())
}
