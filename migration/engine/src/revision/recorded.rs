//! Whether a revision is run or only recorded.

use std::future::Future;

tokio::task_local! {
    static RECORDING: ();
}

/// Whether what runs now is only recorded: nothing of it reaches a database.
pub(crate) fn is_recording() -> bool {
    RECORDING.try_with(|()| ()).is_ok()
}

/// Runs `work` as something that is only recorded.
pub(crate) async fn scope<F: Future>(work: F) -> F::Output {
    RECORDING.scope((), work).await
}
