//! The adapter: a folder per area.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{AdapterError, Page, PageKey, PageRequest};
use sea_orm::ConnectionTrait;
use tests::{
    Backend,
    fixtures::{count, execute, raised_at},
};

mod alarms;
mod analytics;
mod beyond_2038;
mod dropped;
mod filters;
mod opened;
mod plugins;
mod pooler;
mod replica;
mod server;
mod telemetry;
mod twin;
mod vision;

/// Quotes of every dialect, what a driver could take for a parameter, and letters beyond ASCII.
const AWKWARD: &str = "Öl \"25\" it's \\ 水 $1 ?";

/// So many minutes after the beginning of 2026, with microseconds.
fn minute(number: i64) -> DateTime<Utc> {
    raised_at(0) + TimeDelta::minutes(number) + TimeDelta::microseconds(123_456)
}

/// The column that an error is about, and which row of several.
fn invalid(area: &str, table: &str, error: &AdapterError) -> (&'static str, Option<usize>) {
    match error {
        AdapterError::InvalidValue { area: of, table: found, column, row, .. } if *of == area && *found == table => {
            let text = error.to_string();
            assert!(text.contains(&format!("{table}.{column} ")), "{text}");
            (column, *row)
        }
        other => panic!("not about a value: {other:?}"),
    }
}

/// Every row of a list, a page of seven at a time.
async fn all_pages<T, K: PageKey>(list: impl AsyncFn(PageRequest<K>) -> Result<Page<T, K>, AdapterError>) -> Vec<T> {
    let mut request = PageRequest::first(7);
    let mut found = Vec::new();
    loop {
        let page = list(request).await.unwrap();
        found.extend(page.items);
        let Some(next) = page.next else { return found };
        request = PageRequest::at(next, 7);
    }
}

/// Converts the chunks of the first `weeks` of 2026 to the columnstore, where there is one.
async fn compress<C: ConnectionTrait>(db: &C, backend: Backend, table: &str, weeks: i64) {
    if backend == Backend::Timescale {
        let end = raised_at(0) + TimeDelta::weeks(weeks);
        execute(
            db,
            &format!(
                "SELECT compress_chunk(c, true) FROM show_chunks('{table}', older_than => '{end}'::timestamptz) c"
            ),
        )
        .await;
        let compressed = format!("timescaledb_information.chunks WHERE hypertable_name = '{table}' AND is_compressed");
        assert!(i64::from(count(db, &compressed).await) >= weeks, "{table}");
    }
}
