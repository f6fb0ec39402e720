//! What the benchmarks have in common: the figures that the project wants to reach, and where a run notes them for
//! `docs/benchmarks.md`.

pub mod figures;
pub mod history;
pub mod notes;
pub mod report;
