//! Running the database: jobs and their health, chunks and sizes, compression, dead rows, who blocks whom, numbers that run
//! out, and refreshing the summaries.
//!
//! Answers are those of [`migration_timescale::inspect`], one function a question; what a server cannot tell is an
//! [`Answer::Unavailable`](inspect::Answer::Unavailable) that says why, never an error. `migration report` prints them.

pub use migration_timescale::inspect;

use chrono::Utc;
use migration_timescale::{Capability, CutBucket, Window};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, TransactionSession, TransactionTrait};

use super::Summary;
use crate::{
    AdapterError, Period,
    error::Place,
    repository::repository,
    sqlstate,
    transaction::{self, IS_GOING},
};
use inspect::{
    AggregateState, Answer, BlockedSession, HypertableState, Inspection, Jobs, Sequence, Storage, TableState,
};

/// How often a refresh is begun, at the most: where two wait for each other's rows, the server ends one of them.
const ATTEMPTS: u32 = 10;

/// For errors about the database as a whole.
const PLACE: Place = Place { area: super::AREA, table: "the catalogue" };

repository! {
    /// Questions about the area's database, over a pool or within a transaction.
    Operations
}

impl<C: ConnectionTrait> Operations<'_, C> {
    /// What the server can do: TimescaleDB with its version and licence, or none.
    ///
    /// # Errors
    ///
    /// Failures of the database, as of every question here.
    pub async fn capability(&self) -> Result<Capability, AdapterError> {
        Capability::detect(self.db).await.map_err(PLACE.while_reading("asking what the server can do"))
    }

    /// Every answer at once.
    pub async fn inspect(&self) -> Result<Inspection, AdapterError> {
        let server = self.capability().await?;
        Inspection::of(self.db, server).await.map_err(PLACE.while_reading("inspecting the database"))
    }

    /// Size of the whole database, in bytes.
    pub async fn storage(&self) -> Result<Answer<Storage>, AdapterError> {
        let server = self.capability().await?;
        inspect::storage(self.db, server).await.map_err(PLACE.while_reading("asking for sizes"))
    }

    /// Hypertables: chunks, sizes, and what the columnstore saves.
    pub async fn hypertables(&self) -> Result<Answer<Vec<HypertableState>>, AdapterError> {
        let server = self.capability().await?;
        inspect::hypertables(self.db, server).await.map_err(PLACE.while_reading("asking about hypertables"))
    }

    /// Continuous aggregates: how far they are materialised, and how large.
    pub async fn aggregates(&self) -> Result<Answer<Vec<AggregateState>>, AdapterError> {
        let server = self.capability().await?;
        inspect::continuous_aggregates(self.db, server).await.map_err(PLACE.while_reading("asking about aggregates"))
    }

    /// Background jobs and their health.
    pub async fn jobs(&self) -> Result<Answer<Jobs>, AdapterError> {
        let server = self.capability().await?;
        inspect::jobs(self.db, server).await.map_err(PLACE.while_reading("asking about jobs"))
    }

    /// Tables: sizes, live and dead rows.
    pub async fn tables(&self) -> Result<Answer<Vec<TableState>>, AdapterError> {
        let server = self.capability().await?;
        inspect::tables(self.db, server).await.map_err(PLACE.while_reading("asking about tables"))
    }

    /// Sessions that wait for a lock, and for whom.
    pub async fn blocked_sessions(&self) -> Result<Answer<Vec<BlockedSession>>, AdapterError> {
        let server = self.capability().await?;
        inspect::blocked_sessions(self.db, server).await.map_err(PLACE.while_reading("asking about sessions"))
    }

    /// Numbers that count up, and how they stand.
    pub async fn sequences(&self) -> Result<Answer<Vec<Sequence>>, AdapterError> {
        let server = self.capability().await?;
        inspect::sequences(self.db, server).await.map_err(PLACE.while_reading("asking about sequences"))
    }

    /// Puts a sequence right that [`sequences`](Self::sequences) found behind or without its default, and never lowers it.
    /// Gives whether there was anything to do.
    pub async fn repair_sequence(&self, sequence: &Sequence) -> Result<bool, AdapterError> {
        inspect::repair_sequence(self.db, sequence).await.map_err(PLACE.while_doing("repairing a sequence"))
    }
}

impl<C: ConnectionTrait + TransactionTrait> Operations<'_, C> {
    /// Computes the hours, days and weeks that `period` touches anew, in this order: after an import of old readings, which
    /// lie before what the policies look at. A side that is open reaches to the first reading or to now. Buckets that are
    /// still being filled are left alone.
    ///
    /// On TimescaleDB this cannot run within a transaction of the caller's.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::SummaryWouldShrink`] when readings of that time are gone that a summary has counted, all or some of
    ///   a bucket: refreshing would lose them. Nothing was changed then, at least from that summary on;
    /// - failures of the database.
    pub async fn refresh_summaries(&self, period: Period) -> Result<(), AdapterError> {
        let server = self.capability().await?;
        for summary in Summary::ALL {
            let window = touched(summary, period);
            let mut refreshed = self.refresh(summary, window, server).await;
            for attempt in 1..ATTEMPTS {
                let Err(error) = &refreshed else { break };
                if !sqlstate::is_in_the_way(error) || !self.may_begin_again(attempt).await {
                    break;
                }
                refreshed = self.refresh(summary, window, server).await;
            }
            if let Some(cut) = refreshed.map_err(place(summary).while_doing("refreshing a summary"))? {
                let bucket = cut.to_string();
                return Err(AdapterError::SummaryWouldShrink { area: super::AREA, summary: summary.view(), bucket });
            }
        }
        Ok(())
    }

    /// Whether a refresh that the server ended may be begun again: a transaction of the caller's was ended as a whole. Only
    /// MariaDB tells whether there is one, and only there two refreshes wait for each other. It answers after a moment, one
    /// that may be twice as long every time: of several that begin again at once all but one would be ended again.
    async fn may_begin_again(&self, attempt: u32) -> bool {
        let question = format!("SELECT {IS_GOING}, SLEEP(RAND() * LEAST(POW(2, {attempt}) / 20, 5))");
        self.db.get_database_backend() == DbBackend::MySql
            && transaction::is_going(self.db, question).await.is_ok_and(|going| going == Some(false))
    }

    /// Refreshes the summary, unless a bucket of it would get smaller: then this one is given, and nothing changed.
    async fn refresh(&self, summary: Summary, window: Window, server: Capability) -> Result<Option<CutBucket>, DbErr> {
        let aggregate = summary.aggregate();
        if server.has_continuous_aggregates() {
            let cut = aggregate.cut_buckets(self.db, server, window, Some(1)).await?;
            if cut.is_empty()
                && let Some(call) = aggregate.refresh_by_full_name(self.db, window).await?
            {
                self.db.execute_unprepared(&call).await?;
            }
            return Ok(cut.into_iter().next());
        }
        let statements = aggregate.refresh_sql(server, window).map_err(|error| DbErr::Custom(error.to_string()))?;
        let transaction = transaction::begin(self.db).await?;
        if server.backend() == DbBackend::Postgres {
            // Two refreshes of one time at once would both write its buckets.
            let table = migration_timescale::identifier(&aggregate.materialized_table());
            transaction.execute_unprepared(&format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")).await?;
        }
        let cut = aggregate.cut_buckets(&transaction, server, window, Some(1)).await?;
        if cut.is_empty() {
            for sql in statements {
                transaction.execute_unprepared(&sql).await?;
            }
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        Ok(cut.into_iter().next())
    }
}

fn place(summary: Summary) -> Place {
    Place { area: super::AREA, table: summary.view() }
}

/// The buckets that a period touches, as whole ones, without the one that is still being filled: once stored, it would not
/// show what comes in until the next refresh.
fn touched(summary: Summary, period: Period) -> Window {
    let width = summary.width();
    let now = width.bucket_of(Utc::now());
    let to = period.to.map_or(now, |to| width.next_bucket_of(to).min(now));
    Window { from: period.from.map(|from| width.bucket_of(from)), to: Some(to) }
}
