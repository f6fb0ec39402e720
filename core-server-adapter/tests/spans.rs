//! Statements as spans. In a process of its own, with the subscriber of the whole process, as a service has it: the thread
//! of SQLite holds a span for a moment longer than its statement takes, and it may be the one that closes it.

#![cfg(feature = "runtime-tokio")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use core_server_adapter::{Database, PageRequest, alarms::AlarmFilter};
use tracing_subscriber::fmt::format::FmtSpan;

#[tokio::test]
async fn a_statement_is_a_span_without_its_values() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(Arc::new(log.reopen().unwrap()))
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let database = Database::in_memory().await.unwrap();
    database.alarms().list(&AlarmFilter::new().sensor("secret-7"), &PageRequest::first(5)).await.unwrap();
    let is_list = |line: &&str| line.contains("close") && line.contains("statement{statement=\"SELECT \\\"alarms\\\".");
    let began = Instant::now();
    let written = loop {
        let written = std::fs::read_to_string(log.path()).unwrap();
        if written.lines().any(|line| is_list(&line)) {
            break written;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "no span was closed: {written}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let span = written.lines().find(is_list).unwrap();
    assert!(span.contains("rows=0") && span.contains("duration_ms="), "{span}");
    assert!(!written.contains("secret-7"), "{written}");
}
