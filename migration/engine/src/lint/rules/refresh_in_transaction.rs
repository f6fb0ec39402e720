//! A refresh inside a transaction.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "refresh-in-transaction",
    summary: "refresh_continuous_aggregate does not run inside a transaction, nor in a text with other statements.",
    code: Some("25001"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Leave it to the refresh policy, or call it in a revision with `use_transaction() -> Some(false)`.",
    check,
    examples: &[
        Example {
            setup: &[HYPERTABLE, HOURLY],
            failing: Sql::InTransaction(&["CALL refresh_continuous_aggregate('hourly', NULL, NULL)"]),
            passing: Sql::Outside(&["CALL refresh_continuous_aggregate('hourly', NULL, NULL)"]),
            proof: Proof::Refused("25001"),
            servers: Servers::All,
        },
        Example {
            setup: &[HYPERTABLE, HOURLY],
            failing: Sql::Outside(&["CALL public.refresh_continuous_aggregate('hourly', NULL, NULL); SELECT 1"]),
            passing: Sql::Outside(&["CALL public.refresh_continuous_aggregate('hourly', NULL, NULL)"]),
            proof: Proof::Refused("25001"),
            servers: Servers::All,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let refreshes = !parsed.calls("refresh_continuous_aggregate").is_empty();
    (refreshes && context.in_transaction()).then(|| "a refresh needs transactions of its own".to_owned())
}
