//! An alarm that is to be raised.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::prelude::Json;
use serde::{Deserialize, Serialize};

use super::{AlarmId, AlarmOrigin, AlarmSeverity, AnomalyScore, PLACE};
use crate::{AdapterError, moment, text};

/// How far the clock of a sensor may be ahead.
const AHEAD: TimeDelta = TimeDelta::days(1);

/// An alarm that is to be raised. A score belongs to model alarms and to nothing else, which the constructors see to; so does
/// reading it from JSON, which has the fields of [`RawAlarm`].
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::alarms::{AlarmSeverity, AnomalyScore, NewAlarm};
///
/// let hot = NewAlarm::threshold("machine-1", AlarmSeverity::Critical, Utc::now()).value(104.2).threshold_value(100.0);
/// let odd = NewAlarm::anomaly("machine-1", AlarmSeverity::Warning, Utc::now(), AnomalyScore::new(0.97)?)
///     .value(88.1)
///     .message("temperature pattern not seen before");
/// # Ok::<(), core_server_adapter::AdapterError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "RawAlarm")]
pub struct NewAlarm {
    pub(crate) id: Option<AlarmId>,
    pub(crate) raised_at: DateTime<Utc>,
    pub(crate) sensor_id: String,
    pub(crate) severity: AlarmSeverity,
    pub(crate) value: Option<f64>,
    pub(crate) threshold: Option<f64>,
    pub(crate) message: String,
    pub(crate) context: Option<Json>,
    /// Present exactly for model alarms: the origin follows from it.
    pub(crate) score: Option<AnomalyScore>,
    pub(crate) model_name: Option<String>,
    pub(crate) model_version: Option<String>,
}

/// An alarm as it comes from outside, with nothing checked: `NewAlarm::try_from` does that. It is read from JSON, which may
/// have no other fields, and gets more fields with time. It has no id: [`NewAlarm::id`] is for ids of the program's own.
///
/// ```
/// use core_server_adapter::alarms::{NewAlarm, RawAlarm};
///
/// let json = r#"{"raised_at": "2026-11-01T10:00:00Z", "sensor_id": "s", "severity": "info", "origin": "threshold"}"#;
/// let raw: RawAlarm = serde_json::from_str(json)?;
/// let alarm = NewAlarm::try_from(raw)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RawAlarm {
    /// When the condition was measured; RFC 3339, a day ahead at most.
    pub raised_at: DateTime<Utc>,
    /// The sensor's own id, 1 to 255 characters.
    pub sensor_id: String,
    /// How bad it is.
    pub severity: AlarmSeverity,
    /// What raised it.
    pub origin: AlarmOrigin,
    /// How unusual the model found it, from 0 to 1; with `anomaly_model` and with nothing else.
    #[serde(default)]
    pub anomaly_score: Option<f64>,
    /// What was measured, in the sensor's unit; finite.
    #[serde(default)]
    pub value: Option<f64>,
    /// The limit that was crossed, in the sensor's unit; finite.
    #[serde(default)]
    pub threshold: Option<f64>,
    /// What people read; up to 65,535 bytes, empty when not given.
    #[serde(default)]
    pub message: String,
    /// What else is known: any JSON of up to 65,535 bytes, `null` counts as nothing.
    #[serde(default)]
    pub context: Option<Json>,
    /// The model that found it, 1 to 255 characters; of alarms of models alone.
    #[serde(default)]
    pub model_name: Option<String>,
    /// Its version, 1 to 100 characters; only with a name.
    #[serde(default)]
    pub model_version: Option<String>,
}

impl RawAlarm {
    /// An alarm with nothing but what every alarm has.
    pub fn new(
        sensor: impl Into<String>,
        severity: AlarmSeverity,
        raised_at: impl Into<DateTime<Utc>>,
        origin: AlarmOrigin,
    ) -> Self {
        Self {
            raised_at: raised_at.into(),
            sensor_id: sensor.into(),
            severity,
            origin,
            anomaly_score: None,
            value: None,
            threshold: None,
            message: String::new(),
            context: None,
            model_name: None,
            model_version: None,
        }
    }
}

impl NewAlarm {
    /// A value of `sensor` crossed a threshold at `raised_at`.
    pub fn threshold(sensor: impl Into<String>, severity: AlarmSeverity, raised_at: impl Into<DateTime<Utc>>) -> Self {
        Self {
            id: None,
            raised_at: raised_at.into(),
            sensor_id: sensor.into(),
            severity,
            value: None,
            threshold: None,
            message: String::new(),
            context: None,
            score: None,
            model_name: None,
            model_version: None,
        }
    }

    /// An anomaly model found what `sensor` measured at `raised_at` unusual.
    pub fn anomaly(
        sensor: impl Into<String>,
        severity: AlarmSeverity,
        raised_at: impl Into<DateTime<Utc>>,
        score: AnomalyScore,
    ) -> Self {
        Self { score: Some(score), ..Self::threshold(sensor, severity, raised_at) }
    }

    /// What was measured, in the sensor's unit; finite.
    #[must_use]
    pub fn value(mut self, value: f64) -> Self {
        self.value = Some(value);
        self
    }

    /// The limit that was crossed, in the sensor's unit; finite.
    #[must_use]
    pub fn threshold_value(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// A sentence for people; up to 65,535 bytes.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Anything else worth keeping, up to 65,535 bytes of JSON. JSON `null` counts as nothing. PostgreSQL keeps numbers by value, not by spelling: `1e16`
    /// comes back as `10000000000000000`.
    #[must_use]
    pub fn context(mut self, context: Json) -> Self {
        self.context = Some(context).filter(|context| !context.is_null());
        self
    }

    /// An id of the caller's, to raise an alarm once however often it is reported: see [`AlarmId::of_detection`]. Made by
    /// the adapter when not set. One that carries a time has to carry that of the alarm, and one that is the id of an
    /// alarm at another time is refused.
    #[must_use]
    pub fn id(mut self, id: impl Into<AlarmId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Which model found it, for alarms of a model; 1 to 255 characters.
    #[must_use]
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.model_name = Some(name.into());
        self
    }

    /// Which version of the model; 1 to 100 characters.
    #[must_use]
    pub fn model_version(mut self, version: impl Into<String>) -> Self {
        self.model_version = Some(version.into());
        self
    }

    /// Where the alarm comes from.
    pub fn origin(&self) -> AlarmOrigin {
        if self.score.is_some() { AlarmOrigin::AnomalyModel } else { AlarmOrigin::Threshold }
    }

    /// Checks the alarm as [`AlarmRepository::raise`](super::AlarmRepository::raise) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.valid().map(|_| ())
    }

    /// The alarm as it will be stored, with an id.
    pub(crate) fn checked(&self) -> Result<Self, AdapterError> {
        let alarm = self.valid()?;
        Ok(Self { id: Some(alarm.id.unwrap_or_else(|| AlarmId::new(alarm.raised_at))), ..alarm })
    }

    /// Checks everything the schema would refuse, and gives the alarm the time that will be stored. An id of the adapter's
    /// making comes later: one that is there is the caller's, which has to be looked for.
    fn valid(&self) -> Result<Self, AdapterError> {
        text::check(&self.sensor_id, text::NAME_CHARACTERS).map_err(|reason| PLACE.invalid("sensor_id", reason))?;
        let raised_at = moment::storable(self.raised_at).map_err(|reason| PLACE.invalid("raised_at", reason))?;
        if raised_at > Utc::now() + AHEAD {
            // It would stand first in every list until its time has come.
            let reason = format!(
                "is {}, more than a day ahead of this machine's clock; correct the clock of what reports it",
                raised_at.to_rfc3339()
            );
            return Err(PLACE.invalid("raised_at", reason));
        }
        if let Some((id, (from, to))) = self.id.and_then(|id| Some((id, id.window()?)))
            && !(from..to).contains(&raised_at)
        {
            let reason = format!(
                "{id} carries the time {}, and the alarm is of {}; leave the id out, or make one of the time of the alarm",
                from.to_rfc3339(),
                raised_at.to_rfc3339()
            );
            return Err(PLACE.invalid("id", reason));
        }
        let model = [("model_name", &self.model_name, 255), ("model_version", &self.model_version, 100)];
        for (column, text, characters) in
            model.into_iter().filter_map(|(c, text, most)| Some((c, text.as_ref()?, most)))
        {
            text::check(text, characters).map_err(|reason| PLACE.invalid(column, reason))?;
        }
        if self.model_name.is_some() && self.score.is_none() {
            return Err(PLACE.invalid("model_name", "is given; only alarms of the anomaly model have one"));
        }
        if self.model_version.is_some() && self.model_name.is_none() {
            return Err(PLACE.invalid("model_version", "is given without a model_name"));
        }
        for (column, number) in [("value", self.value), ("threshold", self.threshold)] {
            text::check_number(number).map_err(|reason| PLACE.invalid(column, reason))?;
        }
        text::check_long(&self.message).map_err(|reason| PLACE.invalid("message", reason))?;
        text::check_json(self.context.as_ref()).map_err(|reason| PLACE.invalid("context", reason))?;
        text::check_long_json(self.context.as_ref()).map_err(|reason| PLACE.invalid("context", reason))?;
        Ok(Self { raised_at, ..self.clone() })
    }
}

impl TryFrom<RawAlarm> for NewAlarm {
    type Error = AdapterError;

    fn try_from(raw: RawAlarm) -> Result<Self, AdapterError> {
        let score = raw.anomaly_score.map(AnomalyScore::new).transpose()?;
        let alarm = match (raw.origin, score) {
            (AlarmOrigin::AnomalyModel, Some(score)) => {
                Self::anomaly(raw.sensor_id, raw.severity, raw.raised_at, score)
            }
            (AlarmOrigin::Threshold, None) => Self::threshold(raw.sensor_id, raw.severity, raw.raised_at),
            (AlarmOrigin::AnomalyModel, None) => {
                return Err(PLACE.invalid("anomaly_score", "is missing; an alarm of the anomaly model needs one"));
            }
            (AlarmOrigin::Threshold, Some(_)) => {
                let reason = "is given; only alarms of the anomaly model have one, leave it out or correct the origin";
                return Err(PLACE.invalid("anomaly_score", reason));
            }
        };
        let context = raw.context.filter(|context| !context.is_null());
        let (model_name, model_version) = (raw.model_name, raw.model_version);
        let alarm = Self { model_name, model_version, ..alarm };
        Self { value: raw.value, threshold: raw.threshold, message: raw.message, context, ..alarm }.valid()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn raw() -> RawAlarm {
        let raised_at: DateTime<Utc> = "2026-11-01T10:00:00.123456789Z".parse().unwrap();
        let raw = RawAlarm::new("machine-1", AlarmSeverity::Warning, raised_at, AlarmOrigin::AnomalyModel);
        RawAlarm { anomaly_score: Some(0.9), ..raw }
    }

    #[test]
    fn bad_values_are_refused_with_their_column() {
        let year_10000 = DateTime::from_timestamp(253_402_300_800, 0).unwrap();
        let before_1970 = DateTime::from_timestamp_micros(-1).unwrap();
        let threshold = AlarmOrigin::Threshold;
        let cases: Vec<(&str, &str, RawAlarm)> = vec![
            ("anomaly_score", "is -0.1; allowed is 0 to 1", RawAlarm { anomaly_score: Some(-0.1), ..raw() }),
            ("anomaly_score", "is 1.5; allowed is 0 to 1", RawAlarm { anomaly_score: Some(1.5), ..raw() }),
            ("anomaly_score", "is NaN; allowed", RawAlarm { anomaly_score: Some(f64::NAN), ..raw() }),
            ("anomaly_score", "is inf; allowed", RawAlarm { anomaly_score: Some(f64::INFINITY), ..raw() }),
            ("anomaly_score", "is missing", RawAlarm { anomaly_score: None, ..raw() }),
            ("anomaly_score", "is given", RawAlarm { origin: threshold, ..raw() }),
            ("anomaly_score", "is NaN", RawAlarm { origin: threshold, anomaly_score: Some(f64::NAN), ..raw() }),
            ("sensor_id", "is empty", RawAlarm { sensor_id: String::new(), ..raw() }),
            ("sensor_id", "is empty", RawAlarm { sensor_id: "  ".to_owned(), ..raw() }),
            ("sensor_id", "has 256 characters; at most 255", RawAlarm { sensor_id: "ü".repeat(256), ..raw() }),
            ("sensor_id", "contains a NUL", RawAlarm { sensor_id: "a\0b".to_owned(), ..raw() }),
            ("message", "contains a NUL", RawAlarm { message: "a\0b".to_owned(), ..raw() }),
            ("message", "has 65536 bytes", RawAlarm { message: "a".repeat(65_536), ..raw() }),
            ("context", "contains a NUL", RawAlarm { context: Some(json!({"a": [{"b\0": 1}]})), ..raw() }),
            ("context", "contains a NUL", RawAlarm { context: Some(json!(["\0"])), ..raw() }),
            ("value", "is NaN; give a finite", RawAlarm { value: Some(f64::NAN), ..raw() }),
            ("value", "is inf; give a finite", RawAlarm { value: Some(f64::INFINITY), ..raw() }),
            ("threshold", "is -inf; give a finite", RawAlarm { threshold: Some(f64::NEG_INFINITY), ..raw() }),
            ("model_name", "is empty", RawAlarm { model_name: Some(String::new()), ..raw() }),
            (
                "model_name",
                "is given; only alarms of the anomaly model",
                RawAlarm { origin: threshold, anomaly_score: None, model_name: Some("m".to_owned()), ..raw() },
            ),
            (
                "model_version",
                "is given without a model_name",
                RawAlarm { model_version: Some("1".to_owned()), ..raw() },
            ),
            ("raised_at", "is +10000-01-01T00:00:00", RawAlarm { raised_at: year_10000, ..raw() }),
            ("raised_at", "is 1969-12-31T23:59:59", RawAlarm { raised_at: before_1970, ..raw() }),
        ];
        for (column, reason, alarm) in cases {
            let error = NewAlarm::try_from(alarm.clone()).unwrap_err();
            let expected = format!("alarms: alarms.{column} {reason}");
            assert!(error.to_string().starts_with(&expected), "{error} for {alarm:?}");
        }
    }

    #[test]
    fn good_values_come_through() {
        let alarm = NewAlarm::try_from(RawAlarm { sensor_id: "ü".repeat(255), ..raw() }).unwrap();
        assert_eq!(alarm.origin(), AlarmOrigin::AnomalyModel);
        assert_eq!(alarm.raised_at, "2026-11-01T10:00:00.123456Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(alarm.id, None, "an id that is there is looked for as the caller's");
        let alarm = alarm.checked().unwrap();
        assert_eq!(alarm.id.unwrap().window().unwrap().0.timestamp_millis(), alarm.raised_at.timestamp_millis());
        let again = alarm.checked().unwrap();
        assert_eq!(again, alarm, "a checked alarm keeps its id");
        let alarm = NewAlarm::threshold("s", AlarmSeverity::Info, Utc::now()).context(Json::Null);
        assert_eq!((alarm.origin(), &alarm.context), (AlarmOrigin::Threshold, &None));
    }

    #[test]
    fn json_needs_only_what_has_no_default() {
        let json = r#"{"raised_at": "2026-11-01T10:00:00+02:00", "sensor_id": "s", "severity": "info", "origin": "threshold"}"#;
        NewAlarm::try_from(serde_json::from_str::<RawAlarm>(json).unwrap()).unwrap();
    }
}
