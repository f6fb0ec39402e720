//! Retention that drops rows which a refresh still looks at.

use migration_timescale::PolicyKind;

use super::prelude::*;
use crate::{
    lint::policies::{Reach, age, conflict_made},
    recording::model::{Model, policies::Policies},
};

/// The rule.
pub const RULE: Rule = Rule {
    name: "retention-before-refresh",
    summary: "A refresh that reaches back over dropped chunks deletes what the continuous aggregate held of them.",
    code: None,
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Keep start_offset of every refresh policy shorter than drop_after of the table it reads.",
    check,
    examples: &[
        Example {
            setup: &[RECENT],
            failing: Sql::InTransaction(&[
                "SELECT add_continuous_aggregate_policy('hourly', start_offset => NULL, end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour')",
                "SELECT add_retention_policy('readings', drop_after => INTERVAL '3 days')",
            ]),
            passing: Sql::InTransaction(&[
                "SELECT add_continuous_aggregate_policy('hourly', start_offset => INTERVAL '2 days', end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour')",
                "SELECT add_retention_policy('readings', drop_after => INTERVAL '3 days')",
            ]),
            proof: LOSES_HISTORY,
            servers: Servers::All,
        },
        Example {
            setup: &[RECENT, &["SELECT add_retention_policy('readings', INTERVAL '3 days')"]],
            failing: Sql::InTransaction(&[
                "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '30 days', INTERVAL '1 hour', INTERVAL '1 hour')",
            ]),
            passing: Sql::InTransaction(&[
                "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '2 days', INTERVAL '1 hour', INTERVAL '1 hour')",
            ]),
            proof: LOSES_HISTORY,
            servers: Servers::All,
        },
    ],
};

/// Ten days of readings, all in the aggregate.
const RECENT: &[&str] = &[
    "CREATE TABLE readings (taken_at timestamptz NOT NULL, value double precision)",
    "SELECT create_hypertable('readings', by_range('taken_at', INTERVAL '1 day'))",
    "INSERT INTO readings SELECT now() - n * INTERVAL '1 hour', n FROM generate_series(1, 240) n",
    "CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS SELECT time_bucket('1 hour', taken_at) AS hour, count(*) AS n FROM readings GROUP BY 1 WITH NO DATA",
    "CALL refresh_continuous_aggregate('hourly', NULL, NULL)",
];

/// Both jobs run, with a late row in between as it comes in every plant. A refresh may take two runs.
const LOSES_HISTORY: Proof = Proof::Shown {
    run: Some(
        "SELECT 'CALL run_job(' || job_id || ')' FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention' \
         UNION ALL SELECT 'INSERT INTO readings VALUES (now() - INTERVAL ''9 days'', 0)' \
         UNION ALL SELECT 'CALL run_job(' || job_id || ')' FROM timescaledb_information.jobs, generate_series(1, 2) WHERE proc_name = 'policy_refresh_continuous_aggregate'",
    ),
    query: "SELECT (count(*) > 200)::text FROM hourly",
    bad: "false",
    good: "true",
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let (aggregate, table) = conflict_made(context, parsed, conflicts)?;
    Some(format!("the refresh of `{aggregate}` reaches further back than the retention of `{table}`"))
}

fn conflicts(model: &Model, policies: &Policies) -> Vec<(String, String)> {
    let refreshes = policies.of(PolicyKind::Refresh);
    let reaching = refreshes.filter_map(|(name, refresh)| {
        let source = &model.continuous_aggregate(name)?.source;
        let too_far = Reach::of(refresh)?.is_beyond(age(policies, PolicyKind::Retention, source)?);
        too_far.then(|| (name.to_owned(), source.clone()))
    });
    reaching.collect()
}
