//! Reads CSV by the names of its columns, in any order and among others. Errors are texts with the line.

use std::io::BufRead;

use chrono::{DateTime, Datelike, Utc};
use csv::StringRecord;

use crate::support;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The rows of a file, one after the other.
pub struct Records<R: BufRead, const COLUMNS: usize> {
    lines: Lines<R>,
    names: [&'static str; COLUMNS],
    /// Where the columns are.
    places: [usize; COLUMNS],
    width: usize,
}

/// One row of a file.
pub struct Record<'a, const COLUMNS: usize> {
    /// Line it starts in, from 1.
    pub line: u64,
    names: [&'static str; COLUMNS],
    fields: [&'a str; COLUMNS],
}

impl<R: BufRead, const COLUMNS: usize> Records<R, COLUMNS> {
    /// Reads the header.
    pub fn open(file: R, names: [&'static str; COLUMNS]) -> Result<Self, String> {
        let mut lines = Lines { file, line: 0, text: Vec::new(), record: StringRecord::new() };
        let Some(line) = lines.next()? else {
            return Err(format!("the file is empty; its first line has to name the columns {}", names.join(", ")));
        };
        let header: Vec<&str> = lines.record.iter().collect();
        let mut places = [0; COLUMNS];
        let mut missing = Vec::new();
        for (name, place) in names.into_iter().zip(&mut places) {
            let mut found = header.iter().enumerate().filter(|(_, found)| **found == name).map(|(place, _)| place);
            match (found.next(), found.next()) {
                (Some(only), None) => *place = only,
                (Some(_), Some(_)) => return Err(format!("line {line}: the column {name} is there twice")),
                (None, _) => missing.push(name),
            }
        }
        if !missing.is_empty() {
            let found = header.join(", ");
            return Err(format!("line {line}: missing column {}; found: {found}", missing.join(" and ")));
        }
        Ok(Self { places, width: header.len(), names, lines })
    }

    /// The next row; none at the end.
    pub fn next(&mut self) -> Result<Option<Record<'_, COLUMNS>>, String> {
        let Some(line) = self.lines.next()? else { return Ok(None) };
        let record = &self.lines.record;
        if record.len() != self.width {
            return Err(format!("line {line} has {} fields, the header has {}", record.len(), self.width));
        }
        let fields = self.places.map(|place| record.get(place).unwrap_or_default());
        Ok(Some(Record { line, names: self.names, fields }))
    }
}

impl<const COLUMNS: usize> Record<'_, COLUMNS> {
    /// The text of a column, by its number among those asked for.
    fn text(&self, column: usize) -> &str {
        self.fields.get(column).copied().unwrap_or_default()
    }

    fn bad(&self, column: usize, reason: &str) -> String {
        let name = self.names.get(column).copied().unwrap_or_default();
        format!("line {}, column {name}: {:?} {reason}", self.line, self.text(column))
    }

    /// A time that every backend can store.
    pub fn time(&self, column: usize) -> Result<DateTime<Utc>, String> {
        let at = support::parse_time(self.text(column)).map_err(|reason| self.bad(column, &reason))?;
        if (1970..=9999).contains(&at.year()) {
            Ok(at)
        } else {
            Err(self.bad(column, "is outside the years 1970 to 9999"))
        }
    }

    /// A finite number that `accept` makes something of.
    pub fn number<T>(&self, column: usize, accept: impl FnOnce(f64) -> Option<T>, reason: &str) -> Result<T, String> {
        let number = self.text(column).parse().ok().filter(|number: &f64| number.is_finite());
        number.and_then(accept).ok_or_else(|| self.bad(column, reason))
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
            // What spreadsheets write at the beginning of a file, to say that it is UTF-8.
            if first == 1 && self.text.starts_with(BYTE_ORDER_MARK) {
                self.text.drain(..BYTE_ORDER_MARK.len());
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
        // Most lines: a CSV reader of their own would cost more than all the rest.
        let text = self.text.strip_suffix(b"\n").unwrap_or(&self.text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if let Some(text) = str::from_utf8(text).ok().filter(|text| !text.contains(['"', '\r'])) {
            self.record = text.split(',').map(str::trim).collect();
            return Ok(());
        }
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
