//! A connection that has no database: it writes down what it is given and answers what it is asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use migration_timescale::{
    Capability,
    question::{Known, KnownSchema},
};
use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, DbBackend, DbErr, ExecResult, MockDatabase, MockDatabaseConnection,
    MockDatabaseTrait, MockExecResult, QueryResult, Statement as Given, Transaction, Value,
};

use super::{
    OnError, Statement,
    model::Model,
    probes::{self, Row},
    record::Errors,
    refusal::{Refusal, refusal},
    schema::Schema,
    values,
};
use crate::{Direction, sql::text};

/// What one revision did in one direction.
#[derive(Debug)]
pub struct Recording {
    /// What the database can do.
    pub server: Capability,
    /// Which way the revision is run.
    pub direction: Direction,
    /// The schema before the first statement.
    pub before: Schema,
    /// Statements so far.
    pub statements: Vec<Statement>,
    /// Of each of them, how many were given before it.
    numbers: Vec<usize>,
    given: usize,
    errors: Errors,
    /// How many transactions and savepoints were open when a statement failed that ends the innermost (PostgreSQL).
    aborted: Option<usize>,
    /// Whether there was any question, or anybody wanted to know whether there is a database.
    asked: bool,
    /// Questions without an answer so far.
    pub unanswered: Vec<String>,
    /// Of each open transaction and savepoint, how many statements there were when it began.
    open: Vec<usize>,
    transactions: usize,
    /// How many transactions and savepoints were begun.
    begun: usize,
    /// The model after so many statements, once a question needed it.
    known: Option<(usize, Model)>,
}

impl Recording {
    /// The schema at this moment.
    pub fn model(&mut self) -> &Model {
        let (applied, model) = self.known.get_or_insert_with(|| (0, Model::clone(&self.before)));
        for statement in &self.statements[*applied..] {
            if !matches!(statement.on_error, OnError::Fails(_)) {
                model.apply(self.server.backend(), &statement.sql);
            }
        }
        *applied = self.statements.len();
        model
    }

    fn push(&mut self, sql: &str) -> Result<(), DbErr> {
        let sql = sql.trim().trim_end_matches(|end: char| end == ';' || end.is_whitespace());
        if text::is_blank(self.server.backend(), sql) {
            return Ok(());
        }
        let number = self.given;
        self.given += 1;
        if self.errors.at == Some(number) {
            return Err(self.failed(Refusal::unknown(self.server.backend())));
        }
        let backend = self.server.backend();
        let refused = if self.errors.known { refusal(self.model(), backend, sql) } else { None };
        let on_error = refused.as_ref().map_or(OnError::Stop, |refusal| OnError::Fails(refusal.message().to_owned()));
        let transaction = (!self.open.is_empty()).then_some(self.transactions);
        self.statements.push(Statement { sql: sql.to_owned(), transaction, on_error });
        self.numbers.push(number);
        refused.map_or(Ok(()), |refusal| Err(self.failed(refusal)))
    }

    /// A failed statement ends the transaction or savepoint it is in, on PostgreSQL.
    fn failed(&mut self, refusal: Refusal) -> DbErr {
        if self.server.backend() == DbBackend::Postgres && !self.open.is_empty() {
            self.aborted = Some(self.open.len());
        }
        refusal.into()
    }

    fn refuse_aborted(&self) -> Result<(), DbErr> {
        if self.aborted.is_some() { Err(Refusal::aborted().into()) } else { Ok(()) }
    }

    fn execute(&mut self, statement: &Given) -> Result<ExecResult, DbErr> {
        self.refuse_aborted()?;
        self.push(&written_out(statement)?)?;
        // No rows affected: work in batches ends with the first.
        MockDatabase::new(self.server.backend())
            .append_exec_results([MockExecResult::default()])
            .execute(0, Given::from_string(self.server.backend(), ""))
    }

    fn query(&mut self, statement: Given) -> Result<Vec<QueryResult>, DbErr> {
        self.refuse_aborted()?;
        self.asked = true;
        let values: &[Value] = statement.values.as_ref().map_or(&[], |values| &values.0);
        let rows = if let Some(rows) = probes::answer(self, &statement.sql, values) {
            rows
        } else {
            let sql = written_out(&statement)?;
            if !only_reads(&sql) {
                self.push(&sql)?;
            }
            self.unanswered.push(sql);
            Vec::new()
        };
        MockDatabase::new(self.server.backend()).append_query_results::<Row, _, _>([rows]).query(0, statement)
    }

    fn rollback(&mut self) {
        let Some(kept) = self.open.pop() else { return };
        self.aborted = self.aborted.filter(|depth| *depth <= self.open.len());
        self.statements.truncate(kept);
        self.numbers.truncate(kept);
        if self.known.as_ref().is_some_and(|(applied, _)| *applied > kept) {
            self.known = None;
        }
    }
}

impl Known for Recording {
    fn server(&self) -> Capability {
        self.server
    }

    /// What a script reverts may have some.
    fn may_hold_rows(&self) -> bool {
        self.direction == Direction::Down
    }

    fn schema(&mut self) -> &dyn KnownSchema {
        self.model()
    }

    fn asked(&mut self) {
        self.asked = true;
    }

    fn refuse(&self) -> Result<(), DbErr> {
        self.refuse_aborted()
    }
}

fn written_out(statement: &Given) -> Result<String, DbErr> {
    values::written_out(statement).map_err(|problem| DbErr::Custom(format!("cannot be written down: {problem}")))
}

/// Whether a query can be left out of a script, as far as its first word tells.
fn only_reads(sql: &str) -> bool {
    let first = sql.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let word: String = first.chars().take_while(char::is_ascii_alphabetic).collect();
    let reading = ["select", "with", "show", "values", "table", "explain", "pragma", "describe", "desc"];
    reading.iter().any(|known| word.eq_ignore_ascii_case(known)) && !contains_change(sql)
}

/// `WITH … INSERT`, for example.
fn contains_change(sql: &str) -> bool {
    let lower = sql.to_ascii_lowercase();
    ["insert into", "delete from", "update "].iter().any(|change| lower.contains(change)) && lower.starts_with("with")
}

/// What was recorded, see [`Recording`].
pub struct Taken {
    pub statements: Vec<Statement>,
    pub numbers: Vec<usize>,
    pub given: usize,
    pub asked: bool,
    pub unanswered: Vec<String>,
    /// How many transactions and savepoints were begun.
    pub transactions: usize,
}

/// The recording behind a connection.
#[derive(Clone, Debug)]
pub struct Recorder {
    backend: DbBackend,
    recording: Arc<Mutex<Recording>>,
}

impl Recorder {
    /// Begins a recording on the schema `before`.
    pub fn new(server: Capability, direction: Direction, before: Schema, errors: Errors) -> Self {
        let recording = Recording {
            server,
            direction,
            before,
            statements: Vec::new(),
            numbers: Vec::new(),
            given: 0,
            errors,
            aborted: None,
            asked: false,
            unanswered: Vec::new(),
            open: Vec::new(),
            transactions: 0,
            begun: 0,
            known: None,
        };
        Self { backend: server.backend(), recording: Arc::new(Mutex::new(recording)) }
    }

    /// A connection that records here.
    pub fn connection(&self) -> DatabaseConnection {
        let mock = MockDatabaseConnection::new(self.clone());
        DatabaseConnectionType::MockDatabaseConnection(Arc::new(mock)).into()
    }

    /// What stands in for the database.
    pub fn known(&self) -> Arc<Mutex<dyn Known>> {
        Arc::clone(&self.recording) as _
    }

    /// An error when a statement failed that ends its transaction.
    pub fn refuse_aborted(&self) -> Result<(), DbErr> {
        self.lock().refuse_aborted()
    }

    /// What was recorded.
    pub fn take(&self) -> Taken {
        let mut recording = self.lock();
        Taken {
            statements: std::mem::take(&mut recording.statements),
            numbers: std::mem::take(&mut recording.numbers),
            given: recording.given,
            asked: recording.asked,
            unanswered: std::mem::take(&mut recording.unanswered),
            transactions: recording.begun,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MockDatabaseTrait for Recorder {
    fn execute(&mut self, _: usize, statement: Given) -> Result<ExecResult, DbErr> {
        self.lock().execute(&statement)
    }

    fn query(&mut self, _: usize, statement: Given) -> Result<Vec<QueryResult>, DbErr> {
        self.lock().query(statement)
    }

    fn begin(&mut self) {
        let mut recording = self.lock();
        if recording.open.is_empty() {
            recording.transactions += 1;
        }
        recording.begun += 1;
        let statements = recording.statements.len();
        recording.open.push(statements);
    }

    fn commit(&mut self) {
        let mut recording = self.lock();
        if recording.aborted.is_some() {
            // What PostgreSQL makes of it, and of a savepoint when the transaction ends.
            recording.rollback();
        } else {
            recording.open.pop();
        }
    }

    fn rollback(&mut self) {
        self.lock().rollback();
    }

    fn drain_transaction_log(&mut self) -> Vec<Transaction> {
        Vec::new()
    }

    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    fn ping(&self) -> Result<(), DbErr> {
        Ok(())
    }
}
