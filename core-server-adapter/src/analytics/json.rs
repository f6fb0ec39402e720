//! JSON that new rows bring.

use sea_orm::prelude::Json;

use crate::batch::json_size;

/// Bytes of several JSON values.
pub(super) fn size_of(parts: &[&Option<Json>]) -> usize {
    parts.iter().map(|part| json_size(part.as_ref())).sum()
}

/// JSON that is something.
pub(super) fn given(json: impl Into<Json>) -> Option<Json> {
    Some(json.into()).filter(|json| !json.is_null())
}
