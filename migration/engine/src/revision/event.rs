//! What happens during a run, for showing it.

use std::time::Duration;

use crate::Direction;

/// What happens during a run, for showing it.
#[derive(Clone, Debug)]
pub enum Event {
    /// Another runner has the lock; this one waits.
    Waiting {
        /// Who has it.
        holder: String,
    },
    /// It is known what will be run.
    Planned {
        /// How many revisions.
        revisions: usize,
    },
    /// A revision begins.
    Started {
        /// Its name.
        revision: String,
        /// Which way.
        direction: Direction,
        /// Whether an earlier run began it and did not finish.
        again: bool,
    },
    /// A long step inside a revision got further, see [`crate::revision::progress`].
    Progress {
        /// The step, `restoring alarms` for example.
        step: String,
        /// Parts done.
        done: u64,
        /// Parts in all.
        total: u64,
    },
    /// A table lock was not free; the revision was rolled back and starts again after a pause.
    LockedOut {
        /// The revision.
        revision: String,
        /// Attempt that failed, from 1.
        attempt: u32,
        /// Pause before the next.
        pause: Duration,
    },
    /// A revision is done.
    Finished {
        /// Its name.
        revision: String,
        /// Which way.
        direction: Direction,
        /// How long it took, retries included.
        took: Duration,
    },
}
