//! What is written down about revisions, under the lock.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::Runner;
use crate::{
    Direction, EngineError,
    ledger::{Entry, NO_CHECKSUM, Records},
    session,
    sql::sqlstate,
};

impl Runner {
    /// What the database remembers, once there are tables for it to remember in.
    pub(crate) async fn installed_records(&self) -> Result<Records, EngineError> {
        let records = self.records().await?;
        if records.installed {
            return Ok(records);
        }
        match self.db.execute_unprepared(&self.tables.create(self.target.backend(), &records)).await {
            Ok(_) => self.records().await,
            Err(error) if sqlstate::is_read_only(&error) => Err(EngineError::read_only(&self.target)),
            Err(source) => Err(EngineError::Database { doing: "creating the bookkeeping tables", source }),
        }
    }

    /// Writes down a revision as applied without running it.
    pub(crate) async fn write_applied(&self, name: &str, records: &Records) -> Result<(), EngineError> {
        let backend = self.target.backend();
        let now = Utc::now();
        let entry = Entry { finished_at: Some(now), ..self.entry(name, Direction::Up).await };
        let mut statements = self.forget_replaced(name);
        statements.push(self.tables.write(backend, &entry));
        if !records.applied.contains_key(name) {
            statements.push(self.tables.record(backend, name, now));
        }
        self.write(&statements).await
    }

    /// Writes down an applied revision under another name.
    pub(crate) async fn write_renamed(
        &self,
        old: &str,
        new: &str,
        applied_at: DateTime<Utc>,
        records: &Records,
    ) -> Result<(), EngineError> {
        let backend = self.target.backend();
        let mut statements = self.tables.forget(backend, old).to_vec();
        statements.push(self.tables.record(backend, new, applied_at));
        if let Some(known) = records.entries.get(old) {
            statements.push(self.tables.write(backend, &Entry { revision: new.to_owned(), ..known.clone() }));
        }
        self.write(&statements).await
    }

    /// Runs bookkeeping statements, all or none.
    pub(crate) async fn write(&self, statements: &[String]) -> Result<(), EngineError> {
        let write = async {
            let transaction = session::begin(&self.db).await?;
            transaction.execute_unprepared(&statements.join("; ")).await?;
            transaction.commit().await
        };
        write.await.map_err(EngineError::while_doing("writing down the applied revisions"))
    }

    /// A row for a revision that begins now.
    pub(crate) async fn entry(&self, name: &str, direction: Direction) -> Entry {
        let mut entry = Entry {
            revision: name.to_owned(),
            direction,
            started_at: now(),
            finished_at: None,
            duration_ms: None,
            checksum: NO_CHECKSUM.to_owned(),
            statements: None,
            profile: self.server().profile().to_owned(),
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            applied_by: applied_by(),
        };
        self.sign(&mut entry).await;
        entry
    }
}

/// The row of a revision that is begun again.
pub(crate) fn begun(known: &Entry, direction: Direction) -> Entry {
    let applied_by = applied_by();
    Entry { direction, started_at: now(), finished_at: None, duration_ms: None, applied_by, ..known.clone() }
}

/// In whole seconds, as the table has it.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap_or_default()
}

/// `user@host`, as far as the system tells. It is asked once.
fn applied_by() -> String {
    static WHO: LazyLock<String> = LazyLock::new(|| {
        let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
        let host = whoami::hostname().unwrap_or_else(|_| "unknown".to_owned());
        format!("{user}@{host}")
    });
    WHO.clone()
}
