//! Reads detector output: CSV with the columns timestamp, value and `anomaly_score`, in any order and among others.

use std::{collections::HashMap, io::BufRead};

use chrono::{DateTime, Utc};
use core_server_adapter::alarms::AnomalyScore;

use crate::records::Records;

/// One row of the file.
pub struct Row {
    /// Line it starts in, from 1.
    pub line: u64,
    pub at: DateTime<Utc>,
    /// Finite.
    pub value: f64,
    pub score: AnomalyScore,
    /// Number among the rows of this time: it comes twice when a clock is set back.
    pub occurrence: u32,
}

/// The rows of a file, one after the other. Errors are texts with the line.
pub struct Detections<R: BufRead> {
    records: Records<R, 3>,
    seen: HashMap<DateTime<Utc>, u32>,
}

impl<R: BufRead> Detections<R> {
    /// Reads the header.
    pub fn open(file: R) -> Result<Self, String> {
        let records = Records::open(file, ["timestamp", "value", "anomaly_score"])?;
        Ok(Self { records, seen: HashMap::new() })
    }

    /// The next row; none at the end.
    pub fn next(&mut self) -> Result<Option<Row>, String> {
        let Some(record) = self.records.next()? else { return Ok(None) };
        let at = record.time(0)?;
        let value = record.number(1, Some, "is no finite number")?;
        let score = record.number(2, |score| AnomalyScore::new(score).ok(), "is no number from 0 to 1")?;
        // Of all rows, not of those that become alarms: ids must not depend on the limits of a run.
        let occurrences = self.seen.entry(at).or_default();
        let occurrence = *occurrences;
        *occurrences += 1;
        Ok(Some(Row { line: record.line, at, value, score, occurrence }))
    }
}
