//! Ids that know when their alarm was raised.

use std::{fmt, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, NoContext, Timestamp, Uuid, Variant, Version};

use super::AlarmOrigin;
use crate::moment;

/// Id of an alarm: a UUID of version 7 whose time is the millisecond the alarm was raised in.
///
/// That time is why an alarm is found by its id alone in one chunk of the hypertable, instead of in all of them. Other UUIDs
/// (rows that were written without the adapter) are valid ids too, only slower to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlarmId(Uuid);

/// What makes a detection the same when a file is imported twice.
#[derive(Clone, Copy, Debug)]
pub struct Detection<'a> {
    /// Name of the import or detector; keeps those of several apart that watch one sensor.
    pub source: &'a str,
    /// The sensor.
    pub sensor: &'a str,
    /// When; microseconds count.
    pub raised_at: DateTime<Utc>,
    /// Why.
    pub origin: AlarmOrigin,
    /// Number among the detections that agree in all of the above, from 0: when clocks are set back, one local time comes
    /// twice.
    pub occurrence: u32,
}

impl AlarmId {
    /// A new id for an alarm raised at `raised_at`. Times before 1970, which no alarm can have, count as 1970.
    pub fn new(raised_at: DateTime<Utc>) -> Self {
        let raised_at = moment::truncated(raised_at);
        let seconds = u64::try_from(raised_at.timestamp()).unwrap_or(0);
        Self(Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, raised_at.timestamp_subsec_nanos())))
    }

    /// The id of a detection: always the same one, so that raising it again adds nothing.
    ///
    /// The random bits of the UUID are the first 80 of a SHA-256 over the detection.
    pub fn of_detection(detection: &Detection<'_>) -> Self {
        let raised_at = moment::truncated(detection.raised_at);
        let mut hash = Sha256::new();
        for text in [detection.source, detection.sensor, &detection.origin.to_string()] {
            // The length first: "a" + "bc" is not "ab" + "c".
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hash.update(raised_at.timestamp_micros().to_be_bytes());
        hash.update(detection.occurrence.to_be_bytes());
        let digest = hash.finalize();
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        let milliseconds = u64::try_from(raised_at.timestamp_millis()).unwrap_or(0);
        Self(Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid())
    }

    /// The UUID.
    pub fn as_uuid(self) -> Uuid {
        self.0
    }

    /// The millisecond `[from, to)` that the alarm was raised in, as far as the id tells.
    pub(crate) fn window(self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        if self.0.get_variant() != Variant::RFC4122 || self.0.get_version() != Some(Version::SortRand) {
            return None;
        }
        let milliseconds = i64::try_from(self.0.as_u128() >> 80).ok()?;
        let from = DateTime::from_timestamp_millis(milliseconds).filter(|from| moment::in_range(*from))?;
        Some((from, from.checked_add_signed(TimeDelta::milliseconds(1))?))
    }
}

impl From<Uuid> for AlarmId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl From<AlarmId> for Uuid {
    fn from(id: AlarmId) -> Self {
        id.0
    }
}

impl FromStr for AlarmId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

impl fmt::Display for AlarmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detection() -> Detection<'static> {
        Detection {
            source: "hot-gym",
            sensor: "machine-1",
            raised_at: "2013-12-02T21:15:00.123456Z".parse().unwrap(),
            origin: AlarmOrigin::AnomalyModel,
            occurrence: 0,
        }
    }

    #[test]
    fn ids_carry_the_millisecond_of_the_alarm() {
        let raised_at = detection().raised_at;
        for id in [AlarmId::new(raised_at), AlarmId::of_detection(&detection())] {
            assert_eq!(id.as_uuid().get_version(), Some(Version::SortRand));
            let (from, to) = id.window().unwrap();
            assert_eq!(
                (from.timestamp_millis(), to - from),
                (raised_at.timestamp_millis(), TimeDelta::milliseconds(1))
            );
            assert!(from <= raised_at && raised_at < to);
        }
        assert_ne!(AlarmId::new(raised_at), AlarmId::new(raised_at));
    }

    #[test]
    fn a_detection_has_one_id_and_every_part_counts() {
        let id = |detection: &Detection<'_>| AlarmId::of_detection(detection);
        // Fixed for ever: another value would import every old file a second time.
        assert_eq!(id(&detection()).to_string(), "0142b52a-089b-78cd-8493-9e5eee3b569b");
        let later = detection().raised_at + TimeDelta::microseconds(1);
        for other in [
            Detection { source: "hot-gy", sensor: "mmachine-1", ..detection() },
            Detection { source: "hot-gy", ..detection() },
            Detection { sensor: "machine-2", ..detection() },
            Detection { raised_at: later, ..detection() },
            Detection { origin: AlarmOrigin::Threshold, ..detection() },
            Detection { occurrence: 1, ..detection() },
        ] {
            assert_ne!(id(&other), id(&detection()), "{other:?}");
        }
        let finer = Detection { raised_at: detection().raised_at + TimeDelta::nanoseconds(999), ..detection() };
        assert_eq!(id(&finer), id(&detection()));
    }

    #[test]
    fn other_uuids_tell_no_time() {
        let beyond_year_9999 = Builder::from_unix_timestamp_millis((1 << 48) - 1, &[0; 10]).into_uuid();
        for id in [Uuid::nil(), Uuid::max(), Uuid::from_u128(0x1234_4000_8000_0000_0000_0000_0000), beyond_year_9999] {
            assert_eq!(AlarmId::from(id).window(), None, "{id}");
        }
    }
}
