//! Alarms: raise, read, acknowledge, resolve, and the stream of what happens to them.

use std::convert::Infallible;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{
        Sse,
        sse::{self, KeepAlive},
    },
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
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::Answer;
use crate::{
    App,
    feed::{Event, Feed},
    problem::{self, Json, Path, Problem, Query},
    shapes,
};

/// Streams that are open at once at most.
const MOST_STREAMS: usize = 1_000;
/// Alarms that are raised in one request at most.
const MOST: usize = 1_000;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list, raise))
        .routes(routes!(counts))
        .routes(routes!(stream))
        .routes(routes!(read))
        .routes(routes!(acknowledge))
        .routes(routes!(resolve))
        .routes(routes!(judge))
        .routes(routes!(seen))
        .routes(routes!(history))
}

/// Ids of alarms that were raised, in the order in which they were sent.
#[derive(Debug, Serialize, ToSchema)]
struct Raised {
    #[schema(value_type = Vec<Uuid>)]
    ids: Vec<AlarmId>,
}

/// Who did it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Actor {
    /// A name of up to 255 characters.
    by: String,
}

/// Raises one alarm (an object), or several, all or none (a list of up to 1,000).
#[utoipa::path(post, path = "/alarms", tag = "alarms", request_body = shapes::OneOrMany,
    responses((status = 201, body = Raised), Problem))]
async fn raise(State(app): State<App>, Json(sent): Json<Value>) -> Result<(StatusCode, Json<Raised>), Problem> {
    let (is_list, raw): (bool, Vec<RawAlarm>) =
        if sent.is_array() { (true, problem::read(sent)?) } else { (false, vec![problem::read(sent)?]) };
    if raw.len() > MOST {
        return Err(Problem::of_field("alarms", format!("are {}; send up to {MOST} at once", raw.len())));
    }
    let checked = raw.iter().enumerate().map(|(row, alarm)| {
        NewAlarm::try_from(alarm.clone()).map_err(|error| if is_list { error.in_row(row) } else { error })
    });
    let ids = app.alarms.alarms().raise_many(&checked.collect::<Result<Vec<_>, _>>()?).await?;
    for (id, alarm) in ids.iter().zip(raw) {
        app.feed.tell(Event::of_new(id.as_uuid(), alarm));
    }
    Ok((StatusCode::CREATED, Json(Raised { ids })))
}

/// A page of alarms, newest first; `next` and `previous` of the answer are cursors.
#[utoipa::path(get, path = "/alarms", tag = "alarms", params(shapes::AlarmQuery),
    responses((status = 200, body = shapes::AlarmPage), Problem))]
async fn list(State(app): State<App>, Query(query): Query<AlarmQuery>) -> Answer<Page<Alarm>> {
    Ok(Json(app.alarms.alarms().list(&query.filter(), &query.page()).await?))
}

/// How many alarms match, by origin and severity.
#[utoipa::path(get, path = "/alarms/counts", tag = "alarms", params(shapes::AlarmQuery),
    responses((status = 200, body = [shapes::AlarmCount]), Problem))]
async fn counts(State(app): State<App>, Query(query): Query<AlarmQuery>) -> Answer<AlarmCounts> {
    Ok(Json(app.alarms.alarms().counts(&query.filter()).await?))
}

/// One alarm.
#[utoipa::path(get, path = "/alarms/{id}", tag = "alarms", params(("id" = Uuid, Path)),
    responses((status = 200, body = shapes::Alarm), Problem))]
async fn read(State(app): State<App>, Path(id): Path<Uuid>) -> Answer<Alarm> {
    Ok(Json(app.alarms.alarms().get(id).await?))
}

/// Somebody has seen the alarm. One that is acknowledged already keeps its first acknowledgement: `first` is then false.
#[utoipa::path(post, path = "/alarms/{id}/acknowledge", tag = "alarms", params(("id" = Uuid, Path)), request_body = Actor,
    responses((status = 200, body = shapes::Acknowledged), Problem))]
async fn acknowledge(State(app): State<App>, Path(id): Path<Uuid>, Json(actor): Json<Actor>) -> Answer<Acknowledged> {
    let done = app.alarms.alarms().acknowledge(id, &actor.by).await?;
    app.feed.tell_changed(&done.alarm);
    Ok(Json(done))
}

/// The cause of the alarm is gone.
#[utoipa::path(post, path = "/alarms/{id}/resolve", tag = "alarms", params(("id" = Uuid, Path)), request_body = Actor,
    responses((status = 200, body = shapes::Alarm), Problem))]
async fn resolve(State(app): State<App>, Path(id): Path<Uuid>, Json(actor): Json<Actor>) -> Answer<Alarm> {
    let alarm = app.alarms.alarms().resolve_by(id, &actor.by).await?;
    app.feed.tell_changed(&alarm);
    Ok(Json(alarm))
}

/// What somebody found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Judgement {
    /// A name of up to 255 characters.
    by: String,
    #[schema(value_type = shapes::AlarmVerdict)]
    verdict: AlarmVerdict,
    /// A sentence for people.
    #[serde(default)]
    note: String,
}

/// Somebody found the alarm to be `real`, a `false_alarm` or of a `known` cause. The latest verdict stands.
#[utoipa::path(post, path = "/alarms/{id}/verdict", tag = "alarms", params(("id" = Uuid, Path)), request_body = Judgement,
    responses((status = 200, body = shapes::AlarmAction), Problem))]
async fn judge(State(app): State<App>, Path(id): Path<Uuid>, Json(found): Json<Judgement>) -> Answer<AlarmAction> {
    let alarms = app.alarms.alarms();
    let action = alarms.judge(id, &found.by, found.verdict, &found.note).await?;
    app.feed.tell_changed(&alarms.get(id).await?);
    Ok(Json(action))
}

/// When the condition of an alarm was seen again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Seen {
    at: DateTime<Utc>,
}

/// The condition of an open alarm was seen again: no second alarm, but one repeat more.
#[utoipa::path(post, path = "/alarms/{id}/seen", tag = "alarms", params(("id" = Uuid, Path)), request_body = Seen,
    responses((status = 200, body = shapes::Alarm), Problem))]
async fn seen(State(app): State<App>, Path(id): Path<Uuid>, Json(seen): Json<Seen>) -> Answer<Alarm> {
    let alarm = app.alarms.alarms().seen_again(id, seen.at).await?;
    app.feed.tell_changed(&alarm);
    Ok(Json(alarm))
}

/// Who did what with an alarm, oldest first.
#[utoipa::path(get, path = "/alarms/{id}/history", tag = "alarms", params(("id" = Uuid, Path)),
    responses((status = 200, body = [shapes::AlarmAction]), Problem))]
async fn history(State(app): State<App>, Path(id): Path<Uuid>) -> Answer<Vec<AlarmAction>> {
    Ok(Json(app.alarms.alarms().history(id).await?))
}

/// Where a stream goes on, for those who cannot set the header `Last-Event-ID`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct After {
    after: Option<Cursor>,
}

/// Server-sent events: `raised` and `changed` with an [`Event`], and `reset` when too much was missed. Goes on after the
/// event of the header `Last-Event-ID`, or of the parameter `after`.
#[utoipa::path(get, path = "/alarms/stream", tag = "alarms",
    params(("Last-Event-ID" = Option<String>, Header), ("after" = Option<String>, Query)),
    responses((status = 200, content_type = "text/event-stream", body = Event), Problem))]
async fn stream(
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
