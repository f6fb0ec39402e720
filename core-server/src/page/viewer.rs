//! Who looks at a page, and what they do to alarms. There is no login: a name is what somebody says it is.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use core_server_adapter::{
    alarms::{Alarm, AlarmSeverity, AlarmVerdict},
    telemetry::{MaintenanceTaskPriority, MaintenanceTaskType, NewMaintenanceTask},
};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::list;
use crate::{
    App,
    guard::TOKEN_COOKIE,
    problem::{Form, Path, Problem},
};

const NAME_COOKIE: &str = "core_server_name";

/// Who looks at the page.
#[derive(Debug)]
pub struct Viewer {
    name: String,
    needs_token: bool,
}

impl Viewer {
    /// Who sends these headers.
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        let name = CookieJar::from_headers(headers).get(NAME_COOKIE).map(|name| name.value().to_owned());
        Self { name: name.unwrap_or_default(), needs_token: !app.knows(headers, None) }
    }

    /// The form that every button of the page belongs to: it says who does it.
    pub fn form(&self) -> Markup {
        html! {
            form #act method="post" autocomplete="off" {
                label { "Your name " input name="by" value=(self.name) required maxlength="255" size="12" autocomplete="username"; }
                @if self.needs_token {
                    label { "Token " input name="token" type="password" required size="12" autocomplete="current-password"; }
                }
            }
        }
    }
}

/// What a button sends.
#[derive(Debug, Deserialize)]
pub(super) struct Act {
    by: String,
    token: Option<String>,
}

/// Does something to an alarm. A script gets the alarm's row; without one, the browser goes back to where it was.
pub(super) async fn act(
    State(app): State<App>,
    Path((id, action)): Path<(Uuid, String)>,
    headers: HeaderMap,
    Form(form): Form<Act>,
) -> Result<Response, Problem> {
    if !app.knows(&headers, form.token.as_deref()) {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "give the token that the service was started with"));
    }
    let (alarms, by) = (app.alarms.alarms(), form.by.as_str());
    let alarm = match (action.as_str(), action.parse::<AlarmVerdict>()) {
        ("acknowledge", _) => alarms.acknowledge(id, by).await?.alarm,
        ("resolve", _) => alarms.resolve_by(id, by).await?,
        ("task", _) => create_task(&app, id, by).await?,
        (_, Ok(verdict)) => {
            alarms.judge(id, by, verdict, "").await?;
            alarms.get(id).await?
        }
        _ => return Err(Problem::new(StatusCode::NOT_FOUND, "nothing is there")),
    };
    app.feed.tell_changed(&alarm);
    let response = if headers.contains_key("x-part") {
        list::one_row(&app, &alarm).await?.into_response()
    } else {
        Redirect::to(&came_from(&headers)).into_response()
    };
    let kept = |name, value| Cookie::build((name, value)).path("/").same_site(SameSite::Strict).permanent();
    let mut cookies = CookieJar::new().add(kept(NAME_COOKIE, form.by));
    if let (Some(_), Some(token)) = (app.settings.token(), form.token) {
        cookies = cookies.add(kept(TOKEN_COOKIE, token).http_only(true));
    }
    Ok((cookies, response).into_response())
}

/// A task in telemetry, and the row in the history of the alarm that leads to it.
async fn create_task(app: &App, id: Uuid, by: &str) -> Result<Alarm, Problem> {
    let alarm = app.alarms.alarms().get(id).await?;
    let priority = match alarm.severity {
        AlarmSeverity::Critical => MaintenanceTaskPriority::Critical,
        AlarmSeverity::Warning => MaintenanceTaskPriority::High,
        AlarmSeverity::Info => MaintenanceTaskPriority::Low,
    };
    let mut task = NewMaintenanceTask::new(&alarm.sensor_id, MaintenanceTaskType::Inspection).priority(priority);
    if app.telemetry.sensors().find(&alarm.sensor_id).await?.is_some() {
        task = task.sensor(&alarm.sensor_id);
    }
    let task = app.telemetry.maintenance_tasks().create(&task).await?;
    app.alarms.alarms().create_task(id, by, "", Some(task.id)).await?;
    Ok(alarm)
}

/// The page of this service that the form was on. The address is taken without its host: it leads nowhere else.
fn came_from(headers: &HeaderMap) -> String {
    let from = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let path = from.and_then(|from| from.parse::<axum::http::Uri>().ok()).and_then(|uri| uri.path_and_query().cloned());
    path.map(|path| path.to_string()).filter(|path| !path.starts_with("//")).unwrap_or_else(|| "/".to_owned())
}
