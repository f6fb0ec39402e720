//! Alarms: raise, read, acknowledge, resolve, and the stream of what happens to them.

use std::convert::Infallible;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response, Sse,
        sse::{self, KeepAlive},
    },
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use core_server_adapter::{
    Cursor, Page,
    alarms::{Acknowledged, Alarm, AlarmAction, AlarmCounts, AlarmId, AlarmQuery, AlarmVerdict, NewAlarm, RawAlarm},
};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Json, Path, Query, openapi};
use crate::{
    App,
    feed::{Event, Feed, Kind},
    problem::Problem,
};

/// Streams that are open at once at most.
const MOST_STREAMS: usize = 1_000;
/// Alarms that are raised in one request at most.
const MOST: usize = 1_000;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/alarms", get(list).post(raise))
        .route("/alarms/counts", get(counts))
        .route("/alarms/stream", get(stream))
        .route("/alarms/{id}", get(read))
        .route("/alarms/{id}/acknowledge", post(acknowledge))
        .route("/alarms/{id}/resolve", post(resolve))
        .route("/alarms/{id}/verdict", post(judge))
        .route("/alarms/{id}/seen", post(seen))
        .route("/alarms/{id}/history", get(history))
}

/// Ids of alarms that were raised, in the order in which they were sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Raised {
    #[schema(value_type = Vec<Uuid>)]
    ids: Vec<AlarmId>,
}

/// Who did it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Actor {
    /// A name of up to 255 characters.
    by: String,
}

/// Raises one alarm (an object), or several, all or none (a list of up to 1,000).
#[utoipa::path(post, path = "/api/alarms", tag = "alarms", request_body = openapi::NewAlarm,
    responses((status = 201, body = Raised), (status = 422, body = Problem)))]
pub(super) async fn raise(State(app): State<App>, Json(sent): Json<Value>) -> Result<Response, Problem> {
    let (rows, is_list) = match sent {
        Value::Array(rows) => (rows, true),
        one => (vec![one], false),
    };
    if rows.len() > MOST {
        return Err(Problem::of_field("alarms", format!("are {}; send up to {MOST} at once", rows.len())));
    }
    let in_row = |row, problem: Problem| if is_list { problem.in_row(row) } else { problem };
    let (mut raw, mut new) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for (row, alarm) in rows.into_iter().enumerate() {
        let read = |alarm| {
            let alarm: RawAlarm = serde_json::from_value(alarm)
                .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
            Ok((NewAlarm::try_from(alarm.clone())?, alarm))
        };
        let (checked, alarm) = read(alarm).map_err(|problem| in_row(row, problem))?;
        new.push(checked);
        raw.push(alarm);
    }
    let ids = app.alarms.alarms().raise_many(&new).await?;
    for (id, alarm) in ids.iter().zip(raw) {
        app.feed.tell(Event::of_new(id.as_uuid(), alarm));
    }
    Ok((StatusCode::CREATED, Json(Raised { ids })).into_response())
}

/// A page of alarms, newest first; `next` and `previous` of the answer are cursors.
#[utoipa::path(get, path = "/api/alarms", tag = "alarms", params(openapi::AlarmQuery),
    responses((status = 200, body = openapi::AlarmPage), (status = 422, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    Query(query): Query<AlarmQuery>,
) -> Result<Json<Page<Alarm>>, Problem> {
    Ok(Json(app.alarms.alarms().list(&query.filter(), &query.page()).await?))
}

/// How many alarms match, by origin and severity.
#[utoipa::path(get, path = "/api/alarms/counts", tag = "alarms", params(openapi::AlarmQuery),
    responses((status = 200, body = [openapi::AlarmCount])))]
pub(super) async fn counts(
    State(app): State<App>,
    Query(query): Query<AlarmQuery>,
) -> Result<Json<AlarmCounts>, Problem> {
    Ok(Json(app.alarms.alarms().counts(&query.filter()).await?))
}

/// One alarm.
#[utoipa::path(get, path = "/api/alarms/{id}", tag = "alarms", params(("id" = Uuid, Path)),
    responses((status = 200, body = openapi::Alarm), (status = 404, body = Problem)))]
pub(super) async fn read(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Json<Alarm>, Problem> {
    Ok(Json(app.alarms.alarms().get(id).await?))
}

/// Somebody has seen the alarm. One that is acknowledged already keeps its first acknowledgement: `first` is then false.
#[utoipa::path(post, path = "/api/alarms/{id}/acknowledge", tag = "alarms", params(("id" = Uuid, Path)), request_body = Actor,
    responses((status = 200, body = openapi::Acknowledged), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn acknowledge(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Json(actor): Json<Actor>,
) -> Result<Json<Acknowledged>, Problem> {
    let done = app.alarms.alarms().acknowledge(id, &actor.by).await?;
    app.feed.tell(Event::of(Kind::Changed, &done.alarm));
    Ok(Json(done))
}

/// The cause of the alarm is gone.
#[utoipa::path(post, path = "/api/alarms/{id}/resolve", tag = "alarms", params(("id" = Uuid, Path)), request_body = Actor,
    responses((status = 200, body = openapi::Alarm), (status = 404, body = Problem)))]
pub(super) async fn resolve(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Json(actor): Json<Actor>,
) -> Result<Json<Alarm>, Problem> {
    let alarm = app.alarms.alarms().resolve_by(id, &actor.by).await?;
    app.feed.tell(Event::of(Kind::Changed, &alarm));
    Ok(Json(alarm))
}

/// What somebody found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Judgement {
    /// A name of up to 255 characters.
    by: String,
    #[schema(value_type = String, example = "false_alarm")]
    verdict: AlarmVerdict,
    /// A sentence for people.
    #[serde(default)]
    note: String,
}

/// Somebody found the alarm to be `real`, a `false_alarm` or of a `known` cause. The latest verdict stands.
#[utoipa::path(post, path = "/api/alarms/{id}/verdict", tag = "alarms", params(("id" = Uuid, Path)), request_body = Judgement,
    responses((status = 200, body = openapi::AlarmAction), (status = 404, body = Problem)))]
pub(super) async fn judge(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Json(found): Json<Judgement>,
) -> Result<Json<AlarmAction>, Problem> {
    let alarms = app.alarms.alarms();
    let action = alarms.judge(id, &found.by, found.verdict, &found.note).await?;
    app.feed.tell(Event::of(Kind::Changed, &alarms.get(id).await?));
    Ok(Json(action))
}

/// When the condition of an alarm was seen again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    at: DateTime<Utc>,
}

/// The condition of an open alarm was seen again: no second alarm, but one repeat more.
#[utoipa::path(post, path = "/api/alarms/{id}/seen", tag = "alarms", params(("id" = Uuid, Path)), request_body = Seen,
    responses((status = 200, body = openapi::Alarm), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn seen(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Json(seen): Json<Seen>,
) -> Result<Json<Alarm>, Problem> {
    let alarm = app.alarms.alarms().seen_again(id, seen.at).await?;
    app.feed.tell(Event::of(Kind::Changed, &alarm));
    Ok(Json(alarm))
}

/// Who did what with an alarm, oldest first.
#[utoipa::path(get, path = "/api/alarms/{id}/history", tag = "alarms", params(("id" = Uuid, Path)),
    responses((status = 200, body = [openapi::AlarmAction])))]
pub(super) async fn history(State(app): State<App>, Path(id): Path<Uuid>) -> Result<Json<Vec<AlarmAction>>, Problem> {
    Ok(Json(app.alarms.alarms().history(id).await?))
}

/// Where a stream goes on, for those who cannot set the header `Last-Event-ID`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct After {
    after: Option<Cursor>,
}

/// Server-sent events: `raised` and `changed` with an [`Event`], and `reset` when too much was missed. Goes on after the
/// event of the header `Last-Event-ID`, or of the parameter `after`.
#[utoipa::path(get, path = "/api/alarms/stream", tag = "alarms",
    params(("Last-Event-ID" = Option<String>, Header), ("after" = Option<String>, Query)),
    responses((status = 200, content_type = "text/event-stream", body = Event)))]
pub(super) async fn stream(
    State(app): State<App>,
    Query(query): Query<After>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<sse::Event, Infallible>> + use<>>, Problem> {
    if app.feed.listeners() >= MOST_STREAMS {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many streams are open; try again"));
    }
    // What a browser repeats by itself is newer than what its page asked for first.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty());
    let last: Option<Cursor> = last.map(str::parse).transpose()?;
    let events = Feed::listen(&app, last.or(query.after)).await?;
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}
