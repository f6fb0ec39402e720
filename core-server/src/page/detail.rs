//! One alarm.

use axum::extract::{Path, State};
use maud::{Markup, html};
use uuid::Uuid;

use super::{Failed, layout};
use crate::App;

pub(super) async fn show(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Markup, Failed> {
    let alarm = app.alarms.alarms().get(id).await?;
    Ok(layout::page("Alarm", layout::Place::Elsewhere, None, &html! { h1 { (alarm.message) } }))
}
