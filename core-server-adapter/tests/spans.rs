//! Statements as spans. In a process of its own: what other threads have not listened to, `tracing` remembers as unheard.

#![cfg(feature = "runtime-tokio")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

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
    let _guard = tracing::subscriber::set_default(subscriber);
    let database = Database::in_memory().await.unwrap();
    database.alarms().list(&AlarmFilter::new().sensor("secret-7"), &PageRequest::first(5)).await.unwrap();
    let written = std::fs::read_to_string(log.path()).unwrap();
    let is_list = |line: &&str| line.contains("close") && line.contains("statement{statement=\"SELECT \\\"alarms\\\".");
    let span = written.lines().find(is_list).unwrap_or_else(|| panic!("{written}"));
    assert!(span.contains("rows=0") && span.contains("duration_ms="), "{span}");
    assert!(!written.contains("secret-7"), "{written}");
}
