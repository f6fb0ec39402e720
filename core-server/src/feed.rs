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

use async_stream::stream;
use axum::response::sse;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, Cursor, PageRequest,
    alarms::{Alarm, AlarmFilter, AlarmOrigin, AlarmSeverity, AlarmStatus, RawAlarm},
};
use futures_util::Stream;
use serde::Serialize;
use tokio::{
    select,
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    time::timeout,
};
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
        let &Alarm { id, raised_at, ref sensor_id, origin, severity, status, .. } = alarm;
        Self { kind, id, raised_at: raised_at.to_utc(), sensor_id: sensor_id.clone(), origin, severity, status }
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
        let (mut newest, mut over) = (Utc::now(), app.feed.over.subscribe());
        let pause = if app.alarms.has_one_session() { LOOK_RARELY } else { LOOK };
        while timeout(pause, over.wait_for(|over| *over)).await.is_err() {
            match app.feed.look_once(&app, newest).await {
                Ok(at) => newest = at,
                Err(error) => tracing::warn!("looking for new alarms: {}", error.on_one_line()),
            }
        }
    }

    /// Tells alarms since `newest`. Gives the time of the newest.
    async fn look_once(&self, app: &App, newest: DateTime<Utc>) -> Result<DateTime<Utc>, AdapterError> {
        let now = Utc::now();
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
        Ok(seen)
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
        let (missed, mut live) = {
            let remembered = app.feed.remembered();
            (after.map_or(Ok(Vec::new()), |after| remembered.after(after).ok_or(after)), app.feed.told.subscribe())
        };
        let (missed, too_many) = match missed {
            Ok(remembered) => (remembered, false),
            Err(after) => {
                let request = PageRequest::at(after, PageRequest::MAX_LIMIT);
                let page = app.alarms.alarms().list(&AlarmFilter::new(), &request).await?;
                let missed = page.items.iter().rev().map(|alarm| Event::of(Kind::Raised, alarm)).collect();
                (missed, page.previous.is_some())
            }
        };
        // Raised between the two looks: told once.
        let known: HashSet<Uuid> = missed.iter().map(|event| event.id).collect();
        let again: Vec<_> = too_many.then(reset).into_iter().chain(missed.iter().map(Event::to_sse)).collect();
        let mut over = app.feed.over.subscribe();
        Ok(stream! {
            for event in again {
                yield Ok(event);
            }
            loop {
                match select! { event = live.recv() => event, _ = over.wait_for(|over| *over) => return } {
                    Ok(event) if event.kind == Kind::Raised && known.contains(&event.id) => {}
                    Ok(event) => yield Ok(event.to_sse()),
                    // Whoever is slower than events come in misses some.
                    Err(RecvError::Lagged(_)) => yield Ok(reset()),
                    Err(RecvError::Closed) => return,
                }
            }
        })
    }
}
