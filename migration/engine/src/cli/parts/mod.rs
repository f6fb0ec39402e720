//! What several verbs say, take or give back.

pub(super) mod consent;
pub(super) mod created;
pub(super) mod differences;
pub(super) mod done;
pub(super) mod place;
pub(super) mod revision;
pub(super) mod revisions;
pub(super) mod run;
pub(super) mod text;
pub(super) mod version;
