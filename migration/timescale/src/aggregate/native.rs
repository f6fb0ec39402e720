//! TimescaleDB's own continuous aggregates.

use super::ContinuousAggregate;
use crate::{Capability, Unsupported, Version, quote::identifier};

impl ContinuousAggregate {
    pub(super) fn create_native(&self, server: Capability) -> Result<String, Unsupported> {
        if self.is_stacked() {
            server.require_version(
                "a continuous aggregate on another one",
                Version::STACKED_AGGREGATES,
                "TimescaleDB 2.9",
            )?;
        }
        // Both spelled out: since 2.13 an aggregate is not real-time unless told.
        Ok(format!(
            "CREATE MATERIALIZED VIEW IF NOT EXISTS {}\n\
             WITH (timescaledb.continuous, timescaledb.materialized_only = {}) AS\n\
             {}\nWITH NO DATA",
            identifier(&self.name),
            !self.real_time,
            self.query(server, None)
        ))
    }

    /// The statement that makes an existing aggregate real-time, or not, on TimescaleDB.
    pub(crate) fn set_real_time_sql(&self) -> String {
        format!(
            "ALTER MATERIALIZED VIEW {} SET (timescaledb.materialized_only = {})",
            identifier(&self.name),
            !self.real_time
        )
    }
}
