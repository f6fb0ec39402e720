//! Whether an applied revision is still the one that was applied.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use clap::ValueEnum;
use migration_timescale::{
    Capability, Version,
    manager::{SkippedStep, offered_timescaledb},
};
use sea_orm::DbBackend;
use sea_orm_migration::MigrationTrait;

use super::{
    Runner,
    recordings::{self, InOrder, Known},
};
use crate::{
    Direction, EngineError,
    error::{Changed, OfflineError},
    ledger::{Entry, NO_CHECKSUM, Records},
    recording::{self, Beside, FORMAT, Fingerprint, Made, Profile},
    revision::call,
    sql::text,
};

/// How much what was applied is what the code does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Something else, or there is nothing to tell it by.
    None,
    /// The same, with other values.
    ButForValues,
    /// The same.
    Exact,
}

impl Runner {
    /// What the revisions do on a server with those abilities, recorded once.
    async fn known(&self, server: Capability) -> Arc<Vec<Known>> {
        self.known.lock().await.on(|| self.revisions_in_order(), server).await
    }

    fn revisions_in_order(&self) -> InOrder {
        recordings::in_order(&self.project, &self.graph)
    }

    /// Has what a run will ask found out while it waits for the server: what the revisions do when they are recorded once
    /// more, and their checksums.
    pub(crate) async fn prepare_to_run(&self) {
        let server = self.server();
        let known = self.known(server).await;
        let checksums = move || known.iter().for_each(|one| _ = one.fingerprint());
        self.recorded_again.lock().await.begin(self.revisions_in_order(), server, |_| {}, checksums);
    }

    /// What is compared of a revision on a profile, if there is anything: if it can be recorded, and does the same each
    /// time.
    async fn fingerprint_on(&self, server: Capability, name: &str) -> Option<Fingerprint> {
        self.both_on(server, name, |first, second, equal| {
            if equal { first.fingerprint().cloned() } else { first.fingerprint()?.agreed(second.fingerprint()?) }
        })
        .await
    }

    /// Whether a revision can be recorded on a profile, and does the same each time.
    async fn is_steady_on(&self, server: Capability, name: &str) -> bool {
        self.both_on(server, name, |first, second, equal| {
            (equal || first.fingerprint()?.agreed(second.fingerprint()?).is_some()).then_some(())
        })
        .await
        .is_some()
    }

    /// What is read from two recordings of a revision, and from whether they are equal to the letter; nothing where it
    /// cannot be recorded.
    async fn both_on<T>(
        &self,
        server: Capability,
        name: &str,
        read: impl FnOnce(&Known, &Known, bool) -> Option<T>,
    ) -> Option<T> {
        let again = self.recorded_again.lock().await.on(|| self.revisions_in_order(), server).await;
        let known = self.known(server).await;
        let (first, second) = (of(&known, name)?, of(&again, name)?);
        let equal = first.recorded.as_ref().ok()?.says_the_same(second.recorded.as_ref().ok()?);
        read(first, second, equal)
    }

    /// Whether an applied revision did what one of the code does, and whether every value is the same.
    pub async fn likeness(&self, entry: &Entry, name: &str) -> Likeness {
        let server = server_of(&entry.profile).filter(|_| is_comparable(entry));
        let Some(server) = server else { return Likeness::None };
        match of(&self.known(server).await, name) {
            Some(known) if known.is_exactly(entry) => Likeness::Exact,
            Some(known) if known.is(entry) => Likeness::ButForValues,
            _ => Likeness::None,
        }
    }

    /// Writes the checksum of a revision on this server's profile into its row.
    pub(crate) async fn sign(&self, entry: &mut Entry) {
        (entry.checksum, entry.statements) = match self.fingerprint_on(self.server(), &entry.revision).await {
            Some(found) => (found.checksum.clone(), Some(found.written())),
            None => (NO_CHECKSUM.to_owned(), None),
        };
    }

    /// What a revision gives to the database, as far as it can be recorded.
    pub async fn statements(&self, name: &str, direction: Direction) -> Vec<String> {
        self.known_statements(name, direction).await.unwrap_or_default()
    }

    /// The same, or none when it cannot be recorded.
    pub(crate) async fn known_statements(&self, name: &str, direction: Direction) -> Option<Vec<String>> {
        let known = self.known(self.server()).await;
        let script = of(&known, name).and_then(|known| known.recorded.as_ref().ok()?.script(direction).ok())?;
        Some(script.statements.iter().map(|one| one.sql.clone()).collect())
    }

    /// Whether it is certain that a revision gives the database nothing but changes of objects: it can be recorded, does
    /// the same each time, asks nothing that another answer could come to, and does nothing more when a statement fails.
    /// A query in a statement might call a function, which may do anything.
    pub(crate) async fn only_changes_objects(&self, revision: &dyn MigrationTrait, direction: Direction) -> bool {
        let server = self.server();
        let known = self.known(server).await;
        let script = of(&known, revision.name()).and_then(|known| known.recorded.as_ref().ok()?.script(direction).ok());
        let Some(script) = script.filter(|script| !script.asked) else { return false };
        let only = |one: &recording::Statement| {
            text::only_changes_objects(server.backend(), &one.sql) && !text::has_query(server.backend(), &one.sql)
        };
        script.statements.iter().all(only)
            && self.is_steady_on(server, revision.name()).await
            && recording::stops_at_errors(revision, recording::reference(server), script).await
    }

    /// Everything that a revision gives to PostgreSQL as one text, where it is certain that the server's answers change
    /// nothing about it as long as there is no error: it does the same each time, asks nothing, says nothing on the log, and
    /// only changes objects, whose answers say nothing. A text of several statements is left to the revision, which may have
    /// prepared it.
    pub(crate) async fn as_one_text(&self, revision: &str, direction: Direction) -> Option<String> {
        let server = self.server();
        if server.backend() != DbBackend::Postgres {
            return None;
        }
        let known = self.known(server).await;
        let script = of(&known, revision)?.recorded.as_ref().ok()?.script(direction).ok()?;
        let is_quiet = !script.asked && script.notes.is_empty() && script.skipped.is_empty();
        let is_one = |one: &recording::Statement| text::is_one_change_of_an_object(server.backend(), &one.sql);
        if !is_quiet
            || script.statements.is_empty()
            || script.given != script.statements.len()
            || !script.statements.iter().all(is_one)
        {
            return None;
        }
        self.both_on(server, revision, |_, _, equal| equal.then_some(())).await?;
        // On lines of their own, since a statement may end in a comment.
        Some(script.statements.iter().map(|one| one.sql.as_str()).collect::<Vec<_>>().join("\n;\n"))
    }

    /// Why [`statements`](Self::statements) gives none of a revision, when it cannot be recorded.
    pub async fn why_unknown(&self, name: &str, direction: Direction) -> Option<String> {
        let known = self.known(self.server()).await;
        let recorded = of(&known, name)?.recorded.as_ref();
        recorded.and_then(|recorded| recorded.script(direction)).err().map(OfflineError::on_one_line)
    }

    /// The error of a revision that nobody has written that way.
    pub(crate) async fn unwritten(&self, name: &str, direction: Direction) -> Option<OfflineError> {
        let known = self.known(self.server()).await;
        let recorded = of(&known, name)?.recorded.as_ref();
        let error = match (recorded, direction) {
            (Ok(recorded), Direction::Up | Direction::Down) => recorded.script(direction).err()?,
            (Err(error), Direction::Up) => error,
            (Err(_), Direction::Down) => return None,
        };
        matches!(error, OfflineError::NotWritten { .. }).then(|| error.clone())
    }

    /// The extensions that revisions make without looking whether they are there.
    pub(crate) async fn extensions_made(&self) -> Vec<String> {
        let mut made = Vec::new();
        if self.target.backend() == DbBackend::Postgres {
            for known in self.known(self.server()).await.iter() {
                let statements = known.recorded.iter().flat_map(|recorded| &recorded.up.statements);
                made.extend(statements.flat_map(|statement| recording::extensions_made(&statement.sql)));
            }
        }
        made
    }

    /// Other objects of the whole database that the project's revisions create; those of a revision that is not applied
    /// may be others'.
    pub(crate) async fn made_beside(&self) -> Result<Made, EngineError> {
        let mut made = Made::default();
        if self.target.backend() == DbBackend::Postgres {
            let records = self.records().await?;
            for recorded in self.known(self.server()).await.iter().filter_map(|known| known.recorded.as_ref().ok()) {
                let is_applied = records.is_applied(&recorded.up.revision);
                let mut pending = Made::default();
                let follows = if is_applied { &mut made } else { &mut pending };
                recorded.up.statements.iter().for_each(|one| follows.follow(&one.sql));
                made.objects.extend(pending.objects.into_iter().map(|one| Beside { may_be_others: true, ..one }));
            }
        }
        Ok(made)
    }

    /// The version of TimescaleDB that a revision would enable; `None` where there is none to enable.
    pub(crate) async fn offered_timescaledb(&self) -> Result<Option<Version>, EngineError> {
        // What a server offers is in files, which it takes milliseconds to read.
        if self.server().has_hypertables() || !self.session.has_timescaledb_library() {
            return Ok(None);
        }
        let offered = offered_timescaledb(&self.db).await;
        offered.map_err(EngineError::while_doing("asking whether TimescaleDB can be enabled"))
    }

    /// What applied revisions left out on the server that they ran on, each once.
    pub(crate) async fn skipped(&self, records: &Records) -> Vec<SkippedStep> {
        let mut skipped = Vec::new();
        for name in self.in_order().filter(|name| records.is_applied(name)) {
            let server = records.entries.get(name).and_then(|entry| server_of(&entry.profile));
            let known = self.known(server.unwrap_or_else(|| self.server())).await;
            let recorded = of(&known, name).and_then(|known| known.recorded.as_ref().ok());
            for step in recorded.into_iter().flat_map(|recorded| &recorded.up.skipped) {
                if !skipped.contains(step) {
                    skipped.push(step.clone());
                }
            }
        }
        skipped
    }

    /// Whether one of these revisions enables TimescaleDB, where that is offered.
    pub(crate) async fn enable_timescaledb(&self, names: &[String], offered: Version) -> bool {
        let known = self.known(Capability::timescale_full(offered)).await;
        let run = known.iter().filter(|known| names.contains(&known.name));
        let mut statements = run.flat_map(|known| &known.recorded).flat_map(|recorded| &recorded.up.statements);
        statements.any(|statement| recording::creates_extension(&statement.sql, "timescaledb"))
    }

    /// Before a dry run: where one of these revisions would enable TimescaleDB, the others find it enabled.
    pub(crate) async fn assume_timescaledb(&self, names: &[String]) -> Result<(), EngineError> {
        if let Some(offered) = self.offered_timescaledb().await?
            && self.enable_timescaledb(names, offered).await
        {
            *self.server.write().unwrap_or_else(PoisonError::into_inner) = Capability::timescale_full(offered);
        }
        Ok(())
    }

    /// Whether a revision can be recorded, and makes something else each time: it has no checksum then.
    pub async fn varies(&self, name: &str) -> bool {
        let known = self.known(self.server()).await;
        let is_recorded = of(&known, name).is_some_and(|known| known.recorded.is_ok());
        is_recorded && !self.is_steady_on(self.server(), name).await
    }

    /// Whether a revision runs inside one transaction. What cannot be recorded runs as SeaORM would run it.
    pub async fn runs_in_transaction(&self, revision: &dyn MigrationTrait) -> bool {
        // Where it panics, the revision fails with that when it is called.
        if let Some(said) = call::use_transaction(revision).await.unwrap_or_default() {
            return said;
        }
        let server = self.server();
        if server.backend() == DbBackend::Postgres {
            return true;
        }
        let known = self.known(server).await;
        let recorded = of(&known, revision.name()).and_then(|known| known.recorded.as_ref().ok());
        recorded.is_some_and(|one| one.in_transaction)
    }

    /// An error when a revision has a statement that ends the transaction that it runs in.
    pub(crate) async fn refuse_end_of_transaction(&self, name: &str, direction: Direction) -> Result<(), OfflineError> {
        let known = self.known(self.server()).await;
        let recorded = of(&known, name).and_then(|known| known.recorded.as_ref().ok());
        recorded.map_or(Ok(()), |recorded| recorded.refuse_end_of_transaction(direction))
    }

    /// Applied revisions whose code does something else now. Compared on the profile they ran on.
    pub async fn changed(&self, records: &Records) -> Result<Vec<Changed>, EngineError> {
        let mut on_profile: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        let comparable = |entry: &&Entry| records.is_applied(&entry.revision) && is_comparable(entry);
        for entry in records.entries.values().filter(comparable) {
            on_profile.entry(&entry.profile).or_default().push(entry);
        }
        let mut changed = Vec::new();
        for (profile, entries) in on_profile {
            // A profile of a later version of the engine: nothing to compare with.
            let Some(server) = server_of(profile) else { continue };
            let known = self.known(server).await;
            for entry in entries.iter().filter(|entry| !is_the_same(&known, entry)) {
                // One that does something else each time has no checksum to differ.
                let Some(now) = self.fingerprint_on(server, &entry.revision).await else { continue };
                let difference = now.difference_from(entry.statements.as_deref().unwrap_or_default());
                let difference = difference.unwrap_or_else(|| "its checksum is another one".to_owned());
                changed.push(Changed { revision: entry.revision.clone(), difference });
            }
        }
        changed.retain(|one| self.graph.position(&one.revision).is_some());
        Ok(changed)
    }

    /// Changed revisions are an error, but for those that are accepted.
    pub(crate) async fn refuse_changed(&self, records: &Records) -> Result<(), EngineError> {
        let mut revisions = self.changed(records).await?;
        revisions.retain(|one| !self.accepted.contains(&one.revision));
        if revisions.is_empty() { Ok(()) } else { Err(EngineError::ChangedRevisions { revisions }) }
    }

    /// Whether there is something to write down about revisions that are applied already: another tool ran them, their
    /// checksum has an older form, or they were changed and are accepted.
    pub(crate) fn has_news(&self, records: &Records) -> bool {
        self.news(records).next().is_some()
    }

    pub(crate) async fn write_news(&self, records: &Records) -> Result<(), EngineError> {
        let backend = self.target.backend();
        let mut statements = Vec::new();
        for name in self.news(records) {
            let applied_at = records.applied.get(name).copied();
            let now = self.entry(name, Direction::Up).await;
            let entry = match records.entries.get(name) {
                Some(before) => {
                    Entry { checksum: now.checksum, statements: now.statements, profile: now.profile, ..before.clone() }
                }
                None if records.is_counted(name) => {
                    let at = applied_at.unwrap_or(now.started_at);
                    statements.extend(self.forget_replaced(name));
                    statements.push(self.tables.record(backend, name, at));
                    Entry { started_at: at, finished_at: Some(at), ..now }
                }
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
            let entry = records.entries.get(*name);
            let written = entry.is_some_and(|entry| entry.checksum == NO_CHECKSUM || is_comparable(entry));
            records.is_applied(name) && (!written || self.accepted.contains(*name))
        })
    }
}

fn of<'k>(known: &'k [Known], name: &str) -> Option<&'k Known> {
    known.iter().find(|known| known.name == name)
}

fn is_the_same(known: &[Known], entry: &Entry) -> bool {
    of(known, &entry.revision).is_some_and(|known| known.is(entry))
}

/// The server that a profile stands for, as this version of the engine knows it.
fn server_of(profile: &str) -> Option<Capability> {
    Profile::from_str(profile, true).ok().map(|profile| profile.capability(None))
}

/// Whether the stored checksum was made the way this version makes them. Those without statements were not.
fn is_comparable(entry: &Entry) -> bool {
    entry.statements.is_some() && entry.checksum.starts_with(&format!("{FORMAT}:"))
}
