//! A run that is told to stop (SIGINT, SIGTERM) ends as one that fails: the revision at hand is rolled back, the lock and
//! scratch databases are given back. A second signal ends the program where it is.

use std::{
    future::Future,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
};

use sea_orm::{ConnectionTrait, Database, DbErr};
use tokio::sync::Notify;

use crate::{EngineError, Target, session::options};

/// The signal; 0 is none.
static SIGNAL: AtomicI32 = AtomicI32::new(0);
static STOP: Notify = Notify::const_new();
/// The sessions of this run, each with the statement that cancels what it is at work on.
static SESSIONS: Mutex<Vec<(Target, String)>> = Mutex::new(Vec::new());

/// The number of the signal that asked to stop, if one did.
pub(crate) fn signal() -> Option<i32> {
    Some(SIGNAL.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
}

/// An error when the run was told to stop.
pub(crate) fn check() -> Result<(), EngineError> {
    signal().map_or(Ok(()), |_| Err(EngineError::ToldToStop))
}

/// Remembers a session, and the statement with which another session cancels what it is at work on.
pub(crate) fn remember(target: &Target, cancel: String) {
    SESSIONS.lock().unwrap_or_else(PoisonError::into_inner).push((target.clone(), cancel));
}

/// Cancels what the servers are at work on for us: without it a statement would have to come to its end first.
async fn cancel() {
    let sessions = std::mem::take(&mut *SESSIONS.lock().unwrap_or_else(PoisonError::into_inner));
    for (target, cancel) in sessions {
        // Where it cannot be cancelled, it is waited for.
        if let Ok(db) = Database::connect(options::of(&target, false)).await {
            let _ = db.execute_unprepared(&cancel).await;
            let _ = db.close().await;
        }
    }
}

/// Awaits `work`, or an error as soon as the run is told to stop. What the server is at work on then is given up.
pub(crate) async fn unless_told_to_stop<T>(work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
    let stop = async {
        let told = STOP.notified();
        if signal().is_none() {
            told.await;
        }
    };
    tokio::select! {
        biased;
        () = stop => Err(DbErr::Migration("it was told to stop".to_owned())),
        done = work => done,
    }
}

/// Listens for signals from now on.
#[cfg(unix)]
pub(crate) fn listen() {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        let Ok(mut signals) = signal(kind) else { continue };
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                let number = kind.as_raw_value();
                if SIGNAL.swap(number, Ordering::Relaxed) != 0 {
                    std::process::exit(128 + number);
                }
                STOP.notify_waiters();
                tokio::spawn(cancel());
            }
        });
    }
}

/// Elsewhere a signal ends the program where it is.
#[cfg(not(unix))]
pub(crate) fn listen() {}
