//! The handle on the area's database.

use super::{AnomalyRepository, ConfigurationRepository, SnapshotRepository};
use crate::handle::handle;

handle! {
    /// A pool of sessions on the database of the digital twin. Clones share the pool.
    ///
    /// Where it is, [`Target::resolve_area`](crate::Target::resolve_area) finds: `DATABASE_URL_TWIN`, or the area's place in
    /// `DATABASE_URL`.
    Twin, TwinWithin: TWIN {
        /// Snapshots of the state of machines.
        snapshots: SnapshotRepository;
        /// Anomalies of machines.
        anomalies: AnomalyRepository;
        /// How each type of machine is set up.
        configurations: ConfigurationRepository;
    }
}
