//! Procedures of one's own that TimescaleDB runs again and again.

use crate::{
    Capability, Interval, Unsupported,
    quote::{literal, regclass},
};

/// A procedure `(job_id integer, config jsonb)` of the current schema, run by TimescaleDB's scheduler.
///
/// A job is known by its procedure and its configuration: adding one that is there changes its schedule to what is asked
/// for, and the same procedure with another configuration is another job.
///
/// ```
/// use migration_timescale::{Capability, Interval, Job, Version};
///
/// let job = Job::of("archive_alerts", Interval::days(1)).config(r#"{"older_than": "90 days"}"#);
/// let [change, add] = job.add_sql(Capability::timescale_full(Version::new(2, 23, 0)))?;
/// assert!(change.starts_with("SELECT alter_job(job_id, schedule_interval => INTERVAL '1 day')"));
/// assert!(add.starts_with("SELECT add_job('archive_alerts', INTERVAL '1 day'"));
/// # Ok::<(), migration_timescale::Unsupported>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    procedure: String,
    schedule_interval: Interval,
    config: Option<String>,
    fixed_schedule: bool,
}

impl Job {
    /// Runs the procedure once per interval.
    pub fn of(procedure: &str, schedule_interval: Interval) -> Self {
        Self { procedure: procedure.to_owned(), schedule_interval, config: None, fixed_schedule: true }
    }

    /// What the procedure is given, as JSON.
    #[must_use]
    pub fn config(mut self, json: &str) -> Self {
        self.config = Some(json.to_owned());
        self
    }

    /// Counts the interval from the end of the last run, not from the clock.
    #[must_use]
    pub fn after_the_last_run(mut self) -> Self {
        self.fixed_schedule = false;
        self
    }

    /// Name of the procedure.
    pub fn procedure(&self) -> &str {
        &self.procedure
    }

    /// The statements that add the job: the first gives one that is there the schedule of this one, the second adds it
    /// when there is none. Said again they change nothing.
    pub fn add_sql(&self, server: Capability) -> Result<[String; 2], Unsupported> {
        server.require_full_licence("a job")?;
        let interval = self.schedule_interval.to_sql();
        let config = self.config.as_ref().map(|json| format!(", config => {}::jsonb", literal(json)));
        let change = format!(
            "SELECT alter_job(job_id, schedule_interval => {interval}) {} AND schedule_interval <> {interval}",
            self.found()
        );
        let add = format!(
            "SELECT add_job({}, {interval}{}, fixed_schedule => {}) WHERE NOT EXISTS (SELECT {})",
            regclass(&self.procedure),
            config.unwrap_or_default(),
            self.fixed_schedule,
            self.found()
        );
        Ok([change, add])
    }

    /// The statement that deletes the job; it changes nothing when there is none.
    pub fn delete_sql(&self, server: Capability) -> Result<String, Unsupported> {
        server.require_full_licence("a job")?;
        Ok(format!("SELECT delete_job(job_id) {}", self.found()))
    }

    fn found(&self) -> String {
        let config = self.config.as_ref().map_or_else(|| "NULL".to_owned(), |json| literal(json));
        format!(
            "FROM timescaledb_information.jobs WHERE proc_schema = current_schema() AND proc_name = {} \
             AND config IS NOT DISTINCT FROM {config}::jsonb",
            literal(&self.procedure)
        )
    }
}
