//! Foreign code that panics.
//!
//! A revision is foreign code: it may hold a `todo!()`, take an answer for granted, or build a statement that its backend
//! has not. That is a failure of the revision, and what was begun around it is ended as after any other failure.

use std::{
    cell::RefCell,
    future::Future,
    panic::{self, AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Once,
    task::Poll,
};

tokio::task_local! {
    static SAID: RefCell<String>;
}

/// The future's value, or what it said when it panicked, with the place. Nothing is printed: whoever asks tells it.
pub(crate) async fn caught<F: Future>(work: F) -> Result<F::Output, String> {
    listen();
    // Boxed: the futures of revisions are large.
    let mut work = Box::pin(work);
    let poll =
        std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut work).poll(context))) {
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(Err(SAID.try_with(RefCell::take).unwrap_or_default())),
        });
    SAID.scope(RefCell::default(), poll).await
}

/// Keeps what a panic says, where somebody waits for it; elsewhere the hook that was there before prints it.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
            let said = format!("{}{place}", info.payload_as_str().unwrap_or("without a message"));
            if SAID.try_with(|kept| kept.replace(said)).is_err() {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::caught;

    #[tokio::test]
    async fn what_a_panic_says_is_kept() {
        let said = caught(async { panic!("no way {}", "down") }).await.unwrap_err();
        assert!(said.starts_with("no way down (") && said.contains("caught.rs:"), "{said}");
        assert_eq!(caught(async { 1 }).await, Ok(1));
        // One inside the other.
        let inner = caught(async { caught(async { panic!("inner") }).await }).await;
        assert!(inner.unwrap().unwrap_err().starts_with("inner"));
    }
}
