//! The handle on the area's database.

use super::{
    AlertRepository, AuditRepository, BaselineRepository, CameraRepository, DetectionRepository, EventRepository,
    PromptRepository,
};
use crate::handle::handle;

handle! {
    /// A pool of sessions on the database of the cameras. Clones share the pool.
    ///
    /// Where it is, [`Target::resolve_area`](crate::Target::resolve_area) finds: `DATABASE_URL_VISION`, or the area's place
    /// in `DATABASE_URL`.
    Vision, VisionWithin: VISION {
        /// The cameras.
        cameras: CameraRepository;
        /// What the cameras saw.
        detections: DetectionRepository;
        /// What a model made of it.
        events: EventRepository;
        /// What somebody is to be told of.
        alerts: AlertRepository;
        /// What the models are asked.
        prompts: PromptRepository;
        /// Who did what.
        audit: AuditRepository;
        /// What is usual, and what is not.
        baselines: BaselineRepository;
    }
}
