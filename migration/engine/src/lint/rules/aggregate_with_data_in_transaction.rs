//! A continuous aggregate filled inside a transaction.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "aggregate-with-data-in-transaction",
    summary: "A continuous aggregate is filled when it is created unless it says otherwise, and that does not run inside a \
              transaction.",
    code: Some("25001"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Create it WITH NO DATA, and leave filling it to its refresh policy or to a revision outside a transaction.",
    check,
    examples: &[Example {
        setup: &[HYPERTABLE],
        failing: Sql::InTransaction(&[
            "CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS SELECT time_bucket('1 hour', taken_at) AS hour, avg(value) AS value FROM readings GROUP BY 1",
        ]),
        passing: Sql::InTransaction(&[
            "CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous) AS SELECT time_bucket('1 hour', taken_at) AS hour, avg(value) AS value FROM readings GROUP BY 1 WITH NO DATA",
        ]),
        proof: Proof::Refused("25001"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let fills = parsed.creates_continuous_aggregate() && parsed.with_data != Some(false);
    (fills && context.in_transaction()).then(|| "WITH NO DATA is missing".to_owned())
}
