//! Continuous aggregates and the policies of tables, over the whole history.

use std::collections::BTreeMap;

use crate::sql::parsed::{self, Call, Parsed};

use super::{
    context::{NAMES, is_continuous_aggregate},
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

/// A continuous aggregate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aggregate {
    /// The table or aggregate it reads.
    pub source: String,
    /// Seconds of a bucket.
    pub bucket: Option<f64>,
    /// How far back its policy refreshes, once it has one.
    pub refreshes: Option<Reach>,
}

/// Continuous aggregates and retention policies after some statements.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policies {
    /// Aggregates by name.
    pub aggregates: BTreeMap<String, Aggregate>,
    /// Seconds after which the rows of a table are dropped.
    pub retention: BTreeMap<String, f64>,
    /// Seconds after which the chunks of a table or aggregate go to the columnstore.
    pub columnstore: BTreeMap<String, f64>,
}

/// A refresh policy that a statement adds.
#[derive(Clone, Debug, PartialEq)]
pub struct RefreshPolicy {
    /// The aggregate.
    pub aggregate: String,
    /// How far back it reaches; `None` when the text does not tell.
    pub start: Option<Reach>,
    /// Seconds before now at which it ends, 0 for `NULL`.
    pub end: Option<f64>,
}

impl Policies {
    /// Takes in one statement.
    pub fn apply(&mut self, parsed: &Parsed) {
        if is_continuous_aggregate(parsed)
            && let Some((name, aggregate)) = aggregate(parsed)
        {
            self.aggregates.insert(name, aggregate);
        }
        for policy in refresh_policies(parsed) {
            if let Some(aggregate) = self.aggregates.get_mut(&policy.aggregate) {
                aggregate.refreshes = policy.start;
            }
        }
        self.retention.extend(retention_policies(parsed));
        self.columnstore.extend(columnstore_policies(parsed));
        for call in parsed.calls("remove_retention_policy") {
            relation(&call, "relation").map(|table| self.retention.remove(&table));
        }
        for call in
            ["remove_columnstore_policy", "remove_compression_policy"].iter().flat_map(|name| parsed.calls(name))
        {
            relation(&call, "hypertable").map(|table| self.columnstore.remove(&table));
        }
        for call in parsed.calls("remove_continuous_aggregate_policy") {
            if let Some(aggregate) =
                relation(&call, "continuous_aggregate").and_then(|name| self.aggregates.get_mut(&name))
            {
                aggregate.refreshes = None;
            }
        }
        if parsed.starts_with(&["drop"]) {
            let dropped: Vec<String> = NAMES.words(&parsed.tokens).collect();
            self.aggregates.retain(|name, _| !dropped.contains(name));
            self.retention.retain(|name, _| !dropped.contains(name));
            self.columnstore.retain(|name, _| !dropped.contains(name));
        }
    }
}

fn relation(call: &Call, name: &str) -> Option<String> {
    call.argument(name, 0).and_then(|argument| NAMES.relation(argument))
}

/// The name of a continuous aggregate and what its query says.
fn aggregate(parsed: &Parsed) -> Option<(String, Aggregate)> {
    let after = |word: &str| parsed.tokens.iter().position(|token| parsed::is_word(token, word)).map(|at| at + 1);
    let mut name = &parsed.tokens[after("view")?..];
    while name.first().is_some_and(|token| ["if", "not", "exists"].iter().any(|word| parsed::is_word(token, word))) {
        name = &name[1..];
    }
    let (name, _) = NAMES.at_start(name)?;
    let (source, _) = NAMES.at_start(&parsed.tokens[after("from")?..])?;
    let bucket = parsed.calls("time_bucket").iter().find_map(|call| call.argument("bucket_width", 0).and_then(seconds));
    Some((name, Aggregate { source, bucket, refreshes: None }))
}

/// The refresh policies that a statement adds.
pub fn refresh_policies(parsed: &Parsed) -> Vec<RefreshPolicy> {
    let read = |call: &Call| {
        let start = call.argument("start_offset", 1)?;
        let end = call.argument("end_offset", 2)?;
        let is_null = |argument: &[_]| argument.first().is_some_and(|token| parsed::is_word(token, "null"));
        Some(RefreshPolicy {
            aggregate: relation(call, "continuous_aggregate")?,
            start: if is_null(start) { Some(Reach::Everything) } else { seconds(start).map(Reach::Seconds) },
            end: if is_null(end) { Some(0.0) } else { seconds(end) },
        })
    };
    parsed.calls("add_continuous_aggregate_policy").iter().filter_map(read).collect()
}

/// Tables and the seconds after which a policy that the statement adds drops their rows.
pub fn retention_policies(parsed: &Parsed) -> Vec<(String, f64)> {
    let read = |call: &Call| Some((relation(call, "relation")?, call.argument("drop_after", 1).and_then(seconds)?));
    parsed.calls("add_retention_policy").iter().filter_map(read).collect()
}

/// Tables or aggregates and the seconds after which a policy that the statement adds moves their chunks to the columnstore.
fn columnstore_policies(parsed: &Parsed) -> Vec<(String, f64)> {
    let read = |(function, after): (&str, &str)| {
        let read = |call: &Call| Some((relation(call, "hypertable")?, call.argument(after, 1).and_then(seconds)?));
        parsed.calls(function).iter().filter_map(read).collect::<Vec<_>>()
    };
    [("add_columnstore_policy", "after"), ("add_compression_policy", "compress_after")]
        .into_iter()
        .flat_map(read)
        .collect()
}
