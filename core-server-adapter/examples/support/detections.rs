//! Reads detector output: CSV with the columns timestamp, value and `anomaly_score`, in any order and among others.

use std::{collections::HashMap, io::BufRead};

use chrono::{DateTime, Datelike, Utc};
use core_server_adapter::alarms::AnomalyScore;
use csv::StringRecord;

use crate::support;

/// The columns that are read.
const COLUMNS: [&str; 3] = ["timestamp", "value", "anomaly_score"];

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
    lines: Lines<R>,
    /// Where [`COLUMNS`] are.
    columns: [usize; 3],
    width: usize,
    seen: HashMap<DateTime<Utc>, u32>,
}

impl<R: BufRead> Detections<R> {
    /// Reads the header.
    pub fn open(file: R) -> Result<Self, String> {
        let mut lines = Lines { file, line: 0, text: Vec::new(), record: StringRecord::new() };
        let Some(line) = lines.next()? else {
            return Err(format!("the file is empty; its first line has to name the columns {}", COLUMNS.join(", ")));
        };
        let header: Vec<&str> = lines.record.iter().collect();
        let mut columns = [0; 3];
        let mut missing = Vec::new();
        for (name, column) in COLUMNS.into_iter().zip(&mut columns) {
            let mut places = header.iter().enumerate().filter(|(_, found)| **found == name).map(|(place, _)| place);
            match (places.next(), places.next()) {
                (Some(place), None) => *column = place,
                (Some(_), Some(_)) => return Err(format!("line {line}: the column {name} is there twice")),
                (None, _) => missing.push(name),
            }
        }
        if !missing.is_empty() {
            let found = header.join(", ");
            return Err(format!("line {line}: missing column {}; found: {found}", missing.join(" and ")));
        }
        Ok(Self { columns, width: header.len(), lines, seen: HashMap::new() })
    }

    /// The next row; none at the end.
    pub fn next(&mut self) -> Result<Option<Row>, String> {
        let Some(line) = self.lines.next()? else { return Ok(None) };
        let record = &self.lines.record;
        if record.len() != self.width {
            return Err(format!("line {line} has {} fields, the header has {}", record.len(), self.width));
        }
        let [timestamp, value, score] = self.columns.map(|column| record.get(column).unwrap_or_default());
        let bad = |column: usize, text: &str, reason: &str| {
            format!("line {line}, column {}: {text:?} {reason}", COLUMNS[column])
        };
        let at = support::parse_time(timestamp).map_err(|reason| bad(0, timestamp, &reason))?;
        if !(1970..=9999).contains(&at.year()) {
            return Err(bad(0, timestamp, "is outside the years 1970 to 9999"));
        }
        let number: Option<f64> = value.parse().ok();
        let value = number.filter(|value| value.is_finite()).ok_or_else(|| bad(1, value, "is no finite number"))?;
        let number: Option<f64> = score.parse().ok();
        let score = number
            .and_then(|number| AnomalyScore::new(number).ok())
            .ok_or_else(|| bad(2, score, "is no number from 0 to 1"))?;
        // Of all rows, not of those that become alarms: ids must not depend on the limits of a run.
        let occurrences = self.seen.entry(at).or_default();
        let occurrence = *occurrences;
        *occurrences += 1;
        Ok(Some(Row { line, at, value, score, occurrence }))
    }
}

/// Records with the line they start in.
///
/// The csv crate splits the records; the lines are counted here, because its own count is behind after blank lines and in
/// files with Windows line ends.
struct Lines<R: BufRead> {
    file: R,
    line: u64,
    text: Vec<u8>,
    record: StringRecord,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next record that is not blank into `self.record`; gives its first line, none at the end.
    fn next(&mut self) -> Result<Option<u64>, String> {
        loop {
            self.text.clear();
            let first = self.line + 1;
            // Within quotes a record goes on in the next line.
            while self.text.is_empty() || self.in_quotes() {
                let bytes = self
                    .file
                    .read_until(b'\n', &mut self.text)
                    .map_err(|error| format!("line {}: cannot be read: {error}", self.line + 1))?;
                if bytes == 0 && self.text.is_empty() {
                    return Ok(None);
                }
                if bytes == 0 {
                    return Err(format!("line {first}: a quote is never closed"));
                }
                self.line += 1;
            }
            if !self.text.trim_ascii().is_empty() {
                self.split(first)?;
                return Ok(Some(first));
            }
        }
    }

    fn in_quotes(&self) -> bool {
        self.text.iter().fold(false, |quoted, byte| quoted ^ (*byte == b'"'))
    }

    fn split(&mut self, line: u64) -> Result<(), String> {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).trim(csv::Trim::All).buffer_capacity(self.text.len().max(64));
        let mut reader = builder.from_reader(&self.text[..]);
        reader.read_record(&mut self.record).map_err(|error| match error.kind() {
            csv::ErrorKind::Utf8 { .. } => format!("line {line} is not UTF-8 text"),
            _ => format!("line {line}: {error}"),
        })?;
        // Only possible when nothing but carriage returns ends the lines.
        if matches!(reader.read_record(&mut StringRecord::new()), Ok(false)) {
            Ok(())
        } else {
            Err(format!("line {line} ends with a carriage return alone; save the file with LF or CR LF line ends"))
        }
    }
}
