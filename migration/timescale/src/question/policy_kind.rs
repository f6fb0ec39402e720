//! The kinds of policies.

/// A kind of policy, of which a hypertable or continuous aggregate has one at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// Conversion to the columnstore; its setting is the age.
    Columnstore,
    /// Order of rows in chunks; its setting is the index.
    Reorder,
    /// Refresh of a continuous aggregate; its settings are start, end and schedule.
    Refresh,
    /// Retention; its setting is the age.
    Retention,
}

impl PolicyKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Columnstore, Self::Reorder, Self::Refresh, Self::Retention];

    /// The procedure of its jobs.
    pub const fn procedure(self) -> &'static str {
        match self {
            Self::Columnstore => "policy_compression",
            Self::Reorder => "policy_reorder",
            Self::Refresh => "policy_refresh_continuous_aggregate",
            Self::Retention => "policy_retention",
        }
    }
}
