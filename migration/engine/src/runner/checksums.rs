//! Whether an applied revision is still the one that was applied.

use std::{collections::BTreeMap, sync::Arc};

use clap::ValueEnum;
use migration_timescale::Capability;
use sea_orm::DbBackend;
use sea_orm_migration::MigrationTrait;

use super::Runner;
use crate::{
    Direction, EngineError,
    offline::{self, FORMAT, OfflineError, Profile, Recorded},
    records::{Entry, NO_CHECKSUM, Records},
};

/// A revision as it was recorded, and the checksum of that.
#[derive(Debug)]
pub(super) struct Known {
    name: String,
    recorded: Result<Recorded, OfflineError>,
    checksum: Option<String>,
    /// What earlier versions wrote down, where they decided otherwise about a transaction.
    earlier: Option<String>,
}

impl Known {
    fn is(&self, checksum: &str) -> bool {
        [&self.checksum, &self.earlier].into_iter().flatten().any(|one| one == checksum)
    }
}

impl Runner {
    /// What the revisions do on a server with those abilities, recorded once.
    async fn known(&self, server: Capability) -> Arc<Vec<Known>> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.get(server.profile()) {
            return Arc::clone(known);
        }
        let recorded = Arc::new(self.record_on(server).await);
        known.insert(server.profile(), Arc::clone(&recorded));
        recorded
    }

    async fn record_on(&self, server: Capability) -> Vec<Known> {
        let order: Vec<_> = self.in_order().filter_map(|name| self.project.revision(name).ok()).collect();
        let recorded = offline::record_each(&order, reference(server)).await;
        let backend = server.backend();
        let known = order.iter().zip(recorded).map(|(revision, recorded)| {
            let recorded = recorded.inspect_err(|error| tracing::debug!("no checksum: {error}"));
            let checksum = recorded.as_ref().ok().map(|one| offline::checksum(&one.up, one.down.as_ref().ok()));
            let is_ours = backend != DbBackend::Postgres && revision.use_transaction().is_none();
            let earlier = recorded.as_ref().ok().filter(|_| is_ours).map(offline::other_checksum);
            Known { name: revision.name().to_owned(), recorded, checksum, earlier }
        });
        known.collect()
    }

    /// Checksum of a revision on a profile, if it has one: if it can be recorded, and does the same each time.
    async fn checksum_on(&self, server: Capability, name: &str) -> Option<String> {
        let mut again = self.recorded_again.lock().await;
        if !again.contains_key(server.profile()) {
            again.insert(server.profile(), self.record_on(server).await);
        }
        let second = again.get(server.profile()).and_then(|known| checksum_in(known, name));
        checksum_in(&self.known(server).await, name).filter(|first| second == Some(first)).cloned()
    }

    /// Whether a checksum is the one of that revision.
    pub(crate) async fn has_checksum(&self, server: Capability, name: &str, checksum: &str) -> bool {
        let known = self.known(server).await;
        is_comparable(checksum) && known.iter().any(|known| known.name == name && known.is(checksum))
    }

    /// Checksum of a revision on this server's profile, or [`NO_CHECKSUM`].
    pub(super) async fn checksum(&self, name: &str) -> String {
        self.checksum_on(self.server(), name).await.unwrap_or_else(|| NO_CHECKSUM.to_owned())
    }

    /// What a revision gives to the database, as far as it can be recorded.
    pub async fn statements(&self, name: &str, direction: Direction) -> Vec<String> {
        let known = self.known(self.server()).await;
        let script = recorded_in(&known, name).and_then(|recorded| recorded.ok()?.script(direction).ok());
        script.map(|script| script.statements.iter().map(|one| one.sql.clone()).collect()).unwrap_or_default()
    }

    /// Why [`statements`](Self::statements) gives none of a revision, when it cannot be recorded.
    pub async fn why_unknown(&self, name: &str, direction: Direction) -> Option<String> {
        let known = self.known(self.server()).await;
        let recorded = recorded_in(&known, name)?;
        recorded.and_then(|recorded| recorded.script(direction)).err().map(OfflineError::on_one_line)
    }

    /// The extensions that revisions make without looking whether they are there.
    pub(crate) async fn extensions_made(&self) -> Vec<String> {
        let mut made = Vec::new();
        if self.target.backend() == DbBackend::Postgres {
            for known in self.known(self.server()).await.iter() {
                let statements = known.recorded.iter().flat_map(|recorded| &recorded.up.statements);
                made.extend(statements.flat_map(|statement| offline::extensions_made(&statement.sql)));
            }
        }
        made
    }

    /// Whether a revision runs inside one transaction. What cannot be recorded runs as SeaORM would run it.
    pub async fn runs_in_transaction(&self, revision: &dyn MigrationTrait) -> bool {
        if let Some(said) = revision.use_transaction() {
            return said;
        }
        let server = self.server();
        if server.backend() == DbBackend::Postgres {
            return true;
        }
        let known = self.known(server).await;
        recorded_in(&known, revision.name()).is_some_and(|recorded| recorded.is_ok_and(|one| one.in_transaction))
    }

    /// An error when a revision has a statement that ends the transaction that it runs in.
    pub(crate) async fn refuse_end_of_transaction(&self, name: &str, direction: Direction) -> Result<(), OfflineError> {
        let known = self.known(self.server()).await;
        let recorded = recorded_in(&known, name).and_then(Result::ok);
        recorded.map_or(Ok(()), |recorded| recorded.refuse_end_of_transaction(direction))
    }

    /// Applied revisions whose code does something else now. Compared on the profile they ran on.
    pub async fn changed(&self, records: &Records) -> Result<Vec<String>, EngineError> {
        let mut on_profile: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        let comparable = |entry: &&Entry| records.is_applied(&entry.revision) && is_comparable(&entry.checksum);
        for entry in records.entries.values().filter(comparable) {
            on_profile.entry(&entry.profile).or_default().push(entry);
        }
        let mut changed = Vec::new();
        for (profile, entries) in on_profile {
            // A profile of a later version of the engine: nothing to compare with.
            let Ok(named) = Profile::from_str(profile, true) else { continue };
            let known = self.known(named.capability(None)).await;
            for entry in entries.iter().filter(|entry| !is_the_same(&known, entry)) {
                // One that does something else each time has no checksum to differ.
                if self.checksum_on(named.capability(None), &entry.revision).await.is_some() {
                    changed.push(entry.revision.clone());
                }
            }
        }
        changed.retain(|name| self.graph.position(name).is_some());
        Ok(changed)
    }

    /// Changed revisions are an error, but for those that are accepted.
    pub(super) async fn refuse_changed(&self, records: &Records) -> Result<(), EngineError> {
        let mut revisions = self.changed(records).await?;
        revisions.retain(|name| !self.accepted.contains(name));
        if revisions.is_empty() { Ok(()) } else { Err(EngineError::ChangedRevisions { revisions }) }
    }

    /// Whether there is something to write down about revisions that are applied already: another tool ran them, their
    /// checksum has an older form, or they were changed and are accepted.
    pub(super) fn has_news(&self, records: &Records) -> bool {
        self.news(records).next().is_some()
    }

    pub(super) async fn write_news(&self, records: &Records) -> Result<(), EngineError> {
        let backend = self.target.backend();
        let mut statements = Vec::new();
        for name in self.news(records) {
            let applied_at = records.applied.get(name).copied();
            let now = self.entry(name, Direction::Up).await;
            let entry = match records.entries.get(name) {
                Some(before) => Entry { checksum: now.checksum, profile: now.profile, ..before.clone() },
                None => Entry {
                    started_at: applied_at.unwrap_or(now.started_at),
                    finished_at: applied_at,
                    applied_by: "another tool".to_owned(),
                    ..now
                },
            };
            statements.push(self.tables.write(backend, &entry));
        }
        if statements.is_empty() { Ok(()) } else { self.write(&statements).await }
    }

    fn news<'r>(&'r self, records: &'r Records) -> impl Iterator<Item = &'r str> {
        self.in_order().filter(|name| {
            let written = records
                .entries
                .get(*name)
                .is_some_and(|entry| entry.checksum == NO_CHECKSUM || is_comparable(&entry.checksum));
            records.is_applied(name) && (!written || self.accepted.contains(*name))
        })
    }
}

fn recorded_in<'k>(known: &'k [Known], name: &str) -> Option<Result<&'k Recorded, &'k OfflineError>> {
    known.iter().find(|known| known.name == name).map(|known| known.recorded.as_ref())
}

fn checksum_in<'k>(known: &'k [Known], name: &str) -> Option<&'k String> {
    known.iter().find(|known| known.name == name)?.checksum.as_ref()
}

fn is_the_same(known: &[Known], entry: &Entry) -> bool {
    known.iter().find(|known| known.name == entry.revision).is_some_and(|found| found.is(&entry.checksum))
}

/// The server that checksums are made for: another version of TimescaleDB must not make a revision look changed.
fn reference(server: Capability) -> Capability {
    Profile::from_str(server.profile(), true).map_or(server, |profile| profile.capability(None))
}

/// Whether a stored checksum was made the way this version makes them.
fn is_comparable(checksum: &str) -> bool {
    checksum.strip_prefix(&format!("{FORMAT}:")).is_some()
}
