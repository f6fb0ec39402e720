//! A revision in place of others: what each of them did, read from files beside it and run one after the other.
//!
//! `migration squash` writes such a revision. Where all of it runs in one transaction there is no more to it. Where a part
//! runs outside of one, or on MySQL, it is written down after every step how far it has come, so that a run that was killed
//! goes on from there.

use std::fmt::Write as _;

use migration_timescale::{Capability, Question, TimescaleManager, question::is_answered};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, StatementBuilder, TransactionSession, TransactionTrait,
    sea_query::{ColumnDef, Expr, ExprTrait, Query, Table},
};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use super::{consent, kept::PREFIX};
use crate::{
    Direction,
    sql::{lexed::index_in_transaction, parsed, quote, sqlstate, text},
};

/// Where it is written down how far such a revision has come. Begins as the tables of [`kept`](super::kept) do, which are no
/// part of the schema.
const PROGRESS: &str = "_kept_squashed";

/// Begins a line between statements, in a file.
const MARK: &str = "\n-- @ ";
const TOGETHER: &str = "in a transaction";
const ALONE: &str = "outside of transactions";
const THEN: &str = "then";
const MAY_FAIL: &str = ", may fail";

/// What a revision in place of others does.
#[derive(Clone, Copy, Debug)]
pub struct Squashed {
    /// Its name.
    pub revision: &'static str,
    /// Whether one of the others runs outside of a transaction.
    pub outside: bool,
    /// Whether one of the others enables TimescaleDB.
    pub enables_timescaledb: bool,
    /// Its scripts; of those for one backend the one with the newest version that the server has.
    pub scripts: &'static [Script],
}

/// What a revision in place of others does on a backend.
#[derive(Clone, Copy, Debug)]
pub struct Script {
    /// The backend, as `sql --backend` names it.
    pub backend: &'static str,
    /// The oldest version of TimescaleDB that it is for: major, minor and patch. Zeros where there is none.
    pub since: (u32, u32, u32),
    /// What `up` did, all of them in order.
    pub up: &'static str,
    /// What `down` did, the last one first; or why there is no way down.
    pub down: Result<&'static str, &'static str>,
}

/// Statements that go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The revision that they are from.
    pub revision: String,
    /// Whether they are one transaction.
    pub in_transaction: bool,
    pub statements: Vec<Step>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub sql: String,
    /// Whether the revision that it is from goes on when it fails.
    pub may_fail: bool,
}

impl Squashed {
    /// As of `MigrationTrait`: a revision with a part outside of transactions is not in one as a whole.
    pub fn use_transaction(&self) -> Option<bool> {
        self.outside.then_some(false)
    }

    /// Does what the others did.
    ///
    /// # Errors
    ///
    /// A backend that it was not written for, and whatever the database says.
    pub async fn up(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let server =
            if self.enables_timescaledb { manager.enable_timescaledb().await? } else { manager.capability().await? };
        self.run(manager, Direction::Up, &read(self.script(server)?.up)).await
    }

    /// Reverts what the others did. Refuses while a table that goes holds rows and nobody agreed to delete them.
    ///
    /// # Errors
    ///
    /// One of the others without a way down, a backend that it was not written for, and whatever the database says.
    pub async fn down(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let script = self.script(manager.capability().await?)?;
        let parts = read(script.down.map_err(|why| DbErr::Migration(why.to_owned()))?);
        let backend = manager.get_database_backend();
        for step in parts.iter().flat_map(|part| &part.statements) {
            for table in text::tables_dropped(backend, &step.sql) {
                if manager.table_exists(&table).await? {
                    consent::may_drop_rows(manager, &table).await?;
                }
            }
        }
        self.run(manager, Direction::Down, &parts).await
    }

    fn script(&self, server: Capability) -> Result<&Script, DbErr> {
        let version = server.timescale_version().map_or((0, 0, 0), migration_timescale::Version::numbers);
        let fits = |script: &&Script| script.backend == server.profile() && script.since <= version;
        self.scripts.iter().filter(fits).max_by_key(|script| script.since).ok_or_else(|| {
            let mut known: Vec<&str> = self.scripts.iter().map(|script| script.backend).collect();
            known.dedup();
            DbErr::Migration(format!("it was written for {}, and this is {server}", known.join(", ")))
        })
    }

    async fn run(&self, manager: &SchemaManager<'_>, direction: Direction, parts: &[Part]) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = db.get_database_backend();
        let is_whole = matches!(db, SchemaManagerConnection::Transaction(_)) && backend != DbBackend::MySql;
        if is_whole && !self.outside {
            make_way(manager, parts).await?;
            for step in parts.iter().flat_map(|part| &part.statements) {
                give(db, step, true).await?;
            }
            return Ok(());
        }
        let total = parts.iter().map(|part| part.statements.len()).sum();
        let progress = Progress { revision: self.revision, direction, backend };
        let done = progress.begin(db, total).await?;
        if done.statements == 0 {
            make_way(manager, parts).await?;
        }
        let mut number = 0;
        for part in parts {
            // On MySQL a change of a table ends the transaction, so each statement is noted by itself.
            let together = part.in_transaction && backend != DbBackend::MySql;
            let mut rest = part.statements.as_slice();
            while !rest.is_empty() {
                let size = if together { rest.len() } else { without_note(backend, rest) };
                let (steps, after) = rest.split_at(size);
                rest = after;
                number += size;
                if number <= done.statements {
                    continue;
                }
                if together {
                    progress.in_transaction(db, steps, number).await?;
                } else {
                    progress.alone(db, steps, number, part.in_transaction, done.begun).await?;
                }
            }
        }
        Ok(())
    }
}

/// How many of these statements are given before something can be noted: while tables of MySQL are locked, no other is to be
/// had.
fn without_note(backend: DbBackend, steps: &[Step]) -> usize {
    let begins = |step: &Step, word| backend == DbBackend::MySql && text::begins_with(backend, &step.sql, word);
    if !begins(&steps[0], "LOCK") {
        return 1;
    }
    steps.iter().position(|step| begins(step, "UNLOCK")).map_or(steps.len(), |last| last + 1)
}

/// Drops side tables that an earlier `down` left: what these statements make again. Nothing brings their rows back.
async fn make_way(manager: &SchemaManager<'_>, parts: &[Part]) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    for step in parts.iter().flat_map(|part| &part.statements) {
        for table in text::tables_created(backend, &step.sql) {
            if table.starts_with(PREFIX) && manager.table_exists(&table).await? {
                let drop = format!("DROP TABLE {}", quote(backend, &table));
                manager.get_connection().execute_unprepared(&drop).await?;
            }
        }
    }
    Ok(())
}

/// Gives the database a statement; one that may fail in a transaction of its own where there is one around it.
async fn give<C: ConnectionTrait + TransactionTrait>(db: &C, step: &Step, in_transaction: bool) -> Result<(), DbErr> {
    if !step.may_fail {
        return db.execute_unprepared(&step.sql).await.map(drop);
    }
    if !in_transaction || db.get_database_backend() == DbBackend::MySql {
        let _ = db.execute_unprepared(&step.sql).await;
        return Ok(());
    }
    let attempt = db.begin().await?;
    match attempt.execute_unprepared(&step.sql).await {
        Ok(_) => attempt.commit().await,
        Err(_) => attempt.rollback().await,
    }
}

/// How far a revision has come in a direction.
struct Progress {
    revision: &'static str,
    direction: Direction,
    backend: DbBackend,
}

/// How far it came before.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    /// This many statements are done.
    statements: usize,
    /// The number of the one that was given to the database when the run ended; 0 for none.
    begun: usize,
}

impl Progress {
    /// How far it came before, of so many statements.
    async fn begin<C: ConnectionTrait + TransactionTrait>(&self, db: &C, total: usize) -> Result<Done, DbErr> {
        let mut table = Table::create();
        table
            .table(PROGRESS)
            .if_not_exists()
            .col(ColumnDef::new("revision").string_len(255).not_null().primary_key())
            .col(ColumnDef::new("direction").string_len(4).not_null())
            .col(ColumnDef::new("done").integer().not_null())
            .col(ColumnDef::new("begun").integer().not_null())
            .col(ColumnDef::new("total").integer().not_null());
        db.execute_unprepared(&self.sql(&table)).await?;
        let mut select = Query::select();
        let columns = ["direction", "done", "begun", "total"];
        select.columns(columns).from(PROGRESS).and_where(Expr::col("revision").eq(self.revision));
        let read = |row: Option<&sea_orm::QueryResult>| {
            let Some(row) = row else { return Ok(None) };
            let number = |column| row.try_get::<i32>("", column);
            let (done, begun) = (number("done")?, number("begun")?);
            Ok(Some((row.try_get::<String>("", "direction")?, done, begun, done == number("total")?)))
        };
        let found: Option<(String, i32, i32, bool)> =
            Question::reading(self.sql(&select), [], read, |_| None).ask(db).await?;
        match found {
            Some((direction, done, begun, _)) if direction == self.direction.word() => {
                let number = |number| usize::try_from(number).unwrap_or_default();
                return Ok(Done { statements: number(done), begun: number(begun) });
            }
            Some((direction, _, _, false)) => {
                return Err(DbErr::Migration(format!(
                    "an earlier {direction} of it did not come to its end; run `{direction}` again first"
                )));
            }
            Some(_) => {
                let mut forget = Query::delete();
                forget.from_table(PROGRESS).and_where(Expr::col("revision").eq(self.revision));
                db.execute_unprepared(&self.sql(&forget)).await?;
            }
            None => {}
        }
        let mut insert = Query::insert();
        insert.into_table(PROGRESS).columns(["revision", "direction", "done", "begun", "total"]).values_panic([
            self.revision.into(),
            self.direction.word().into(),
            0.into(),
            0.into(),
            number(total).into(),
        ]);
        db.execute_unprepared(&self.sql(&insert)).await?;
        Ok(Done::default())
    }

    /// Runs statements, and notes in the same transaction that they are done.
    async fn in_transaction<C: ConnectionTrait + TransactionTrait>(
        &self,
        db: &C,
        steps: &[Step],
        last: usize,
    ) -> Result<(), DbErr>
    where
        C::Transaction: ConnectionTrait + TransactionTrait,
    {
        let transaction = db.begin().await?;
        let ran = async {
            for step in steps {
                give(&transaction, step, true).await?;
            }
            transaction.execute_unprepared(&self.note("done", last)).await
        };
        match ran.await {
            Ok(_) => transaction.commit().await,
            Err(error) => {
                // Now, and not when it is dropped: what is around it goes on. An error here is that of a connection that broke.
                let _ = transaction.rollback().await;
                Err(error)
            }
        }
    }

    /// Runs statements that need not be in a transaction, and notes that they are done. Where they take one, both are in it;
    /// where not, it is noted first that they are begun: what they make may be there when the next run gives them again.
    async fn alone(
        &self,
        db: &SchemaManagerConnection<'_>,
        steps: &[Step],
        number: usize,
        in_transaction: bool,
        begun: usize,
    ) -> Result<(), DbErr> {
        let (is_recorded, is_mysql) = (is_answered(), self.backend == DbBackend::MySql);
        let is_inside = matches!(db, SchemaManagerConnection::Transaction(_));
        if !is_recorded && !is_mysql && !text::minds_transactions(self.backend, &steps[0].sql) {
            match self.in_transaction(db, steps, number).await {
                Err(error) if sqlstate::wants_no_transaction(&error) => {}
                ran => return ran,
            }
            // A trial may be one transaction, in which an index is built plainly, and nothing is there to be summarised.
            if let Some(sql) = index_in_transaction(&steps[0].sql).filter(|_| is_inside) {
                return self.in_transaction(db, &[Step { sql, ..steps[0] }], number).await;
            }
            let is_refresh = |sql: &str| {
                let parsed = parsed::parse(self.backend, sql);
                parsed.iter().any(|one| !one.calls("refresh_continuous_aggregate").is_empty())
            };
            if is_inside && is_refresh(&steps[0].sql) {
                return db.execute_unprepared(&self.note("done", number)).await.map(drop);
            }
        }
        if !is_recorded {
            db.execute_unprepared(&self.note("begun", number)).await?;
        }
        let note = self.note("done", number);
        // An open transaction of MySQL holds rows together until a table changes; SeaORM's savepoints would not survive that.
        let ran = if is_mysql && in_transaction && !is_inside && steps.len() == 1 {
            let transaction = db.begin().await?;
            match give(&transaction, &steps[0], false).await {
                Ok(()) => {
                    transaction.execute_unprepared(&note).await?;
                    transaction.commit().await
                }
                Err(error) => Err(error),
            }
        } else {
            self.again(db, steps, begun == number).await
        };
        match ran {
            Ok(()) => {}
            Err(error) if begun == number && sqlstate::is_done_already(&error) => {}
            Err(error) => {
                if sqlstate::still_answers(&error) {
                    let unlock = if steps.len() > 1 { "UNLOCK TABLES; " } else { "" };
                    // What went wrong first is what is reported.
                    let _ = db.execute_unprepared(&format!("{unlock}{}", self.note("begun", 0))).await;
                }
                return Err(error);
            }
        }
        db.execute_unprepared(&note).await.map(drop)
    }

    /// Runs statements one after the other, `again` those that may have been run before.
    async fn again(&self, db: &SchemaManagerConnection<'_>, steps: &[Step], again: bool) -> Result<(), DbErr> {
        for step in steps {
            match give(db, step, false).await {
                Err(error) if again && sqlstate::is_done_already(&error) => {}
                ran => ran?,
            }
        }
        Ok(())
    }

    /// Statement that notes a number.
    fn note(&self, column: &'static str, value: usize) -> String {
        let mut update = Query::update();
        update.table(PROGRESS).value(column, number(value)).and_where(Expr::col("revision").eq(self.revision));
        self.sql(&update)
    }

    fn sql<S: StatementBuilder>(&self, statement: &S) -> String {
        self.backend.build(statement).to_string()
    }
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The statements of a file.
pub(crate) fn read(file: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for section in file.split(MARK).skip(1) {
        let (head, sql) = section.split_once('\n').unwrap_or((section, ""));
        let head = head.trim_end();
        let (head, may_fail) = head.strip_suffix(MAY_FAIL).map_or((head, false), |head| (head, true));
        let step = Step { sql: sql.strip_suffix('\n').unwrap_or(sql).to_owned(), may_fail };
        match parts.last_mut() {
            Some(part) if head == THEN => part.statements.push(step),
            _ => {
                let (revision, how) = head.split_once(": ").unwrap_or((head, TOGETHER));
                let (revision, in_transaction) = (revision.to_owned(), how != ALONE);
                parts.push(Part { revision, in_transaction, statements: vec![step] });
            }
        }
    }
    parts
}

/// The file of statements, below a first line that says what it is. None where a statement has a line that is one of the file.
pub(crate) fn write(title: &str, backend: DbBackend, parts: &[Part]) -> Option<String> {
    let mut file =
        format!("-- {title}\n-- Generated by `migration squash`; each line with an @ ends the statement before it.\n");
    for part in parts {
        for (number, step) in part.statements.iter().enumerate() {
            let may_fail = if step.may_fail { MAY_FAIL } else { "" };
            let head = match (number, part.in_transaction) {
                (0, together) => format!("{}: {}", part.revision, if together { TOGETHER } else { ALONE }),
                _ => THEN.to_owned(),
            };
            let end = if text::ends_in_comment(backend, &step.sql) { "" } else { ";" };
            if format!("\n{}", step.sql).contains(MARK) {
                return None;
            }
            // Writing to a string cannot fail.
            let _ = writeln!(file, "{MARK}{head}{may_fail}\n{}{end}", step.sql);
        }
    }
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_was_written() {
        let step = |sql: &str, may_fail| Step { sql: sql.to_owned(), may_fail };
        let part = |revision: &str, in_transaction, statements| Part {
            revision: revision.to_owned(),
            in_transaction,
            statements,
        };
        let parts = [
            part(
                "m1_a",
                true,
                vec![step("CREATE TABLE a (\n  id int\n)", false), step("INSERT INTO a VALUES (1)", true)],
            ),
            part("m1_a", false, vec![step("SELECT 1 -- one", false)]),
        ];
        let file = write("Up.", DbBackend::Postgres, &parts).unwrap();
        let mut expected = parts.to_vec();
        expected[0].statements[0].sql.push(';');
        expected[0].statements[1].sql.push(';');
        assert_eq!(read(&file), expected, "{file}");
        assert_eq!(read(&file.replace('\n', "\r\n").replace("\r\n", "\n")), expected);
        assert_eq!(read(&write("Up.", DbBackend::Postgres, &[]).unwrap()), []);
        let lines = part("m1_a", true, vec![step("SELECT '\n-- @ then'", false)]);
        assert_eq!(write("Up.", DbBackend::Postgres, &[lines]), None);
    }
}
