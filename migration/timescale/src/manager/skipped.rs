//! What is left out because the server lacks it, for those who want to tell of it together.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use schemars::JsonSchema;
use serde::Serialize;

use crate::Unsupported;

/// A step that was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SkippedStep {
    /// The table or aggregate, or the procedure of a job.
    pub about: String,
    /// What it was to get: `the columnstore`.
    pub feature: &'static str,
    /// What that takes: `TimescaleDB with its full licence`.
    pub needs: &'static str,
}

tokio::task_local! {
    static SKIPPED: Arc<Mutex<Vec<SkippedStep>>>;
}

/// Awaits `work`, and gives the steps that are skipped in it, in order.
pub async fn collecting_skipped<F: Future>(work: F) -> (F::Output, Vec<SkippedStep>) {
    let skipped = Arc::default();
    let done = SKIPPED.scope(Arc::clone(&skipped), work).await;
    let found = std::mem::take(&mut *skipped.lock().unwrap_or_else(PoisonError::into_inner));
    (done, found)
}

/// Notes one for whoever collects them.
pub(super) fn note(about: &str, Unsupported { feature, needs, .. }: &Unsupported) {
    let step = SkippedStep { about: about.to_owned(), feature, needs };
    // Mostly nobody does.
    let _ = SKIPPED.try_with(|skipped| skipped.lock().unwrap_or_else(PoisonError::into_inner).push(step));
}
