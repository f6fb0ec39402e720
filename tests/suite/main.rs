//! The integration suite. Every file is one promise of the project; see the harness in `tests/src/lib.rs`.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, clippy::missing_panics_doc)]

mod schema;
