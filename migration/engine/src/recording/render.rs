//! Recorded revisions as a text that the database's own client runs: psql, sqlite3 or mariadb.
//!
//! The clients differ from the driver in what they do with a text, and each difference is made up for here: the session
//! gets the settings the driver gives it, the first error ends the run, and statements that the driver sends in one
//! message (one transaction on PostgreSQL, one text with blocks inside on MariaDB) stay together.

use std::{collections::BTreeMap, fmt::Write};

use chrono::DateTime;
use database_target::session::{MYSQL, POSTGRES, POSTGRES_PATH_WITH_EXTENSION};
use migration_timescale::{Capability, Dialect};
use sea_orm::DbBackend;

use super::{Fingerprint, OnError, Recorded, Script, Statement, guards::Guards};
use crate::{
    Direction,
    error::OfflineError,
    ledger::{Entry, NO_CHECKSUM, Tables},
    revision::cascades::Guard,
    sql::text,
};

/// Foreign keys of SQLite can be switched outside of transactions alone, and their rows counted.
const KEYS_OFF: &str = "PRAGMA foreign_keys = OFF;\n\
     CREATE TEMP TABLE _orphans_before AS SELECT count(*) AS number FROM pragma_foreign_key_check;\n";
const KEYS_CHECKED: &str = "CREATE TEMP TABLE _orphans (more integer CONSTRAINT \"no row refers to one that is gone\" CHECK (more <= 0));\n\
     INSERT INTO _orphans SELECT count(*) - (SELECT number FROM _orphans_before) FROM pragma_foreign_key_check;\n\
     DROP TABLE temp._orphans; DROP TABLE temp._orphans_before;\n";

/// What a script is for.
pub struct RenderOptions<'a> {
    /// The database it is for.
    pub server: Capability,
    /// Which way it takes the database.
    pub direction: Direction,
    /// Where it notes what is applied.
    pub tables: &'a Tables,
    /// What is compared of each revision later.
    pub fingerprints: &'a BTreeMap<String, Fingerprint>,
    /// What guards the rows of tables that a revision does not name.
    pub guards: &'a Guards,
    /// Earlier revisions that are not in `revisions` and could not be recorded, each with its reason.
    pub unknown: &'a [String],
}

/// The script for revisions in the order in which they are run. The same revisions give the same text, byte for byte.
///
/// One that could not be recorded stops the script in its place: those after it may need what it makes.
pub fn render(revisions: &[Result<&Recorded, &OfflineError>], options: &RenderOptions<'_>) -> String {
    let mut page = Page { backend: options.server.backend(), text: String::new() };
    page.header(options);
    if options.direction == Direction::Up {
        page.text.push('\n');
        for sql in options.tables.create_each(page.backend) {
            page.statement(&sql);
        }
    }
    for revision in revisions {
        let writable = revision.map_err(Clone::clone).and_then(|revision| {
            revision.refuse_end_of_transaction(options.direction)?;
            Ok((revision, revision.script(options.direction).map_err(Clone::clone)?))
        });
        match writable {
            Ok((revision, script)) => page.revision(revision, script, options),
            Err(error) => page.stop(&error, options.direction),
        }
    }
    page.text
}

/// What the script writes down of a revision, as a run would; the statements behind the checksum are in the script
/// already, and not written down again.
fn notes(script: &Script, options: &RenderOptions<'_>) -> Vec<String> {
    let (backend, revision) = (options.server.backend(), &script.revision);
    if options.direction == Direction::Down {
        // The engine's own row counts for nothing without this one, and its table may not be there.
        let [seaorm, _] = options.tables.forget(backend, revision);
        return vec![seaorm];
    }
    let fingerprint = options.fingerprints.get(revision);
    let entry = Entry {
        revision: revision.clone(),
        direction: Direction::Up,
        started_at: DateTime::default(),
        finished_at: None,
        duration_ms: None,
        checksum: fingerprint.map_or_else(|| NO_CHECKSUM.to_owned(), |one| one.checksum.clone()),
        statements: fingerprint.map(Fingerprint::in_short),
        profile: options.server.profile().to_owned(),
        engine_version: env!("CARGO_PKG_VERSION").to_owned(),
        applied_by: "a script".to_owned(),
    };
    options.tables.record_in_script(backend, &entry).to_vec()
}

/// A script that is being written.
struct Page {
    backend: DbBackend,
    text: String,
}

impl Page {
    fn header(&mut self, options: &RenderOptions<'_>) {
        let (action, direction) = match options.direction {
            Direction::Up => ("Applies revisions to", "up"),
            Direction::Down => ("Reverts revisions of", "down"),
        };
        let run = client(self.backend);
        self.comment(&format!("{action} a database: {}.", options.server));
        if options.server.has_hypertables() {
            self.comment("It is written for that version of TimescaleDB; `--server-version` names another one.");
        }
        self.comment(&format!("Run it with: {run}"));
        self.comment(&format!(
            "It does what `{direction}` does and notes it as `{direction}` would; the first error ends it."
        ));
        match options.direction {
            Direction::Up => self.comment(
                "It is written for a database where exactly the revisions before these are applied, without rows that an \
                 earlier `down` kept: it leaves them where they are.",
            ),
            Direction::Down => self.comment(
                "It is written for a database where these revisions are the last ones applied. Unlike `down` it does not \
                 look whether tables hold rows: it drops them with the rows in them.",
            ),
        }
        for unknown in options.unknown {
            self.comment(&format!("Not known is what this earlier revision made: {unknown}"));
        }
        self.text.push('\n');
        self.text.push_str(&session(self.backend));
    }

    /// Ends the script with an error.
    fn stop(&mut self, error: &OfflineError, direction: Direction) {
        self.text.push('\n');
        self.comment(&error.on_one_line());
        let message = format!(
            "revision {} is not in this script: run it with {direction}, then the script of what comes after it",
            error.revision()
        );
        let literal = migration_timescale::literal(&message);
        match Dialect::of(self.backend) {
            Dialect::MySql => self.statement(&format!("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {literal}")),
            Dialect::Sqlite => {
                let name = format!("\"{}\"", message.replace('"', "\"\""));
                self.comment("SQLite has no statement that only fails; the error names what is asked for.");
                self.statement(&format!("SELECT * FROM {name}"));
            }
            Dialect::Postgres => {
                self.statement(&format!("DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = {literal}; END $$"));
            }
        }
    }

    fn revision(&mut self, revision: &Recorded, script: &Script, options: &RenderOptions<'_>) {
        self.text.push('\n');
        self.comment(&format!("{} ({})", script.revision, script.direction));
        for note in &script.notes {
            self.comment(note);
        }
        for question in &script.unanswered {
            self.comment(&format!("A question to the database that was answered with no rows here: {question}"));
        }
        let notes = notes(script, options);
        let drops = |one: &Statement| !text::tables_dropped(self.backend, &one.sql).is_empty();
        let without_keys = self.backend == DbBackend::Sqlite && script.statements.iter().any(drops);
        if without_keys {
            self.comment(
                "A table that is dropped takes no rows of others along; rows that refer to nothing end the script.",
            );
            self.text.push_str(KEYS_OFF);
        }
        // Without keys they have nothing to guard.
        let guards = options.guards.get(&script.revision).filter(|_| !without_keys).map_or(&[][..], Vec::as_slice);
        if !guards.is_empty() {
            self.comment("Tables that it does not name: their rows are to stay.");
        }
        for guard in guards {
            self.statement(&guard.create);
        }
        if revision.in_transaction {
            self.text.push_str("BEGIN;\n");
            for statement in &script.statements {
                self.given(statement, true);
            }
            match Dialect::of(self.backend) {
                // What was put off to the commit is done before, as the revision left the session.
                Dialect::Postgres => {
                    self.text.push_str("SET CONSTRAINTS ALL IMMEDIATE;\n");
                    self.text.push_str(&again(self.backend));
                }
                Dialect::MySql => {
                    self.text.push_str(&again(self.backend));
                    self.drop_temporary(script);
                }
                // Its pragmas do nothing inside of a transaction.
                Dialect::Sqlite => {}
            }
            if without_keys {
                self.text.push_str(KEYS_CHECKED);
            }
            for note in &notes {
                self.statement(note);
            }
            self.text.push_str("COMMIT;\n");
            if self.backend == DbBackend::Sqlite {
                self.text.push_str(&again(self.backend));
            }
            self.unguard(guards);
            return;
        }
        for part in script.statements.chunk_by(|one, next| one.transaction == next.transaction) {
            if part[0].transaction.is_some() {
                self.text.push_str("BEGIN;\n");
                for statement in part {
                    self.given(statement, true);
                }
                self.text.push_str("COMMIT;\n");
            } else {
                // A revision that begins and ends transactions itself has a text of several in one of its own.
                let has_own = part.iter().any(|one| text::begins_transaction(self.backend, &one.sql));
                for statement in part {
                    self.given(statement, has_own);
                }
            }
        }
        if without_keys {
            self.text.push_str(KEYS_CHECKED);
        }
        self.text.push_str(&again(self.backend));
        self.drop_temporary(script);
        match notes.as_slice() {
            [one] => self.statement(one),
            several => self.transaction(several.iter().map(String::as_str)),
        }
        self.unguard(guards);
    }

    /// A session of MySQL that was brought back has its temporary tables still.
    fn drop_temporary(&mut self, script: &Script) {
        let drop = text::drop_temporary(script.statements.iter().map(|one| one.sql.as_str()));
        if let Some(drop) = drop.filter(|_| self.backend == DbBackend::MySql) {
            self.statement(&drop);
        }
    }

    fn unguard(&mut self, guards: &[Guard]) {
        for guard in guards {
            self.statement(&guard.drop);
        }
    }

    /// A statement of a revision, which goes on after errors as the revision does.
    fn given(&mut self, statement: &Statement, in_transaction: bool) {
        let Statement { sql, on_error, .. } = statement;
        match (on_error, Dialect::of(self.backend)) {
            (OnError::Stop, _) => return self.once(sql, in_transaction),
            (OnError::Fails(why), Dialect::Sqlite) => {
                return self
                    .comment(&format!("Left out, because it fails here ({why}), which the revision ignores: {sql}"));
            }
            (OnError::Fails(why), Dialect::Postgres | Dialect::MySql) => {
                self.comment(&format!("This fails here ({why}), which the revision ignores."));
            }
            // Once something failed, sqlite3 stops at the next `.bail on`.
            (OnError::GoOn, Dialect::Sqlite) => {
                self.comment(
                    "If this fails, the revision ignores it; sqlite3 cannot, so run the revision with `up` then.",
                );
                return self.once(sql, in_transaction);
            }
            (OnError::GoOn, Dialect::Postgres | Dialect::MySql) => {
                self.comment("This may fail, which the revision ignores.");
            }
        }
        if self.backend == DbBackend::MySql {
            let end = if text::ends_in_comment(self.backend, sql) { "\n" } else { "" };
            self.statement(&format!(
                "BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN END; {sql}{end}; END"
            ));
            return;
        }
        self.text.push_str("\\set ON_ERROR_STOP off\n");
        if in_transaction {
            // psql's `:ERROR` is that of the last statement; behind one that failed all do.
            self.text.push_str("SAVEPOINT ignored;\n");
            self.statement(sql);
            self.text.push_str("\\if :ERROR\nROLLBACK TO SAVEPOINT ignored;\n\\endif\nRELEASE SAVEPOINT ignored;\n");
        } else {
            self.once(sql, false);
        }
        self.text.push_str("\\set ON_ERROR_STOP on\n");
    }

    fn once(&mut self, sql: &str, in_transaction: bool) {
        // The driver sends it in one message, which PostgreSQL takes for one transaction.
        if !in_transaction && self.backend == DbBackend::Postgres && text::has_several(self.backend, sql) {
            self.transaction([sql]);
        } else {
            self.statement(sql);
        }
    }

    fn transaction<'s>(&mut self, statements: impl IntoIterator<Item = &'s str>) {
        self.text.push_str("BEGIN;\n");
        for sql in statements {
            self.statement(sql);
        }
        self.text.push_str("COMMIT;\n");
    }

    fn statement(&mut self, sql: &str) {
        self.line(format_args!("{}", statement(self.backend, sql)));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
    }

    /// Each line of `text` behind the mark of a comment.
    fn comment(&mut self, text: &str) {
        for line in text.lines() {
            self.line(format_args!("-- {line}"));
        }
    }
}

/// A statement for the client, with what ends it.
pub(crate) fn statement(backend: DbBackend, sql: &str) -> String {
    let end = if text::ends_in_comment(backend, sql) { "\n" } else { "" };
    match Dialect::of(backend) {
        // mariadb cuts a text at every semicolon, also inside a block.
        Dialect::MySql if text::has_several(backend, sql) => {
            let mut delimiter = "//".to_owned();
            while sql.contains(&delimiter) {
                delimiter.push('/');
            }
            format!("DELIMITER {delimiter}\n{sql}{end}\n{delimiter}\nDELIMITER ;")
        }
        Dialect::Postgres | Dialect::MySql | Dialect::Sqlite => format!("{sql}{end};"),
    }
}

/// How the client of a backend is given a script. mariadb leaves out comments unless it is told not to, also those in the
/// body of a trigger.
pub(crate) fn client(backend: DbBackend) -> &'static str {
    match Dialect::of(backend) {
        Dialect::MySql => "mariadb --comments DATABASE < FILE",
        Dialect::Sqlite => "sqlite3 DATABASE < FILE",
        Dialect::Postgres => "psql -X -f FILE DATABASE",
    }
}

/// The session that every revision starts from, and that an error ends the run. Where psql finds `:migration_session` it reads the
/// statements that bring it back.
pub(crate) fn session(backend: DbBackend) -> String {
    match Dialect::of(backend) {
        Dialect::MySql => again(backend),
        Dialect::Sqlite => format!(".bail on\n{}", again(backend)),
        Dialect::Postgres => {
            let set = POSTGRES.iter().map(|(name, value)| format!("SET {name} = \\'{value}\\'"));
            let settings: Vec<String> = set.collect();
            format!(
                "\\set ON_ERROR_STOP on\n\
                 SELECT {POSTGRES_PATH_WITH_EXTENSION} AS migration_path \\gset\n\
                 \\set migration_session 'RESET SESSION AUTHORIZATION; CLOSE ALL; RESET ALL; DEALLOCATE ALL; UNLISTEN *; DISCARD TEMP; \
                 DISCARD SEQUENCES; SET statement_timeout = 0; {}; SET search_path = :migration_path'\n{}",
                settings.join("; "),
                again(backend)
            )
        }
    }
}

/// Statements that bring the session back to that.
fn again(backend: DbBackend) -> String {
    match Dialect::of(backend) {
        Dialect::MySql => format!("UNLOCK TABLES; {MYSQL};\n"),
        Dialect::Sqlite => "PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF; \
             PRAGMA recursive_triggers = OFF; PRAGMA legacy_alter_table = OFF; PRAGMA case_sensitive_like = OFF;\n"
            .to_owned(),
        Dialect::Postgres => ":migration_session;\n".to_owned(),
    }
}
