//! Ages of retention and archives that the environment sets, in place of those that revisions declare.

use migration_timescale::{Interval, Maintenance, PolicyKind, literal};
use sea_orm::DbErr;

use super::{Done, TaskOutcome, plan::Planned, turn::Turn};
use crate::{
    EngineError, Runner,
    schema::catalog::{Difference, Kind},
    sql::rows,
};

/// `RETENTION_<AREA>_<TABLE>`, or without an area `RETENTION_<TABLE>`; what no name of a variable may have is `_`.
pub(crate) fn variable(area: Option<&str>, table: &str) -> String {
    let name: Vec<&str> = ["retention"].into_iter().chain(area).chain([table]).collect();
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    name.join("_").chars().map(letter).collect()
}

/// The work with the age of its variable, and the variable, where that is set.
pub(super) fn of_environment(
    area: Option<&str>,
    work: Maintenance,
) -> Result<(Maintenance, Option<String>), EngineError> {
    let variable = variable(area, work.about());
    let set = work.age().and_then(|_| std::env::var_os(&variable)).filter(|value| !value.is_empty());
    // What is not UTF-8 is no age either.
    let Some(value) = set.map(|value| value.to_string_lossy().into_owned()) else { return Ok((work, None)) };
    let age: Interval =
        value.parse().map_err(|source| EngineError::InvalidRetention { variable: variable.clone(), source })?;
    Ok((work.with_age(age), Some(variable)))
}

/// Gives a job the age of the variable, where that is set and the job has another one.
pub(super) async fn give_to_job(
    turn: &mut Turn<'_>,
    planned: &Planned,
    id: i64,
    left_to_job: Done,
    dry_run: bool,
) -> Result<Done, EngineError> {
    let (Some(variable), Some(age)) = (&planned.variable, planned.work.age()) else { return Ok(left_to_job) };
    let differs = format!(
        "FROM timescaledb_information.jobs WHERE job_id = {id} \
         AND (config ->> 'drop_after')::interval IS DISTINCT FROM {}",
        age.to_sql()
    );
    if dry_run {
        let found = rows(turn.runner.connection(), &format!("SELECT 1 AS found {differs}")).await;
        let found = found.map_err(EngineError::while_doing("asking for the age of a job"))?;
        let planned = Done::planned(format!("would give job {id} the age {age} of {variable}"));
        return Ok(if found.is_empty() { left_to_job } else { planned });
    }
    let changed = turn.step(planned, async |runner: &Runner| -> Result<usize, DbErr> {
        let config = format!("config || jsonb_build_object('drop_after', {})", literal(&age.to_string()));
        rows(runner.connection(), &format!("SELECT alter_job(job_id, config => {config}) {differs}"))
            .await
            .map(|rows| rows.len())
    });
    Ok(match changed.await? {
        None => Done::taken_back(planned),
        Some(0) => left_to_job,
        Some(_) => {
            let detail = format!("job {id} has the age {age} of {variable} from now on");
            Done { outcome: TaskOutcome::Done, detail, rows: None }
        }
    })
}

/// Whether a difference between a policy of the live schema and of the revisions is the age of the work and nothing else.
pub(super) fn explains(work: &Maintenance, difference: &Difference) -> bool {
    let Some(chosen) = work.age() else { return false };
    let name = match work {
        Maintenance::Refresh(_) => return false,
        Maintenance::Retention(policy) => format!("{} on {}", PolicyKind::Retention.procedure(), policy.table()),
        Maintenance::Archive(policy) => policy.job(),
    };
    let (Some(expected), Some(live)) = (&difference.expected, &difference.live) else { return false };
    let (Some((before, age, after)), Some((start, _, end))) = (around_age(live), around_age(expected)) else {
        return false;
    };
    let is_this = chosen.to_string() == age || hours_and_minutes(chosen) == age;
    difference.kind == Kind::Policy && difference.name == name && is_this && (before, after) == (start, end)
}

/// The age in the configuration of a job, with the text before and after it.
fn around_age(definition: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = definition.split_once("\"drop_after\": \"")?;
    let (age, after) = rest.split_once('"')?;
    Some((before, age, after))
}

/// As PostgreSQL writes an interval that is not made of days.
fn hours_and_minutes(age: Interval) -> String {
    let seconds = age.as_seconds();
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn a_variable_is_named_after_area_and_table() {
        assert_eq!(variable(Some("telemetry"), "sensor_readings"), "RETENTION_TELEMETRY_SENSOR_READINGS");
        assert_eq!(variable(None, "my Größe"), "RETENTION_MY_GR__E");
    }
}
