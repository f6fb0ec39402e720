//! An event that is to be recorded.

use chrono::{DateTime, FixedOffset, Utc};

use super::PLACE;
use crate::{
    AdapterError,
    value::{long_text, moment, name, optional_name},
    vision::PATH_CHARACTERS,
};

/// Characters of the id of a batch at most.
const BATCH_CHARACTERS: usize = 100;

/// An event that is to be recorded.
///
/// ```
/// use chrono::{TimeDelta, Utc};
/// use core_server_adapter::vision::NewEvent;
///
/// # let camera = 1;
/// let start = Utc::now();
/// let event = NewEvent::new(camera, "batch-1", start)
///     .ended_at(start + TimeDelta::seconds(40))
///     .risk(80)
///     .summary("A person leaves a parcel")
///     .objects(["person", "parcel"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    pub(super) camera_id: i64,
    pub(super) batch_id: String,
    pub(super) started_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<FixedOffset>>,
    pub(super) risk: Option<i32>,
    pub(super) summary: Option<String>,
    pub(super) reasoning: Option<String>,
    pub(super) object_types: Option<String>,
    pub(super) clip_path: Option<String>,
    pub(super) llm_prompt: Option<String>,
}

impl NewEvent {
    /// Something that began at a moment before a registered camera. The batch that it was made of has a name of up to 100
    /// characters.
    pub fn new(camera: i64, batch: impl Into<String>, started_at: impl Into<DateTime<Utc>>) -> Self {
        Self {
            camera_id: camera,
            batch_id: batch.into(),
            started_at: started_at.into(),
            ended_at: None,
            risk: None,
            summary: None,
            reasoning: None,
            object_types: None,
            clip_path: None,
            llm_prompt: None,
        }
    }

    /// When it ended, not before it began.
    #[must_use]
    pub fn ended_at(mut self, at: impl Into<DateTime<Utc>>) -> Self {
        self.ended_at = Some(at.into().fixed_offset());
        self
    }

    /// How dangerous it is, from 0 to 100.
    #[must_use]
    pub fn risk(mut self, risk: i32) -> Self {
        self.risk = Some(risk);
        self
    }

    /// What happened, for people; up to 65,535 bytes, as all texts below.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into()).filter(|text| !text.is_empty());
        self
    }

    /// Why the model thinks so.
    #[must_use]
    pub fn reasoning(mut self, reasoning: impl Into<String>) -> Self {
        self.reasoning = Some(reasoning.into()).filter(|text| !text.is_empty());
        self
    }

    /// The classes that were seen in it; each is written once.
    #[must_use]
    pub fn objects(mut self, classes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut classes: Vec<String> = classes.into_iter().map(Into::into).collect();
        classes.sort();
        classes.dedup();
        self.object_types = Some(classes.join(", ")).filter(|text| !text.is_empty());
        self
    }

    /// A film of it: a path of up to 500 characters.
    #[must_use]
    pub fn clip(mut self, path: impl Into<String>) -> Self {
        self.clip_path = Some(path.into());
        self
    }

    /// What the model was asked.
    #[must_use]
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.llm_prompt = Some(prompt.into()).filter(|text| !text.is_empty());
        self
    }

    /// Checks the event as [`EventRepository::record`](super::EventRepository::record) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.checked().map(drop)
    }

    /// As it will be stored.
    pub(super) fn checked(&self) -> Result<Self, AdapterError> {
        name(PLACE, "batch_id", &self.batch_id, BATCH_CHARACTERS)?;
        long_text(PLACE, "summary", self.summary.as_deref())?;
        long_text(PLACE, "reasoning", self.reasoning.as_deref())?;
        long_text(PLACE, "object_types", self.object_types.as_deref())?;
        long_text(PLACE, "llm_prompt", self.llm_prompt.as_deref())?;
        optional_name(PLACE, "clip_path", self.clip_path.as_deref(), PATH_CHARACTERS)?;
        if let Some(risk) = self.risk.filter(|risk| !(0..=100).contains(risk)) {
            return Err(PLACE.invalid("risk", format!("is {risk}; allowed is 0 to 100")));
        }
        let started_at = moment(PLACE, "started_at", self.started_at)?;
        let ended_at = self.ended_at.map(|at| moment(PLACE, "ended_at", at.to_utc())).transpose()?;
        if let Some(end) = ended_at.filter(|end| *end < started_at) {
            let reason = format!("is {}, before it began; give a later moment", end.to_rfc3339());
            return Err(PLACE.invalid("ended_at", reason));
        }
        Ok(Self { started_at, ended_at: ended_at.map(|at| at.fixed_offset()), ..self.clone() })
    }
}
