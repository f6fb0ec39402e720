//! One revision: up, seed and rows of verify's own, down, up again.

use std::collections::BTreeMap;

use sea_orm::DbErr;
use sea_orm_migration::MigrationTrait;

use super::{
    Finding, LOSSY_ROLLBACK, Outcome, Repeat, Step, Verified,
    made::MadeRows,
    rows::{Columns, Held, Rows, read_all, read_each, tables},
};
use crate::{
    Describe, Direction, Runner,
    revision::{call, kept::PREFIX},
    schema::{
        catalog::Catalog,
        destroy::kept_tables,
        scratch::{Form, Scratch},
    },
    sql::sqlstate,
};

/// A revision on its way there and back.
pub(super) struct Trip<'a> {
    scratch: &'a Scratch<'a>,
    revision: &'a dyn MigrationTrait,
    description: Option<&'a dyn Describe>,
    /// None on a trip without rows of verify's own.
    made: Option<&'a mut MadeRows>,
    /// The schema that it starts from, where it is known.
    before: Option<Catalog>,
    left: Option<Catalog>,
    seeded_rows: u64,
    findings: Vec<Finding>,
}

impl<'a> Trip<'a> {
    pub(super) fn new(
        runner: &'a Runner,
        scratch: &'a Scratch<'a>,
        revision: &'a dyn MigrationTrait,
        made: Option<&'a mut MadeRows>,
        before: Option<Catalog>,
    ) -> Self {
        let description = runner.project().description(revision.name());
        Self { scratch, revision, description, made, before, left: None, seeded_rows: 0, findings: Vec::new() }
    }

    /// Whether rows of verify's own may be what made it fail.
    pub(super) fn to_be_repeated(&self) -> Option<Repeat> {
        self.made.as_ref().filter(|made| !made.is_empty())?;
        let (losses, others): (Vec<_>, Vec<_>) =
            self.findings.iter().cloned().partition(|finding| matches!(finding, Finding::Rows { .. }));
        others.iter().find(|other| !other.is_note()).map(|other| Repeat { because: other.to_string(), losses })
    }

    /// What was found out, after a first try that is to be repeated.
    pub(super) fn verified(mut self, repeated: Option<Repeat>) -> Verified {
        let repeated = repeated.map(|Repeat { because, losses }| {
            self.findings.retain(|finding| !losses.iter().any(|loss| loss.tells_of_the_same_rows(finding)));
            self.findings.extend(losses);
            self.findings.sort_by_key(Finding::after);
            because
        });
        let allowed = self.description.into_iter().flat_map(Describe::allows);
        let reason = allowed.filter(|allowed| allowed.rule == LOSSY_ROLLBACK).map(|allowed| allowed.reason).next();
        let is_allowed = |finding: &Finding| reason.is_some() && matches!(finding, Finding::Rows { .. });
        let fails = |finding: &Finding| !finding.is_note() && !is_allowed(finding);
        Verified {
            revision: self.revision.name().to_owned(),
            outcome: if self.findings.iter().any(fails) { Outcome::Failed } else { Outcome::Proved },
            form: self.scratch.form(),
            took_ms: 0,
            seeded_rows: self.seeded_rows,
            repeated,
            may_lose_rows: reason.map(str::to_owned),
            findings: self.findings,
        }
    }

    /// Goes the whole way, or as far as the revision runs. An error is one of reading, not of the revision.
    pub(super) async fn go(&mut self, on_step: impl Fn(Step) + Send + Sync) -> Result<(), DbErr> {
        let before = match self.before.take() {
            Some(before) => before,
            None => self.scratch.catalog().await?,
        };
        let older = tables(&before);
        let found = self.held(&before, &before).await?;
        let old = if self.make_rows(&before, &BTreeMap::new(), &found).await? {
            self.held(&before, &before).await?
        } else {
            found
        };
        if let Some(made) = &mut self.made {
            made.are_complete(&before, &old);
        }

        on_step(Step::Up);
        if !self.run(Step::Up).await {
            return Ok(());
        }
        let after = self.scratch.catalog().await?;
        // Older tables that the revision leaves all their columns, and the content of these columns.
        let mut lasting = self.compared(older.clone());
        let newer = tables(&after);
        lasting.retain(|table, columns| newer.get(table).is_some_and(|now| columns.is_subset(now)));
        let db = self.scratch.manager();
        let mut untouched = read_all(db.get_connection(), &lasting).await?;
        untouched.retain(|table, rows| old.get(table) == Some(rows));
        lasting.retain(|table, _| untouched.contains_key(table));

        on_step(Step::Seed);
        let unseeded = self.held(&after, &after).await?;
        if !self.seed().await {
            return Ok(());
        }
        let (by_author, lasting_by_author) = match self.description {
            Some(_) => (self.held(&after, &after).await?, read_all(db.get_connection(), &lasting).await?),
            None => (unseeded.clone(), untouched),
        };
        self.seeded_rows = total(&by_author).saturating_sub(total(&unseeded));
        // Tables of the revision that it left rows in, which an old table of another name has, too: with the default that it
        // gave a column, the row of an old one would look as if nothing was in it.
        let filled = |(table, columns): (&String, &Columns)| {
            let has_rows = unseeded.get(table).is_some_and(|rows| rows.number() > 0);
            (has_rows && !older.contains_key(table)).then(|| (table.clone(), columns.clone()))
        };
        let its_own: BTreeMap<String, Columns> = newer.iter().filter_map(filled).collect();
        let but: BTreeMap<String, Columns> =
            older.iter().chain(&its_own).map(|(k, v)| (k.clone(), v.clone())).collect();
        let (full, seeded) = if self.make_rows(&after, &but, &by_author).await? {
            (self.held(&after, &after).await?, read_all(db.get_connection(), &lasting).await?)
        } else {
            (by_author.clone(), lasting_by_author.clone())
        };

        on_step(Step::Down);
        if !self.run(Step::Down).await {
            return Ok(());
        }
        let live = self.compare_objects(Step::Down, &before).await?;
        let present = self.held(&before, &live).await?;
        for (table, rows) in &old {
            match seeded.get(table) {
                Some(seeded) if self.is_kept_aside(table, seeded, present.get(table)).await? => {}
                Some(seeded) => self.compare_rows(Step::Down, table, seeded, lasting_by_author.get(table), &present),
                // `up` changed the table: what was there before it has to be back.
                None => self.contains_rows(Step::Down, table, rows, &present),
            }
        }

        on_step(Step::UpAgain);
        if !self.run(Step::UpAgain).await {
            return Ok(());
        }
        let mut live = self.compare_objects(Step::UpAgain, &after).await?;
        let present = self.held(&after, &live).await?;
        for (table, rows) in full.iter().filter(|(table, _)| older.contains_key(*table)) {
            if !made_again(old.get(table), unseeded.get(table), rows, present.get(table)) {
                self.compare_rows(Step::UpAgain, table, rows, by_author.get(table), &present);
            }
        }

        // What it inserts may be other rows this time, but as many.
        for table in its_own.keys() {
            if let (Some(first), Some(rows)) = (unseeded.get(table), present.get(table))
                && rows.number() < first.number()
            {
                self.contains_rows(Step::UpAgain, table, first, &present);
            }
        }

        if call::use_transaction(self.revision).await == Ok(Some(false)) {
            on_step(Step::Rerun);
            match self.rerun(&after, &present).await? {
                Some(then) => live = then,
                None => return Ok(()),
            }
        }
        // The tables of the revision are new and empty; the next revisions need rows to prove themselves on.
        let lost = |(table, rows): (&String, &Rows)| {
            !older.contains_key(table) && rows.number() > 0 && present.get(table).is_none_or(|rows| rows.number() == 0)
        };
        if by_author.iter().any(lost) {
            self.seed().await;
        } else {
            self.left = Some(live);
        }
        Ok(())
    }

    /// The schema that it left, where nothing was done since it was read.
    pub(super) fn left(&mut self) -> Option<Catalog> {
        self.left.take()
    }

    /// Once more, as after a run that was killed before it could record the revision.
    async fn rerun(&mut self, after: &Catalog, present: &Held) -> Result<Option<Catalog>, DbErr> {
        if !self.run(Step::Rerun).await {
            return Ok(None);
        }
        let live = self.compare_objects(Step::Rerun, after).await?;
        let now = self.held(after, &live).await?;
        for (table, rows) in present {
            self.compare_rows(Step::Rerun, table, rows, Some(rows), &now);
        }
        Ok(Some(live))
    }

    /// Whether the revision ran.
    async fn run(&mut self, step: Step) -> bool {
        let direction = if step == Step::Down { Direction::Down } else { Direction::Up };
        let ran = self.scratch.run(self.revision, direction).await;
        self.passed(step, &ran)
    }

    /// Puts in rows and values of verify's own, but none into these tables and columns. Says whether there may be some.
    async fn make_rows(
        &mut self,
        catalog: &Catalog,
        but: &BTreeMap<String, Columns>,
        held: &Held,
    ) -> Result<bool, DbErr> {
        match &mut self.made {
            Some(made) => made.complete(self.scratch, catalog, but, held).await,
            None => Ok(false),
        }
    }

    /// What of these tables says something about a revision.
    fn compared(&self, tables: BTreeMap<String, Columns>) -> BTreeMap<String, Columns> {
        match &self.made {
            Some(made) => made.compared(tables),
            None => tables,
        }
    }

    async fn seed(&mut self) -> bool {
        let Some(description) = self.description else { return true };
        let manager = self.scratch.manager();
        let seeded = async {
            let transaction = manager.begin().await?;
            call::or_panicked(description.seed(&transaction)).await?;
            transaction.commit().await
        };
        let seeded = seeded.await;
        if let Err(error) = &seeded
            && self.scratch.form() == Form::Transaction
            && sqlstate::code(error).as_deref() == Some("55P04")
        {
            let revision = self.revision.name();
            tracing::warn!(
                "{revision} is verified without its seed: it uses a new label, which a scratch transaction cannot"
            );
            return true;
        }
        self.passed(Step::Seed, &seeded)
    }

    fn passed(&mut self, after: Step, result: &Result<(), DbErr>) -> bool {
        if let Err(error) = result {
            self.findings.push(Finding::Error { after, message: sqlstate::message(error) });
        }
        result.is_ok()
    }

    /// What the tables of `catalog` hold, as far as tables and columns are in `live` too.
    async fn held(&self, catalog: &Catalog, live: &Catalog) -> Result<Held, DbErr> {
        let (mut wanted, live) = (self.compared(tables(catalog)), tables(live));
        wanted.retain(|table, columns| {
            live.get(table).is_some_and(|live| {
                columns.retain(|column| live.contains(column));
                true
            })
        });
        read_all(self.scratch.manager().get_connection(), &wanted).await
    }

    /// Reports the objects that are not as expected; gives the schema as it is.
    async fn compare_objects(&mut self, after: Step, expected: &Catalog) -> Result<Catalog, DbErr> {
        let live = self.scratch.catalog().await?;
        let differences = live.diff(expected).into_iter();
        self.findings.extend(differences.map(|difference| Finding::Object { after, difference }));
        Ok(live)
    }

    /// `by_author` is what the table held before verify put in something of its own.
    fn compare_rows(&mut self, after: Step, table: &str, expected: &Rows, by_author: Option<&Rows>, present: &Held) {
        // A table that is gone is reported as an object.
        let Some(present) = present.get(table) else { return };
        let (lost, gained) = (expected.missing_from(present), present.missing_from(expected));
        if (lost, gained) != (0, 0) {
            let lost_by_author = by_author.map_or(0, |rows| rows.missing_from(present));
            let made = self.made.as_ref().filter(|made| lost > lost_by_author || made.has_row(table));
            let made = made.and_then(|made| made.told(table));
            self.findings.push(Finding::Rows { after, table: table.to_owned(), lost, gained, made });
        }
    }

    /// Whether no more rows differ than values of this table wait in side tables. The second `up` has to bring them back.
    async fn is_kept_aside(&self, table: &str, expected: &Rows, present: Option<&Rows>) -> Result<bool, DbErr> {
        let Some(present) = present else { return Ok(false) };
        let (lost, gained) = (expected.missing_from(present), present.missing_from(expected));
        if lost == 0 || lost != gained {
            return Ok(false);
        }
        let manager = self.scratch.manager();
        let db = manager.get_connection();
        let is_of_table = |side: &String| {
            let rest = side.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix(table));
            rest.is_some_and(|rest| rest.starts_with('_'))
        };
        let sides: Vec<String> = kept_tables(db).await?.into_iter().filter(is_of_table).collect();
        let wanted: Vec<_> = sides.iter().map(|side| (side.as_str(), Columns::new())).collect();
        let waiting: u64 = read_each(db, &wanted).await?.iter().map(Rows::number).sum();
        Ok(lost <= waiting)
    }

    fn contains_rows(&mut self, after: Step, table: &str, expected: &Rows, present: &Held) {
        let Some(present) = present.get(table) else { return };
        let lost = expected.missing_from(present);
        if lost > 0 {
            let gained = present.missing_from(expected);
            let made = self.made.as_ref().and_then(|made| made.told(table));
            self.findings.push(Finding::Rows { after, table: table.to_owned(), lost, gained, made });
        }
    }
}

/// Whether all that differs are rows that `up` itself inserts: the second time they have other numbers and times.
fn made_again(old: Option<&Rows>, unseeded: Option<&Rows>, full: &Rows, present: Option<&Rows>) -> bool {
    let (Some(old), Some(unseeded), Some(present)) = (old, unseeded, present) else { return false };
    let made = unseeded.without(old);
    let only_inserts = made.number() + old.number() == unseeded.number();
    only_inserts && full.without(&made).missing_from(present) == 0 && present.number() == full.number()
}

fn total(held: &Held) -> u64 {
    held.values().map(Rows::number).sum()
}
