//! Progress of long steps inside a revision.
//!
//! A step that works in parts calls [`report`] after each; the runner passes it on as
//! [`Event::Progress`](crate::revision::Event). Outside of a run nothing happens.

use std::{future::Future, sync::Arc};

use crate::revision::Event;

pub(crate) type Listener = Arc<dyn Fn(Event) + Send + Sync>;

tokio::task_local! {
    static LISTENER: Listener;
}

/// Says how far a step has got: `done` of `total` parts.
pub fn report(step: &str, done: u64, total: u64) {
    // Without a run there is nobody to tell.
    let _ = LISTENER.try_with(|listener| listener(Event::Progress { step: step.to_owned(), done, total }));
}

/// Runs `work`, sending what it reports to `listener`.
pub(crate) async fn scope<F: Future>(listener: Listener, work: F) -> F::Output {
    LISTENER.scope(listener, work).await
}
