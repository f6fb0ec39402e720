//! What happens to alarms, as a stream of server-sent events that can be taken up again.
//!
//! What this service raises and changes is told at once. What other programs raise is found by looking, every two seconds;
//! what they change is not told. The id of an event is the cursor of its alarm: after an interruption the stream goes on from
//! what is remembered here, and after a restart from the database.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::response::sse;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, Cursor, PageRequest,
    alarms::{Alarm, AlarmFilter, AlarmOrigin, AlarmSeverity, AlarmStatus, RawAlarm},
};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use tokio::sync::{broadcast, watch};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{App, shapes};

/// Events that are remembered for those who come back.
const REMEMBERED: usize = 1_000;
/// How often what others raised is looked for.
const LOOK: Duration = Duration::from_secs(2);
/// The same on a server with one session, which the other areas want too: a pool gives it back after a pause.
const LOOK_RARELY: Duration = Duration::from_secs(15);
/// How long after its time an alarm of another program may come in and still be told.
const LATE: TimeDelta = TimeDelta::seconds(60);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The alarm is new.
    Raised,
    /// Somebody acknowledged, resolved or judged it.
    Changed,
}

/// Something happened to an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[allow(missing_docs, reason = "the columns of the alarm")]
pub struct Event {
    /// What happened; the name of the event, too.
    pub kind: Kind,
    pub id: Uuid,
    pub raised_at: DateTime<Utc>,
    pub sensor_id: String,
    #[schema(value_type = shapes::AlarmOrigin)]
    pub origin: AlarmOrigin,
    #[schema(value_type = shapes::AlarmSeverity)]
    pub severity: AlarmSeverity,
    #[schema(value_type = shapes::AlarmStatus)]
    pub status: AlarmStatus,
}

impl Event {
    /// Something happened to this alarm.
    pub fn of(kind: Kind, alarm: &Alarm) -> Self {
        Self {
            kind,
            id: alarm.id,
            raised_at: alarm.raised_at.to_utc(),
            sensor_id: alarm.sensor_id.clone(),
            origin: alarm.origin,
            severity: alarm.severity,
            status: alarm.status,
        }
    }

    /// This alarm was raised with this id.
    pub fn of_new(id: Uuid, alarm: RawAlarm) -> Self {
        let RawAlarm { raised_at, sensor_id, origin, severity, .. } = alarm;
        // As it is stored.
        let raised_at = raised_at.trunc_subsecs(6);
        Self { kind: Kind::Raised, id, raised_at, sensor_id, origin, severity, status: AlarmStatus::Active }
    }

    fn cursor(&self) -> Cursor {
        Cursor::newer_than(self.raised_at, self.id)
    }

    fn to_sse(&self) -> sse::Event {
        let event = match self.kind {
            Kind::Raised => sse::Event::default().event("raised").id(self.cursor().to_string()),
            Kind::Changed => sse::Event::default().event("changed"),
        };
        event.json_data(self).unwrap_or_else(|_| reset())
    }
}

/// Too much was missed: read the list again.
fn reset() -> sse::Event {
    sse::Event::default().event("reset").data("{}")
}

/// Tells what happens to alarms, and remembers the last of it.
#[derive(Debug)]
pub struct Feed {
    told: broadcast::Sender<Event>,
    remembered: Mutex<Remembered>,
    over: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Remembered {
    events: VecDeque<Event>,
    /// Alarms that were told lately, and when they were raised.
    raised: HashMap<Uuid, DateTime<Utc>>,
}

impl Remembered {
    /// The events after the one of this cursor, if that is remembered.
    fn after(&self, cursor: Cursor) -> Option<Vec<Event>> {
        let is_it = |event: &Event| event.kind == Kind::Raised && event.cursor() == cursor;
        let place = self.events.iter().rposition(is_it)?;
        Some(self.events.range(place + 1..).cloned().collect())
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self { told: broadcast::Sender::new(256), remembered: Mutex::default(), over: watch::Sender::new(false) }
    }
}

impl Feed {
    /// Tells an event to everybody who listens. An alarm is told as new once.
    pub fn tell(&self, event: Event) {
        let mut remembered = self.remembered();
        if event.kind == Kind::Raised && remembered.raised.insert(event.id, event.raised_at).is_some() {
            return;
        }
        if remembered.events.len() == REMEMBERED {
            remembered.events.pop_front();
        }
        remembered.events.push_back(event.clone());
        // With the lock held, so that who begins to listen misses nothing. That nobody listens is no error.
        let _ = self.told.send(event);
    }

    /// Tells that somebody changed an alarm.
    pub fn tell_changed(&self, alarm: &Alarm) {
        self.tell(Event::of(Kind::Changed, alarm));
    }

    /// How many streams are open.
    pub fn listeners(&self) -> usize {
        self.told.receiver_count()
    }

    /// Ends every stream: the service is about to stop.
    pub fn end(&self) {
        self.over.send_replace(true);
    }

    /// Tells what other programs raise, until the service ends.
    pub async fn look(app: App) {
        let mut newest: Option<DateTime<Utc>> = None;
        let mut over = app.feed.over.subscribe();
        let pause = if app.alarms.has_one_session() { LOOK_RARELY } else { LOOK };
        loop {
            match app.feed.look_once(&app, newest).await {
                Ok(at) => newest = at,
                Err(error) => tracing::warn!("looking for new alarms: {}", error.on_one_line()),
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = over.wait_for(|over| *over) => return,
            }
        }
    }

    /// Tells alarms since `newest`; without it, only finds out where they end. Gives the time of the newest.
    async fn look_once(&self, app: &App, newest: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>, AdapterError> {
        let now = Utc::now();
        let Some(newest) = newest else { return Ok(Some(now)) };
        let (mut cursor, mut seen) = (Some(Cursor::newer_than(newest - LATE, Uuid::nil())), newest);
        while cursor.is_some() {
            let page = app.alarms.alarms().list(&AlarmFilter::new(), &PageRequest { limit: 500, cursor }).await?;
            for alarm in page.items.iter().rev() {
                seen = seen.max(alarm.raised_at.to_utc());
                self.tell(Event::of(Kind::Raised, alarm));
            }
            cursor = page.previous.filter(|_| page.items.len() == 500);
        }
        // The clock of a sensor may be ahead: what comes in meanwhile is older.
        let seen = seen.min(now);
        self.remembered().raised.retain(|_, at| *at >= seen - LATE - LATE);
        Ok(Some(seen))
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The events after the one of this cursor, or from now on.
    ///
    /// # Errors
    ///
    /// Failures of the database, which is asked when the event is not remembered.
    pub async fn listen(
        app: &App,
        after: Option<Cursor>,
    ) -> Result<impl Stream<Item = Result<sse::Event, Infallible>> + use<>, AdapterError> {
        let (missed, live) = {
            let remembered = app.feed.remembered();
            (after.map(|after| (after, remembered.after(after))), app.feed.told.subscribe())
        };
        let (missed, too_many) = match missed {
            None => (Vec::new(), false),
            Some((_, Some(remembered))) => (remembered, false),
            Some((after, None)) => {
                let request = PageRequest::at(after, PageRequest::MAX_LIMIT);
                let page = app.alarms.alarms().list(&AlarmFilter::new(), &request).await?;
                let missed = page.items.iter().rev().map(|alarm| Event::of(Kind::Raised, alarm)).collect();
                (missed, page.previous.is_some())
            }
        };
        // Raised between the two looks: told once.
        let known: HashSet<Uuid> = missed.iter().map(|event| event.id).collect();
        let again: Vec<_> = too_many.then(reset).into_iter().chain(missed.iter().map(Event::to_sse)).collect();
        let live = stream::unfold((live, known), |(mut live, known)| async {
            let event = loop {
                match live.recv().await {
                    Ok(event) if event.kind == Kind::Raised && known.contains(&event.id) => {}
                    Ok(event) => break event.to_sse(),
                    // Whoever is slower than events come in misses some.
                    Err(broadcast::error::RecvError::Lagged(_)) => break reset(),
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            };
            Some((event, (live, known)))
        });
        let mut over = app.feed.over.subscribe();
        let over = async move { over.wait_for(|over| *over).await.map(drop) };
        Ok(stream::iter(again).chain(live).map(Ok).take_until(Box::pin(over)))
    }
}
