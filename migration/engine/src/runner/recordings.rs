//! The revisions recorded, once for each kind of server: beside other work where somebody knows early that it will be asked
//! for, because most of that work waits for a server or a disk.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use migration_timescale::Capability;
use sea_orm_migration::MigrationTrait;
use tokio::{runtime::Handle, sync::oneshot};

use crate::{
    Project,
    error::OfflineError,
    graph::Graph,
    ledger::Entry,
    recording::{self, Fingerprint, Recorded},
};

/// The revisions in the order in which they are applied.
pub(super) type InOrder = Vec<Arc<dyn MigrationTrait>>;

pub(super) fn in_order(project: &Project, graph: &Graph) -> InOrder {
    graph.order().iter().map(|position| Arc::clone(&project.revisions[*position])).collect()
}

/// A revision as it was recorded, and what of that is compared.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) recorded: Result<Recorded, OfflineError>,
    exactly: OnceLock<Option<String>>,
    fingerprint: OnceLock<Option<Fingerprint>>,
}

impl Known {
    fn new(name: &str, recorded: Result<Recorded, OfflineError>) -> Self {
        Self { name: name.to_owned(), recorded, exactly: OnceLock::new(), fingerprint: OnceLock::new() }
    }

    /// The first line of what is written down of it, which is all that is compared as a rule.
    fn exactly(&self) -> Option<&str> {
        self.exactly.get_or_init(|| self.recorded.as_ref().ok().map(Fingerprint::exactly)).as_deref()
    }

    /// Made when it is asked for: whoever finds nothing to apply needs none.
    pub(super) fn fingerprint(&self) -> Option<&Fingerprint> {
        self.fingerprint.get_or_init(|| self.recorded.as_ref().ok().map(Fingerprint::of)).as_ref()
    }

    pub(super) fn is(&self, entry: &Entry) -> bool {
        self.is_exactly(entry) || self.fingerprint().is_some_and(|now| now.checksum == entry.checksum)
    }

    /// Whether every value is the same, too.
    pub(super) fn is_exactly(&self, entry: &Entry) -> bool {
        let written = entry.statements.as_deref().and_then(|written| written.lines().next());
        written.is_some() && written == self.exactly()
    }
}

/// As deep as the stack of the main thread, on which revisions would be recorded else.
const STACK: usize = 8 << 20;

/// Each revision recorded once, for every server that was asked about.
#[derive(Default)]
pub(super) struct Recordings {
    begun: Option<(&'static str, oneshot::Receiver<Vec<Known>>)>,
    done: BTreeMap<&'static str, Arc<Vec<Known>>>,
}

impl Recordings {
    /// Begins to record on a thread of its own, unless that was done. There it is `furnished` before it is given to whoever
    /// asks, and `then` is done.
    pub(super) fn begin(
        &mut self,
        revisions: InOrder,
        server: Capability,
        furnish: impl FnOnce(&[Known]) + Send + 'static,
        then: impl FnOnce() + Send + 'static,
    ) {
        let profile = server.profile();
        let Ok(runtime) = Handle::try_current() else { return };
        if self.begun.is_some() || self.done.contains_key(profile) {
            return;
        }
        let (done, receiver) = oneshot::channel();
        let record = move || {
            let recorded = runtime.block_on(record(&revisions, server));
            furnish(&recorded);
            // Where nobody waits for it any more, nobody needs it.
            let _ = done.send(recorded);
            then();
        };
        let thread = std::thread::Builder::new().name("recording".to_owned()).stack_size(STACK).spawn(record);
        self.begun = thread.ok().map(|_| (profile, receiver));
    }

    /// What was recorded, or is now.
    pub(super) async fn on(&mut self, revisions: impl FnOnce() -> InOrder, server: Capability) -> Arc<Vec<Known>> {
        let profile = server.profile();
        if let Some((of, receiver)) = self.begun.take()
            && let Ok(recorded) = receiver.await
        {
            self.done.insert(of, Arc::new(recorded));
        }
        if let Some(known) = self.done.get(profile) {
            return Arc::clone(known);
        }
        let recorded = Arc::new(record(&revisions(), server).await);
        self.done.insert(profile, Arc::clone(&recorded));
        recorded
    }
}

async fn record(revisions: &[Arc<dyn MigrationTrait>], server: Capability) -> Vec<Known> {
    let revisions: Vec<&dyn MigrationTrait> = revisions.iter().map(AsRef::as_ref).collect();
    let recorded = recording::record_each(&revisions, recording::reference(server)).await;
    revisions.iter().zip(recorded).map(|(revision, recorded)| Known::new(revision.name(), recorded)).collect()
}

/// Makes what is compared of all of them as a rule.
pub(super) fn furnish(known: &[Known]) {
    for one in known {
        one.exactly();
    }
}
