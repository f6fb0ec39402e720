//! Refresh policies over less than two buckets.

use migration_timescale::PolicyKind;

use super::prelude::*;
use crate::{
    lint::{
        interval::seconds,
        policies::{Reach, end},
    },
    recording::model::policies::{Added, added},
};

/// The rule.
pub const RULE: Rule = Rule {
    name: "refresh-window-too-small",
    summary: "A refresh policy has to cover at least two buckets between its start and its end.",
    code: Some("22023"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Let start_offset be at least end_offset plus two buckets.",
    check,
    examples: &[Example {
        setup: &[HYPERTABLE, HOURLY],
        failing: Sql::InTransaction(&[
            "SELECT add_continuous_aggregate_policy('hourly', start_offset => INTERVAL '2 hours', end_offset => INTERVAL '30 minutes', schedule_interval => INTERVAL '1 hour')",
        ]),
        passing: Sql::InTransaction(&[
            "SELECT add_continuous_aggregate_policy('hourly', start_offset => INTERVAL '2.5 hours', end_offset => INTERVAL '30 minutes', schedule_interval => INTERVAL '1 hour')",
        ]),
        proof: Proof::Refused("22023"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let refreshes = added(NAMES, parsed).into_iter().filter(|added| added.kind == PolicyKind::Refresh);
    refreshes.into_iter().find_map(|Added { about, policy, .. }| {
        let bucket = seconds(&context.before.continuous_aggregate(&about)?.bucket)?;
        let (Some(Reach::Seconds(start)), Some(end)) = (Reach::of(&policy), end(&policy)) else { return None };
        (start - end < 2.0 * bucket).then(|| format!("the policy of `{about}` covers less than two buckets"))
    })
}
