//! A columnstore policy that converts what a refresh still writes.

use migration_timescale::PolicyKind;

use super::prelude::*;
use crate::{
    lint::policies::{Reach, age, conflict_made},
    recording::model::{Model, policies::Policies},
};

/// The rule.
pub const RULE: Rule = Rule {
    name: "columnstore-within-refresh",
    summary: "A refresh that reaches chunks in the columnstore unpacks rows of them, and the job packs them again, every time.",
    code: None,
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Let the columnstore policy of a continuous aggregate begin where its refresh policy no longer looks.",
    check,
    examples: &[
        Example {
            setup: &[RECENT],
            failing: Sql::InTransaction(&[
                "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '6 days', INTERVAL '1 hour', INTERVAL '1 hour')",
                "SELECT add_compression_policy('hourly', INTERVAL '2 days')",
            ]),
            passing: Sql::InTransaction(&[
                "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '6 days', INTERVAL '1 hour', INTERVAL '1 hour')",
                "SELECT add_compression_policy('hourly', INTERVAL '7 days')",
            ]),
            proof: UNPACKS,
            servers: Servers::All,
        },
        Example {
            setup: &[
                RECENT,
                &[
                    "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '1 day', INTERVAL '1 hour', INTERVAL '1 hour')",
                    "SELECT add_compression_policy('hourly', compress_after => INTERVAL '2 days')",
                ],
            ],
            failing: Sql::InTransaction(&[
                "SELECT remove_continuous_aggregate_policy('hourly')",
                "SELECT add_continuous_aggregate_policy('hourly', NULL, INTERVAL '1 hour', INTERVAL '1 hour')",
            ]),
            passing: Sql::InTransaction(&[
                "SELECT remove_continuous_aggregate_policy('hourly')",
                "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '36 hours', INTERVAL '1 hour', INTERVAL '1 hour')",
            ]),
            proof: UNPACKS,
            servers: Servers::All,
        },
    ],
};

/// Ten days of readings, all in an aggregate with a columnstore.
const RECENT: &[&str] = &[
    "CREATE TABLE readings (taken_at timestamptz NOT NULL, value double precision)",
    "SELECT create_hypertable('readings', by_range('taken_at', INTERVAL '1 day'))",
    "INSERT INTO readings SELECT now() - n * INTERVAL '1 hour', n FROM generate_series(1, 240) n",
    "CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS SELECT time_bucket('1 hour', taken_at) AS hour, count(*) AS n FROM readings GROUP BY 1 WITH NO DATA",
    "SELECT set_chunk_time_interval('hourly', INTERVAL '1 day')",
    "CALL refresh_continuous_aggregate('hourly', NULL, NULL)",
    "ALTER MATERIALIZED VIEW hourly SET (timescaledb.compress)",
];

/// Chunks are converted, a late row comes in, and the refresh leaves rows beside what is packed.
const UNPACKS: Proof = Proof::Shown {
    run: Some(
        "SELECT 'CALL run_job(' || job_id || ')' FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' \
         UNION ALL SELECT 'INSERT INTO readings VALUES (now() - INTERVAL ''5 days'', 0)' \
         UNION ALL SELECT 'CALL run_job(' || job_id || ')' FROM timescaledb_information.jobs, generate_series(1, 2) WHERE proc_name = 'policy_refresh_continuous_aggregate'",
    ),
    // A chunk that is packed as a whole has no page of its own.
    query: "SELECT (count(*) > 0)::text FROM timescaledb_information.chunks \
            WHERE is_compressed AND pg_relation_size(format('%I.%I', chunk_schema, chunk_name)::regclass) > 0",
    bad: "true",
    good: "false",
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let aggregate = conflict_made(context, parsed, conflicts)?;
    Some(format!("chunks of `{aggregate}` go to the columnstore while its refresh policy still reaches them"))
}

fn conflicts(_: &Model, policies: &Policies) -> Vec<String> {
    let reached = policies.of(PolicyKind::Refresh).filter(|(name, refresh)| {
        let after = age(policies, PolicyKind::Columnstore, name);
        Reach::of(refresh).zip(after).is_some_and(|(reach, after)| reach.is_beyond(after))
    });
    reached.map(|(name, _)| name.to_owned()).collect()
}
