//! Rows as binary COPY writes them: each a count of fields, and of each field its length and PostgreSQL's binary form, which
//! the driver knows.

use sea_orm::sqlx::{Encode, Postgres, encode::IsNull, error::BoxDynError, postgres::PgArgumentBuffer};

/// The signature, no flags, and no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: i16 = -1;
const NULL: i32 = -1;

/// Bytes that are on their way.
pub(crate) struct Tuples {
    bytes: PgArgumentBuffer,
}

impl Tuples {
    pub(crate) fn new() -> Self {
        let mut bytes = PgArgumentBuffer::default();
        bytes.extend_from_slice(HEADER);
        Self { bytes }
    }

    pub(crate) fn row(&mut self, fields: usize) -> Result<(), BoxDynError> {
        self.bytes.extend_from_slice(&i16::try_from(fields)?.to_be_bytes());
        Ok(())
    }

    pub(crate) fn field<'q>(&mut self, value: impl Encode<'q, Postgres>) -> Result<(), BoxDynError> {
        let length = self.bytes.len();
        self.bytes.extend_from_slice(&NULL.to_be_bytes());
        let begin = self.bytes.len();
        if matches!(value.encode(&mut self.bytes)?, IsNull::No) {
            let bytes = i32::try_from(self.bytes.len() - begin)?;
            self.bytes[length..begin].copy_from_slice(&bytes.to_be_bytes());
        }
        Ok(())
    }

    pub(crate) fn end(&mut self) {
        self.bytes.extend_from_slice(&TRAILER.to_be_bytes());
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What there is so far. A buffer is not used twice: the driver notes in it what it would do to arguments.
    pub(crate) fn take(&mut self) -> PgArgumentBuffer {
        std::mem::take(&mut self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_what_the_manual_says() {
        let mut tuples = Tuples::new();
        tuples.row(3).unwrap();
        tuples.field("ü").unwrap();
        tuples.field(None::<f64>).unwrap();
        tuples.field(serde_json::json!({ "a": 1 })).unwrap();
        tuples.end();
        let mut expected = b"PGCOPY\n\xff\r\n\0".to_vec();
        expected.extend([0, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend([0, 3]);
        expected.extend([0, 0, 0, 2, 0xc3, 0xbc]);
        expected.extend([0xff; 4]);
        expected.extend([0, 0, 0, 8, 1]);
        expected.extend(b"{\"a\":1}");
        expected.extend([0xff; 2]);
        assert_eq!(tuples.take()[..], expected);
        assert_eq!(tuples.len(), 0);
    }
}
