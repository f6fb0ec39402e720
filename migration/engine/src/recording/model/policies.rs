//! Policies that statements add and remove, with their settings as they were written.
//!
//! # How to add a policy
//!
//! A line in [`POLICIES`] with the names of what adds and removes it, and the settings that tell one from another.

use migration_timescale::PolicyKind;
use sqlparser::tokenizer::Token;

use super::{Model, names::Names};
use crate::sql::parsed::{Call, Parsed, value};

struct Policy {
    kind: PolicyKind,
    add: &'static [&'static str],
    remove: &'static [&'static str],
    /// Name of the argument, and its place.
    settings: &'static [(&'static str, usize)],
}

const POLICIES: &[Policy] = &[
    Policy {
        kind: PolicyKind::Columnstore,
        add: &["add_columnstore_policy", "add_compression_policy"],
        remove: &["remove_columnstore_policy", "remove_compression_policy"],
        settings: &[("after", 1)],
    },
    Policy {
        kind: PolicyKind::Reorder,
        add: &["add_reorder_policy"],
        remove: &["remove_reorder_policy"],
        settings: &[("index_name", 1)],
    },
    Policy {
        kind: PolicyKind::Refresh,
        add: &["add_continuous_aggregate_policy"],
        remove: &["remove_continuous_aggregate_policy"],
        settings: &[("start_offset", 1), ("end_offset", 2), ("schedule_interval", 3)],
    },
    Policy {
        kind: PolicyKind::Retention,
        add: &["add_retention_policy"],
        remove: &["remove_retention_policy"],
        settings: &[("drop_after", 1)],
    },
];

/// Takes in calls such as `add_retention_policy`, and forgets the policies of what is dropped.
pub fn apply(model: &mut Model, names: Names, parsed: &Parsed) {
    if parsed.starts_with(&["drop"]) {
        let (tables, views) = (&model.tables, &model.views);
        model.policies.retain(|(_, name), _| tables.contains_key(name) || views.contains_key(name));
    }
    if !parsed.starts_with(&["select"]) && !parsed.starts_with(&["call"]) {
        return;
    }
    for policy in POLICIES {
        let calls = |functions: &[&str]| functions.iter().flat_map(|name| parsed.calls(name)).collect::<Vec<_>>();
        for (call, name) in calls(policy.remove).iter().filter_map(|call| Some((call, about(call, names)?))) {
            let _ = call;
            model.policies.remove(&(policy.kind, name));
        }
        for (call, name) in calls(policy.add).iter().filter_map(|call| Some((call, about(call, names)?))) {
            let settings = policy.settings.iter().map(|(name, place)| text(call.argument(name, *place))).collect();
            model.policies.entry((policy.kind, name)).or_insert(settings);
        }
    }
}

/// What the policy is of: always the first argument.
fn about(call: &Call, names: Names) -> Option<String> {
    names.relation(call.argument("relation", 0)?)
}

/// The text in `INTERVAL '1 day'` or `'an_index'`; nothing for `NULL`.
fn text(argument: Option<&[Token]>) -> String {
    let is_text = |token: &&Token| matches!(token, Token::SingleQuotedString(_));
    argument
        .and_then(|tokens| tokens.iter().find(is_text))
        .map(|token| value(std::slice::from_ref(token)))
        .unwrap_or_default()
}
