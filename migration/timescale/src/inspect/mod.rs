//! Read-only answers about a live database: jobs, chunks, sizes, dead rows, blocked sessions, sequences.
//!
//! One function a question, each for any connection and for the [`Capability`] that was read from it once. What a server
//! cannot tell is an [`Answer::Unavailable`] that says why, never an error: the same calls serve TimescaleDB in both
//! editions, PostgreSQL, SQLite and MySQL/MariaDB. All results can be written as JSON and have a JSON schema.
//!
//! Questions are about the current schema (PostgreSQL), database (MySQL) or file (SQLite); the chunks of its hypertables
//! and continuous aggregates count as part of them, wherever TimescaleDB keeps them. Sizes are bytes, moments UTC.
//!
//! ```no_run
//! use migration_timescale::{Capability, inspect};
//!
//! # async fn example(db: &sea_orm::DatabaseConnection) -> Result<(), sea_orm::DbErr> {
//! let server = Capability::detect(db).await?;
//! match inspect::hypertables(db, server).await? {
//!     inspect::Answer::Given { found } => {
//!         for table in found {
//!             println!("{}: {} chunks, {} bytes", table.name, table.chunks.count, table.bytes.total);
//!         }
//!     }
//!     inspect::Answer::Unavailable { why } => println!("{why}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How to add a question
//!
//! A file with its result type and one `pub async fn name(db, server) -> Result<Answer<…>, DbErr>`, its place in
//! [`Inspection`], and what deserves attention about it in `attention.rs`.

mod aggregates;
mod answer;
mod attention;
mod blocked;
mod chunks;
mod hypertables;
mod jobs;
mod missing;
mod moment;
mod sequences;
mod storage;
mod tables;

pub use aggregates::{AggregateState, continuous_aggregates, continuous_aggregates_under};
pub use answer::Answer;
pub use attention::{Attention, attention};
pub use blocked::{BlockedSession, Blocker, blocked_sessions};
pub use chunks::{Bytes, Chunks, ColumnstoreBytes};
pub use hypertables::{HypertableState, hypertables};
pub use jobs::{Job, JobHealth, Jobs, jobs};
pub use missing::MissingRange;
pub use moment::{Moment, within_dates};
pub use sequences::{LARGEST_SCAN, Sequence, SequenceState, repair_sequence, sequences};
pub use storage::{Storage, storage};
pub use tables::{TableKind, TableState, tables};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;

use self::answer::or_why;
use crate::{Capability, RetentionPolicy};

/// Every answer about one database.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Inspection {
    /// When it was asked, by the clock of this machine.
    pub at: DateTime<Utc>,
    /// Size of the whole database.
    pub storage: Answer<Storage>,
    /// Hypertables.
    pub hypertables: Answer<Vec<HypertableState>>,
    /// Continuous aggregates.
    pub aggregates: Answer<Vec<AggregateState>>,
    /// Background jobs.
    pub jobs: Answer<Jobs>,
    /// Tables.
    pub tables: Answer<Vec<TableState>>,
    /// Numbers that count up.
    pub sequences: Answer<Vec<Sequence>>,
    /// Sessions that wait for others.
    pub blocked: Answer<Vec<BlockedSession>>,
}

impl Inspection {
    /// Asks everything. What the server refuses to say is [`Answer::Unavailable`], with its reason.
    pub async fn of<C: ConnectionTrait>(db: &C, server: Capability) -> Result<Self, DbErr> {
        Self::under(db, server, &[]).await
    }

    /// Asks everything, where a command carries out retention policies: see [`continuous_aggregates_under`].
    pub async fn under<C: ConnectionTrait>(
        db: &C,
        server: Capability,
        retention: &[RetentionPolicy],
    ) -> Result<Self, DbErr> {
        Ok(Self {
            at: Utc::now(),
            // First, before the other questions take their time.
            blocked: or_why(db, blocked_sessions(db, server).await).await?,
            storage: or_why(db, storage(db, server).await).await?,
            hypertables: or_why(db, hypertables(db, server).await).await?,
            aggregates: or_why(db, continuous_aggregates_under(db, server, retention).await).await?,
            jobs: or_why(db, jobs(db, server).await).await?,
            tables: or_why(db, tables(db, server).await).await?,
            sequences: or_why(db, sequences(db, server).await).await?,
        })
    }
}
