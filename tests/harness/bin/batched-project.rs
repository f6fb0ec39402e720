//! A project that fills a column of a history in steps of `ROWS` rows, where the suite can kill it.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let rows = std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(5_000);
    migration_engine::cli::run(tests::batched::project(rows)).await
}
