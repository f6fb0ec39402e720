//! Work of a driver that is done to its end, also when nobody waits for it any more.
//!
//! The drivers cannot be stopped everywhere: after a BEGIN that nobody waited for the session would be given to the next one
//! within a transaction, whose writes are then lost, and MySQL's would read half an answer as the answer to the next
//! statement. So a future that is dropped goes on behind the caller's back; what it gives is dropped then, and a transaction
//! rolls back.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{Stream, StreamExt};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Waits for the work, which goes on when this is dropped after it has begun.
pub(crate) fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> impl Future<Output = T> {
    ToItsEnd { work: Some(Box::pin(work)), begun: false }
}

struct ToItsEnd<T: Send + 'static> {
    work: Option<Boxed<T>>,
    begun: bool,
}

impl<T: Send + 'static> Future for ToItsEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.begun = true;
        let Some(work) = &mut self.work else { return Poll::Pending };
        let done = work.as_mut().poll(context);
        if done.is_ready() {
            self.work = None;
        }
        done
    }
}

impl<T: Send + 'static> Drop for ToItsEnd<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take().filter(|_| self.begun) {
            go_on(async move { drop(work.await) });
        }
    }
}

/// The stream, which is dropped between two items and never within one.
pub(crate) fn to_the_next_item<T: Send + 'static>(
    stream: impl Stream<Item = T> + Send + 'static,
) -> impl Stream<Item = T> + Send {
    ToTheNextItem { stream: Some(Box::pin(stream)), within: false }
}

struct ToTheNextItem<T: Send + 'static> {
    stream: Option<Pin<Box<dyn Stream<Item = T> + Send>>>,
    within: bool,
}

impl<T: Send + 'static> Stream for ToTheNextItem<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(None) };
        let next = stream.as_mut().poll_next(context);
        self.within = next.is_pending();
        next
    }
}

impl<T: Send + 'static> Drop for ToTheNextItem<T> {
    fn drop(&mut self) {
        if let Some(mut stream) = self.stream.take().filter(|_| self.within) {
            go_on(async move { drop(stream.next().await) });
        }
    }
}

/// Nothing goes on where there is no runtime any more: the program ends, and its sessions with it.
#[cfg(feature = "runtime-tokio")]
fn go_on(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        drop(runtime.spawn(work));
    }
}

#[cfg(not(feature = "runtime-tokio"))]
fn go_on(work: impl Future<Output = ()> + Send + 'static) {
    drop(async_std::task::spawn(work));
}
