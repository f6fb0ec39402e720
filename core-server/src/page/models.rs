//! The health of models.

use axum::extract::State;
use maud::{Markup, html};

use super::{Failed, layout};
use crate::App;

pub(super) async fn show(State(_app): State<App>) -> Result<Markup, Failed> {
    Ok(layout::page("Model health", layout::Place::Models, None, &html! { h1 { "Model health" } }))
}
