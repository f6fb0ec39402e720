//! Cameras: what they detect, the events that a model makes of it, the alerts on those, and what is usual.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chrono::Utc;
//! use core_server_adapter::{
//!     PageRequest,
//!     vision::{AlertSeverity, EventFilter, NewAlert, NewCamera, NewDetection, NewEvent, Vision},
//! };
//!
//! // In memory, for examples and tests; a service has `Vision::connect`, which checks the schema's revision.
//! let vision = Vision::in_memory().await?;
//! let door = vision.cameras().register(&NewCamera::new("front door", "/pictures/door")).await?.id;
//!
//! let seen = NewDetection::new(door, Utc::now(), "/pictures/door/1.jpg").object("person", 0.93);
//! let seen = vision.detections().insert(&seen).await?;
//! let event = NewEvent::new(door, "batch-1", seen.detected_at).risk(80).summary("A person leaves a parcel").objects(["person"]);
//! let event = vision.events().record(&event).await?;
//! vision.events().add_detections(event.id, &[seen.id]).await?;
//! assert_eq!(vision.detections().of_event(event.id).await?.len(), 1);
//!
//! let found = vision.events().search("parcel", &EventFilter::new().object_type("person"), 10).await?;
//! assert_eq!(found[0].event.id, event.id);
//! let open = vision.events().list(&EventFilter::new().camera(door).reviewed(false), &PageRequest::first(50)).await?;
//! assert_eq!(open.items.len(), 1);
//!
//! let alert = vision.alerts().raise(&NewAlert::new(event.id, AlertSeverity::High).dedup_key("door person")).await?;
//! for due in vision.alerts().to_deliver(Utc::now(), 100).await? {
//!     vision.alerts().delivered(due.id, due.version_id, Utc::now()).await?;
//! }
//! // Whoever still has the alert as it was before is told so.
//! assert!(vision.alerts().acknowledge(alert.id, alert.version_id).await.is_err());
//! # Ok(())
//! # }
//! # #[cfg(feature = "runtime-tokio")]
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! # #[cfg(not(feature = "runtime-tokio"))]
//! # async_std::task::block_on(example()).unwrap();
//! ```
//!
//! # How to add a query
//!
//! Each noun has a file or a folder with its repository.

mod alerts;
mod audit;
mod baselines;
mod cameras;
mod database;
mod detections;
mod events;
mod prompts;
mod versioned;

pub use alerts::{Alert, AlertRepository, AlertSeverity, AlertStatus, NewAlert};
pub use audit::{AuditFilter, AuditLog, AuditRepository, NewAuditLog};
pub use baselines::{BaselineRepository, CameraActivity, ClassActivity};
pub use cameras::{Camera, CameraRepository, NewCamera};
pub use database::{Vision, VisionWithin};
pub use detections::{Detection, DetectionRepository, NewDetection};
pub use events::{Event, EventFilter, EventRepository, Found, NewEvent};
pub use prompts::{AiModel, NewPrompt, PromptChange, PromptRepository, PromptVersion};

/// Name of the area.
pub const AREA: &str = crate::gate::VISION.area;

/// Characters of a path at most.
const PATH_CHARACTERS: usize = 500;
/// Characters of a class of things at most.
const CLASS_CHARACTERS: usize = 50;
