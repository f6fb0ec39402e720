//! Order in which stacked aggregates can be dropped.

use super::ContinuousAggregate;

/// The aggregates so that each stands before the one it is made of: weeks, days, hours. `fresh` of sea-orm-migration and
/// a plain drop in the order of creation fail on stacked aggregates.
///
/// ```
/// use migration_timescale::{ContinuousAggregate, Interval, leaf_first};
///
/// let hourly = ContinuousAggregate::on("readings", "hourly").bucket("bucket", "taken_at", Interval::hours(1));
/// let daily = ContinuousAggregate::stacked_on(&hourly, "daily", Interval::days(1));
/// let aggregates = [hourly, daily];
/// let names: Vec<&str> = leaf_first(&aggregates).iter().map(|aggregate| aggregate.name()).collect();
/// assert_eq!(names, ["daily", "hourly"]);
/// ```
pub fn leaf_first(aggregates: &[ContinuousAggregate]) -> Vec<&ContinuousAggregate> {
    let below = |aggregate: &ContinuousAggregate| aggregates.iter().find(|other| other.name == aggregate.source);
    // Nobody stacks more often than there are aggregates, in a circle neither.
    let height = |aggregate: &&ContinuousAggregate| {
        std::iter::successors(Some(*aggregate), |aggregate| below(aggregate)).take(aggregates.len()).count()
    };
    let mut ordered: Vec<&ContinuousAggregate> = aggregates.iter().collect();
    ordered.sort_by_key(|aggregate| std::cmp::Reverse(height(aggregate)));
    ordered
}
