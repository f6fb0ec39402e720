//! What revisions say on the log while they are recorded. Nothing of it happens on a database, so nobody is to read it as
//! if it did; it becomes comments of the script instead.

use std::{cell::RefCell, fmt, future::Future, sync::LazyLock};

use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    instrument::WithSubscriber,
    level_filters::LevelFilter,
    span,
};

tokio::task_local! {
    static SAID: RefCell<Vec<String>>;
}

/// One for all recordings: with each new one every place that logs would be asked about it.
static NOTES: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Notes));

/// The future's value, and what it said, which nobody else hears.
pub async fn collecting<F: Future>(work: F) -> (F::Output, Vec<String>) {
    let work = async {
        let value = work.with_subscriber(NOTES.clone()).await;
        (value, SAID.with(RefCell::take))
    };
    SAID.scope(RefCell::default(), work).await
}

/// Collects messages.
struct Notes;

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::INFO
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        // Not within a recording is what one left running.
        let _ = SAID.try_with(|said| said.borrow_mut().push(message.0));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}
