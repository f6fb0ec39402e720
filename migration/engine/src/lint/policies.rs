//! What policies of a history mean beside each other.

use migration_timescale::PolicyKind;
use sqlparser::tokenizer::Token;

use crate::{
    recording::model::{
        Model,
        policies::{Policies, Policy},
    },
    sql::parsed::{Parsed, is_word},
};

use super::{
    context::{Context, NAMES},
    interval::seconds,
};

/// How far back a refresh policy reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// To the beginning.
    Everything,
    /// This many seconds.
    Seconds(f64),
}

impl Reach {
    /// Of a refresh policy; `None` when the text does not tell.
    pub fn of(policy: &Policy) -> Option<Self> {
        let start = policy.setting(0);
        if is_null(start) { Some(Self::Everything) } else { seconds(start).map(Self::Seconds) }
    }

    /// Whether it reaches what is older than so many seconds.
    pub fn is_beyond(self, age: f64) -> bool {
        match self {
            Self::Everything => true,
            Self::Seconds(start) => start >= age,
        }
    }
}

/// Seconds before now at which a refresh policy ends, 0 for `NULL`.
pub fn end(policy: &Policy) -> Option<f64> {
    let end = policy.setting(1);
    if is_null(end) { Some(0.0) } else { seconds(end) }
}

/// The age in seconds at which a columnstore or retention policy takes chunks.
pub fn age(policies: &Policies, kind: PolicyKind, about: &str) -> Option<f64> {
    policies.get(kind, about).and_then(|policy| seconds(policy.setting(0)))
}

/// The first conflict between policies that is there after the statement and was not before.
pub fn conflict_made<Conflict: PartialEq>(
    context: &Context<'_>,
    parsed: &Parsed,
    conflicts: impl Fn(&Model, &Policies) -> Vec<Conflict>,
) -> Option<Conflict> {
    let before = &context.before.policies;
    let mut after = before.clone();
    after.apply(NAMES, parsed);
    if after == *before {
        return None;
    }
    let was = conflicts(context.before, before);
    conflicts(context.before, &after).into_iter().find(|conflict| !was.contains(conflict))
}

fn is_null(setting: &[Token]) -> bool {
    setting.first().is_some_and(|token| is_word(token, "null"))
}
