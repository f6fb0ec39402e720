//! `doctor`: what an operator wants to know about a server before and after a migration.
//!
//! # How to add a question
//!
//! A function that gives a [`Diagnosis`], and its name in [`examine`].

mod diagnosis;
mod rights;
mod upgrade;

use migration_timescale::{Capability, Dialect};
use sea_orm::{DbBackend, DbErr};

use crate::{
    EngineError, Runner,
    runner::RevisionStatus,
    sql::{line::listed, rows},
};
pub use diagnosis::{Diagnosis, Health};

/// Asks everything that applies to the server.
pub async fn examine(runner: &Runner) -> Result<Vec<Diagnosis>, EngineError> {
    let failed = || EngineError::while_doing("examining the server");
    let mut found = vec![server(runner).await.map_err(failed())?, abilities(runner.server())];
    if runner.server().backend() == DbBackend::Postgres {
        found.push(timeouts(runner).await.map_err(failed())?);
        found.push(locks(runner).await.map_err(failed())?);
        found.push(invalid_indexes(runner).await.map_err(failed())?);
        found.extend(copies(runner).await.map_err(failed())?);
        found.push(rights::rights(runner).await.map_err(failed())?);
    }
    if runner.server().has_columnstore() {
        found.push(jobs(runner).await.map_err(failed())?);
    }
    if runner.server().backend() == DbBackend::MySql {
        found.push(engines(runner).await.map_err(failed())?);
    }
    if let Some(installed) = runner.server().timescale_version() {
        found.push(upgrade::upgrade(runner, installed).await.map_err(failed())?);
    }
    found.push(revisions(runner).await?);
    Ok(found)
}

pub(super) async fn server(runner: &Runner) -> Result<Diagnosis, DbErr> {
    let question = match runner.server().dialect() {
        Dialect::Postgres => {
            "SELECT format('PostgreSQL %s, database %s, schema %s, user %s%s', split_part(current_setting('server_version'), ' ', 1), current_database(), \
             coalesce(current_schema(), 'none'), current_user, CASE WHEN pg_is_in_recovery() THEN ', a standby: it can only be read' ELSE '' END) AS answer"
        }
        Dialect::MySql => "SELECT CONCAT(VERSION(), ', database ', DATABASE(), ', user ', CURRENT_USER()) AS answer",
        Dialect::Sqlite => "SELECT 'SQLite ' || sqlite_version() AS answer",
    };
    Ok(ok("server", first(runner, question).await?.unwrap_or_default()))
}

pub(super) fn abilities(server: Capability) -> Diagnosis {
    let able = match (server.has_hypertables(), server.has_columnstore()) {
        (true, true) => "hypertables, columnstore, policies, continuous aggregates",
        (true, false) => "hypertables; no columnstore, policies or continuous aggregates (Apache edition)",
        _ => "tables and indexes; no hypertables",
    };
    let sessions = if server.is_web_assembly() { "; one session, no background jobs (WebAssembly)" } else { "" };
    ok("abilities", format!("{server}: {able}{sessions}"))
}

/// Tables of MySQL whose engine has no transactions: what fails half way stays half done there.
async fn engines(runner: &Runner) -> Result<Diagnosis, DbErr> {
    let others = "SELECT GROUP_CONCAT(CONCAT(TABLE_NAME, ' (', ENGINE, ')') ORDER BY TABLE_NAME SEPARATOR ', ') AS answer \
         FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB'";
    let Some(tables) = first(runner, others).await? else {
        return Ok(ok("tables", "all have transactions".to_owned()));
    };
    let advice = "what fails half way stays half done in them: ALTER TABLE … ENGINE=InnoDB ROW_FORMAT=DYNAMIC for each";
    let finding = format!("tables without transactions: {tables}; {advice}");
    Ok(Diagnosis { about: "tables", health: Health::Problem, finding })
}

async fn timeouts(runner: &Runner) -> Result<Diagnosis, DbErr> {
    let settings = "SELECT string_agg(name || ' ' || CASE setting WHEN '0' THEN 'none' ELSE setting || ' ' || unit END, ', ' ORDER BY name) AS answer \
         FROM pg_settings WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout')";
    let answer = first(runner, settings).await?.unwrap_or_default();
    if answer.contains("idle_in_transaction_session_timeout none") {
        let advice = "a forgotten transaction can keep tables locked for ever: set idle_in_transaction_session_timeout";
        return Ok(Diagnosis { about: "timeouts", health: Health::Note, finding: format!("{answer}; {advice}") });
    }
    Ok(ok("timeouts", answer))
}

async fn locks(runner: &Runner) -> Result<Diagnosis, DbErr> {
    let of_table = "AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.granted AND l.locktype = 'relation' \
         AND l.database = a.datid AND l.relation >= 16384)";
    let held = format!(
        "SELECT string_agg(format('pid %s (%s, %s) open for %s s', pid, coalesce(nullif(application_name, ''), 'no application name'), state, age), '; ') AS answer \
         FROM (SELECT a.pid, a.application_name, a.state, extract(epoch FROM now() - a.xact_start)::bigint AS age FROM pg_stat_activity a \
         WHERE a.pid <> pg_backend_pid() AND a.datname = current_database() AND a.xact_start < now() - interval '5 seconds' \
         {of_table} ORDER BY a.xact_start LIMIT 5) t"
    );
    // Of the sessions of other users an ordinary one does not see since when they are in their transaction.
    let hidden = format!(
        "SELECT string_agg(format('pid %s (%s, user %s)', a.pid, coalesce(nullif(a.application_name, ''), 'no application name'), a.usename), '; ' ORDER BY a.pid) AS answer \
         FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND a.datname = current_database() AND a.xact_start IS NULL {of_table}"
    );
    if let Some(sessions) = first(runner, &held).await? {
        let finding = format!(
            "transactions that have held table locks for long: {sessions}; end them before `up`, with pg_terminate_backend(pid) if need be"
        );
        return Ok(Diagnosis { about: "locks", health: Health::Problem, finding });
    }
    if let Some(sessions) = first(runner, &hidden).await? {
        let finding = format!(
            "transactions that hold table locks now: {sessions}; since when is shown to members of pg_read_all_stats"
        );
        return Ok(Diagnosis { about: "locks", health: Health::Note, finding });
    }
    Ok(ok("locks", "no transaction has held a table lock for over 5 s".to_owned()))
}

async fn invalid_indexes(runner: &Runner) -> Result<Diagnosis, DbErr> {
    let invalid = "SELECT string_agg(x.indexrelid::regclass || CASE WHEN p.pid IS NULL THEN '' ELSE ' (being built by pid ' || p.pid || ')' END, ', ') AS answer \
         FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_stat_progress_create_index p ON p.index_relid = x.indexrelid AND p.datname = current_database() \
         WHERE NOT x.indisvalid AND i.relnamespace = quote_ident(current_schema())::regnamespace";
    Ok(match first(runner, invalid).await? {
        Some(indexes) => Diagnosis {
            about: "invalid indexes",
            health: Health::Problem,
            finding: format!(
                "{indexes}; `up` drops and rebuilds those of a pending revision, others: REINDEX INDEX CONCURRENTLY, or drop them"
            ),
        },
        None => ok("invalid indexes", "none".to_owned()),
    })
}

/// What a `down` has left that was killed, or did not get its lock, while [`KeptColumns`](crate::revision::kept::KeptColumns)
/// copied ahead of it.
async fn copies(runner: &Runner) -> Result<Option<Diagnosis>, DbErr> {
    let left = "SELECT string_agg(format('trigger %s on %s', quote_ident(t.tgname), t.tgrelid::regclass), ', ' ORDER BY t.tgname) AS answer \
         FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgname LIKE '\\_kept\\_%' \
         AND c.relnamespace = quote_ident(current_schema())::regnamespace";
    Ok(first(runner, left).await?.map(|triggers| Diagnosis {
        about: "kept columns",
        health: Health::Problem,
        finding: format!(
            "{triggers}: it notes every row that is written, for a `down` that is at work or did not get to its end; run \
             `down` again, or `up` to stay"
        ),
    }))
}

async fn jobs(runner: &Runner) -> Result<Diagnosis, DbErr> {
    let failing = "SELECT string_agg(format('job %s (%s%s): %s', j.job_id, j.proc_name, coalesce(' on ' || j.hypertable_name, ''), \
         coalesce((SELECT e.err_message FROM timescaledb_information.job_errors e WHERE e.job_id = j.job_id ORDER BY e.finish_time DESC LIMIT 1), 'failed')), '; ') AS answer \
         FROM timescaledb_information.jobs j JOIN timescaledb_information.job_stats s USING (job_id) \
         WHERE s.last_run_status = 'Failed' AND (j.hypertable_schema = current_schema() OR j.hypertable_schema IS NULL)";
    Ok(match first(runner, failing).await? {
        Some(jobs) => Diagnosis {
            about: "jobs",
            health: Health::Problem,
            finding: format!("failing: {jobs}; remove the cause, then CALL run_job(id)"),
        },
        None => ok("jobs", "none is failing".to_owned()),
    })
}

async fn revisions(runner: &Runner) -> Result<Diagnosis, EngineError> {
    let records = runner.records().await?;
    let missing = runner.missing(&records);
    let status = runner.status_of(&records).await?;
    let unfinished: Vec<&str> =
        status.iter().filter(|one| one.unfinished.is_some()).map(|one| one.name.as_str()).collect();
    let changed: Vec<String> = status.iter().filter_map(RevisionStatus::change).map(|one| one.to_string()).collect();
    let pending = status.iter().filter(|one| one.is_pending()).count();
    let mut findings = vec![format!("{} applied, {pending} pending", status.len() - pending)];
    if !unfinished.is_empty() {
        findings
            .push(format!("unfinished: {}: a run was killed or is at work; `up` continues it", listed(&unfinished)));
    }
    if !changed.is_empty() {
        findings.push(format!("changed after they were applied: {}", listed(&changed)));
    }
    if !missing.is_empty() {
        findings.push(format!("applied but missing from the code: {}", listed(&missing)));
    }
    let health = if findings.len() > 1 { Health::Problem } else { Health::Ok };
    Ok(Diagnosis { about: "revisions", health, finding: findings.join("; ") })
}

fn ok(about: &'static str, finding: String) -> Diagnosis {
    Diagnosis { about, health: Health::Ok, finding }
}

async fn first(runner: &Runner, question: &str) -> Result<Option<String>, DbErr> {
    match rows(runner.connection(), question).await?.first() {
        Some(row) => row.try_get("", "answer"),
        None => Ok(None),
    }
}
