//! Lists: what a filter lets through, and pages that show every alarm once, whatever is raised meanwhile.

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, Cursor, Database, PageRequest, Period,
    alarms::{Alarm, AlarmFilter, AlarmOrigin, AlarmRepository, AlarmSeverity, AlarmStatus, NewAlarm, UrgentCursor},
};
use entity::alarms::alarm;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, Iterable};
use tests::{TestDatabase, on_every_backend};
use uuid::Uuid;

use super::{migrated, minute, rows, score};

on_every_backend!(
    filters_let_through_what_they_say,
    pages_cover_every_alarm_once_both_ways,
    what_is_raised_meanwhile_disturbs_no_page,
    bad_pages_are_refused,
    the_most_urgent_come_first,
);

const ALARMS: u32 = 300;
/// Some differ in upper and lower case only, some in a space at the end.
const SENSORS: [&str; 5] = ["pump-1", "Pump-1", "pump-1 ", "it's \\ \"7\" $1 ?", "水"];

/// The time of an alarm: five and more have the same, some times differ by a microsecond, and they come in no order.
fn raised_at(number: u32) -> DateTime<Utc> {
    let shuffled = i64::from(number * 7919 % ALARMS);
    let tie = shuffled / 6;
    minute(tie / 2 * 611) + TimeDelta::microseconds(tie % 2)
}

/// An alarm that follows from its number, in every state.
fn numbered(number: u32) -> Alarm {
    // Mixed, so that no two columns go together.
    let mixed = number.wrapping_mul(2_654_435_761) >> 8;
    let pick = |shift: u32, of: u32| (mixed >> shift) % of;
    let raised_at = raised_at(number).fixed_offset();
    let later = Some(raised_at + TimeDelta::minutes(1));
    let status = AlarmStatus::iter().nth(pick(0, 3) as usize).unwrap();
    let model = pick(2, 4) == 0;
    Alarm {
        id: Uuid::from_u128(u128::from(mixed) << 96 | 0x7000_8000_0000_0000_0000 | u128::from(number)),
        raised_at,
        sensor_id: SENSORS[pick(4, 5) as usize].to_owned(),
        severity: AlarmSeverity::iter().nth(pick(7, 3) as usize).unwrap(),
        status,
        value: Some(f64::from(number)),
        threshold: None,
        message: number.to_string(),
        context: None,
        acknowledged_at: later.filter(|_| status != AlarmStatus::Active),
        acknowledged_by: (status != AlarmStatus::Active).then(|| "ana".to_owned()),
        resolved_at: later.filter(|_| status == AlarmStatus::Resolved),
        origin: if model { AlarmOrigin::AnomalyModel } else { AlarmOrigin::Threshold },
        anomaly_score: model.then_some(f64::from(number) / f64::from(ALARMS)),
        model_name: None,
        model_version: None,
        last_seen_at: None,
        repeats: 0,
    }
}

/// 300 alarms with many ties.
pub(super) async fn fill<C: ConnectionTrait>(db: &C) {
    let alarms = (0..ALARMS).map(|number| numbered(number).into_active_model());
    alarm::Entity::insert_many(alarms).exec_without_returning(db).await.unwrap();
}

/// Newest first, as lists are.
async fn newest_first<C: ConnectionTrait>(db: &C) -> Vec<Alarm> {
    let mut all = rows(db).await;
    all.sort_by_key(|alarm| Reverse(key(alarm)));
    assert_eq!(all.len(), ALARMS as usize);
    all
}

pub(super) fn within(period: Period, alarm: &Alarm) -> bool {
    period.from.is_none_or(|from| alarm.raised_at >= from) && period.to.is_none_or(|to| alarm.raised_at < to)
}

fn matches(filter: &AlarmFilter, alarm: &Alarm) -> bool {
    filter.origin.is_none_or(|origin| alarm.origin == origin)
        && filter.severity.is_none_or(|severity| alarm.severity == severity)
        && filter.status.is_none_or(|status| alarm.status == status)
        && (!filter.open || alarm.status != AlarmStatus::Resolved)
        && filter.sensor.as_ref().is_none_or(|sensor| alarm.sensor_id == *sensor)
        && within(filter.period, alarm)
}

/// Nothing, or each of the values.
fn any<T: Iterable>() -> Vec<Option<T>> {
    std::iter::once(None).chain(T::iter().map(Some)).collect()
}

async fn filters_let_through_what_they_say(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    fill(adapter.connection()).await;
    let all = newest_first(adapter.connection()).await;
    // Bounds that are the time of several alarms, and beside it.
    let tie = all[120].raised_at.to_utc();
    let [micro, nano] = [TimeDelta::microseconds(1), TimeDelta::nanoseconds(1)];
    let earlier = all[200].raised_at.to_utc();
    let periods = [
        Period::ALL,
        Period::since(tie),
        Period::until(tie),
        Period::since(tie + nano),
        Period::until(tie + nano),
        Period::between(tie, tie + micro),
        Period::between(earlier, tie),
        Period::between(tie, earlier),
        Period::between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC),
    ];
    let mut filters: Vec<AlarmFilter> = periods.iter().map(|period| AlarmFilter::new().period(*period)).collect();
    filters
        .extend(SENSORS.iter().chain(&["PUMP-1", "pump", "pump-_", "pump%"]).map(|id| AlarmFilter::new().sensor(*id)));
    for origin in any::<AlarmOrigin>() {
        for severity in any::<AlarmSeverity>() {
            for status in any::<AlarmStatus>() {
                for open in [false, true] {
                    // Every third with a sensor and a period too.
                    let number = filters.len();
                    let sensor =
                        SENSORS.get(number % 9).filter(|_| number.is_multiple_of(3)).map(|id| (*id).to_owned());
                    let period = periods[if number % 3 == 1 { number / 3 % periods.len() } else { 0 }];
                    filters.push(AlarmFilter { origin, severity, status, open, sensor, period });
                }
            }
        }
    }
    let mut shown = HashMap::new();
    for filter in &filters {
        let page = adapter.alarms().list(filter, &PageRequest::first(1000)).await.unwrap();
        let expected: Vec<&Alarm> = all.iter().filter(|alarm| matches(filter, alarm)).collect();
        assert_eq!(page.items.iter().collect::<Vec<_>>(), expected, "{filter:?}");
        assert_eq!((page.next, page.previous), (None, None), "{filter:?}");
        *shown.entry(expected.len().min(1)).or_insert(0) += 1;
    }
    assert!(shown[&1] > 90 && shown[&0] > 5, "filters that find something and that find nothing: {shown:?}");
}

/// Follows a list to its end; gives its pages. Cursors travel as text and as JSON on the way.
async fn forwards(alarms: &AlarmRepository<'_, impl ConnectionTrait>, filter: &AlarmFilter) -> Vec<Vec<Alarm>> {
    let mut request = PageRequest::first(7);
    let mut pages = Vec::new();
    loop {
        let page = alarms.list(filter, &request).await.unwrap();
        assert!(page.items.len() == 7 || page.next.is_none());
        assert_eq!(page.previous.is_some(), request.cursor.is_some());
        pages.push(page.items);
        let Some(next) = page.next else { return pages };
        request = travelled(PageRequest::at(next, 7));
    }
}

fn travelled(request: PageRequest) -> PageRequest {
    let cursor: Cursor = request.cursor.unwrap().to_string().parse().unwrap();
    let request = PageRequest { cursor: Some(cursor), ..request };
    let json = serde_json::to_string(&request).unwrap();
    serde_json::from_str(&json).unwrap()
}

async fn pages_cover_every_alarm_once_both_ways(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    fill(adapter.connection()).await;
    let all = newest_first(adapter.connection()).await;
    let alarms = adapter.alarms();
    let ties = all.windows(2).filter(|pair| pair[0].raised_at == pair[1].raised_at).count();
    assert!(ties > 200, "{ties} ties");
    let tie = all[150].raised_at.to_utc();
    let filters = [
        AlarmFilter::new(),
        AlarmFilter::new().origin(AlarmOrigin::AnomalyModel),
        AlarmFilter::new().origin(AlarmOrigin::Threshold).open(),
        AlarmFilter::new().severity(AlarmSeverity::Critical).status(AlarmStatus::Active),
        AlarmFilter::new().sensor("pump-1"),
        AlarmFilter::new().period(Period::until(tie)),
        // The last page is full.
        AlarmFilter::new().period(Period::between(all[48].raised_at.to_utc(), DateTime::<Utc>::MAX_UTC)),
        AlarmFilter::new().sensor("nowhere"),
    ];
    for filter in filters {
        let expected: Vec<Alarm> = all.iter().filter(|alarm| matches(&filter, alarm)).cloned().collect();
        let pages = forwards(&alarms, &filter).await;
        assert_eq!(pages.concat(), expected, "forwards {filter:?}");
        assert_eq!(pages.len(), expected.len().div_ceil(7).max(1));

        // From every page back to the one before, and from there forwards again.
        let mut request = PageRequest::first(7);
        for (number, expected) in pages.iter().enumerate() {
            let page = alarms.list(&filter, &request).await.unwrap();
            assert_eq!(page.items, *expected);
            if let Some(previous) = page.previous {
                let back = alarms.list(&filter, &travelled(PageRequest::at(previous, 7))).await.unwrap();
                assert_eq!(back.items, pages[number - 1], "back from page {number}, {filter:?}");
                assert_eq!(back.previous.is_some(), number > 1, "page {number}, {filter:?}");
                let again = alarms.list(&filter, &PageRequest::at(back.next.unwrap(), 7)).await.unwrap();
                assert_eq!(again.items, *expected, "forwards again to page {number}, {filter:?}");
            }
            if let Some(next) = page.next {
                request = PageRequest::at(next, 7);
            }
        }

        // From beyond the oldest alarm backwards to the start, with another page size.
        let mut cursor = Some(Cursor::newer_than(DateTime::UNIX_EPOCH, Uuid::nil()));
        let mut backwards = Vec::new();
        while let Some(at) = cursor {
            let page = alarms.list(&filter, &PageRequest::at(at, 11)).await.unwrap();
            backwards.splice(0..0, page.items);
            cursor = page.previous;
        }
        assert_eq!(backwards, expected, "backwards {filter:?}");
    }
}

/// Alarms that are newer than all, older than all, and as old as some that are there, with ids before and after theirs.
fn meanwhile(number: i64) -> Vec<NewAlarm> {
    let tie = raised_at(u32::try_from(number * 13 % i64::from(ALARMS)).unwrap());
    let newer = minute(100_000 + number);
    let older = minute(-100_000 - number);
    let id = |number: i64, high: u128| {
        Uuid::from_u128(high << 120 | 0x4000_8000_0000_0000_0000 | 1 << 40 | u128::from(number.unsigned_abs()))
    };
    let at = |at, id| NewAlarm::threshold("pump-1", AlarmSeverity::Info, at).id(id);
    let odd = |at, id| NewAlarm::anomaly("pump-1", AlarmSeverity::Info, at, score(0.5)).id(id);
    let ids = [0, 1, 2, 0xff, 0x05].map(|high| id(number, high));
    vec![at(newer, ids[0]), odd(older, ids[1]), at(tie, ids[2]), odd(tie, ids[3]), at(tie, ids[4])]
}

/// The primary key, in the order of lists.
fn key(alarm: &Alarm) -> (DateTime<FixedOffset>, Uuid) {
    (alarm.raised_at, alarm.id)
}

/// Raises alarms until it is stopped.
fn raise_until(adapter: &Database, stop: &Arc<AtomicBool>, number: &Arc<AtomicI64>) -> tokio::task::JoinHandle<()> {
    let (adapter, stop, number) = (adapter.clone(), Arc::clone(stop), Arc::clone(number));
    tokio::spawn(async move {
        while !stop.load(Ordering::Relaxed) {
            let next = number.fetch_add(1, Ordering::Relaxed);
            adapter.alarms().raise_many(&meanwhile(next)).await.unwrap();
        }
    })
}

async fn what_is_raised_meanwhile_disturbs_no_page(database: TestDatabase) {
    let (database, adapter) = migrated(database).await;
    fill(adapter.connection()).await;
    let alarms = adapter.alarms();
    let number = Arc::new(AtomicI64::new(0));
    for filter in [AlarmFilter::new(), AlarmFilter::new().origin(AlarmOrigin::Threshold).sensor("pump-1")] {
        for backwards in [false, true] {
            let there: Vec<Alarm> =
                rows(adapter.connection()).await.into_iter().filter(|alarm| matches(&filter, alarm)).collect();
            let stop = Arc::new(AtomicBool::new(false));
            let other = (!database.has_one_session()).then(|| raise_until(&adapter, &stop, &number));
            let start = Cursor::newer_than(minute(-10_000_000), Uuid::nil());
            let mut request = PageRequest { limit: 7, cursor: backwards.then_some(start) };
            let mut seen: HashMap<_, u32> = HashMap::new();
            // Newer ones come all the time: backwards ends where the list ended at the start.
            let newest = there.last().unwrap();
            let mut pages = 0;
            loop {
                let page = alarms.list(&filter, &request).await.unwrap();
                pages += 1;
                assert!(page.items.is_sorted_by(|newer, older| key(newer) > key(older)));
                page.items.iter().for_each(|alarm| *seen.entry(key(alarm)).or_default() += 1);
                // Something comes in between the first pages. A writer that went on could be faster than the reader for ever.
                match &other {
                    _ if pages > 20 => stop.store(true, Ordering::Relaxed),
                    None => {
                        alarms.raise_many(&meanwhile(number.fetch_add(1, Ordering::Relaxed))).await.unwrap();
                    }
                    Some(writer) => {
                        // The second batch that begins from here on tells that one whole batch is in.
                        let before = number.load(Ordering::Relaxed);
                        while number.load(Ordering::Relaxed) < before + 2 && !writer.is_finished() {
                            tokio::time::sleep(Duration::from_millis(1)).await;
                        }
                    }
                }
                let reached = |alarm: &Alarm| key(alarm) >= key(newest);
                request.cursor = match backwards {
                    true if page.items.first().is_none_or(reached) => None,
                    true => page.previous,
                    false => page.next,
                };
                if request.cursor.is_none() {
                    break;
                }
            }
            stop.store(true, Ordering::Relaxed);
            if let Some(other) = other {
                other.await.unwrap();
            }
            let missed = there.iter().filter(|alarm| !seen.contains_key(&key(alarm))).count();
            let twice = seen.values().filter(|count| **count > 1).count();
            assert_eq!((missed, twice), (0, 0), "missed, seen twice; backwards: {backwards}, {filter:?}");
            let raised = rows(adapter.connection()).await.len() - there.len();
            assert!(pages > 5 && raised > 50, "{pages} pages, {raised} alarms raised meanwhile");
            assert!(there.len() > 40);
        }
    }
}

async fn bad_pages_are_refused(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    fill(adapter.connection()).await;
    for limit in [0, 1001, u32::MAX] {
        let error = adapter.alarms().list(&AlarmFilter::new(), &PageRequest::first(limit)).await.unwrap_err();
        assert!(matches!(error, AdapterError::InvalidPage { parameter: "limit", .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("limit {limit} is not between 1 and 1000"));
    }
    for limit in [1, 1000] {
        let page = adapter.alarms().list(&AlarmFilter::new(), &PageRequest::first(limit)).await.unwrap();
        assert_eq!(u32::try_from(page.items.len()), Ok(limit.min(ALARMS)));
        assert_eq!(page.next.is_some(), limit == 1);
    }
    let error = "o42".parse::<Cursor>().unwrap_err();
    assert!(matches!(error, AdapterError::InvalidPage { parameter: "cursor", .. }), "{error:?}");
}

async fn the_most_urgent_come_first(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    fill(adapter.connection()).await;
    let mut all = newest_first(adapter.connection()).await;
    let worst_first = |severity: AlarmSeverity| Reverse(AlarmSeverity::iter().position(|one| one == severity));
    // Stable: those of one part stay newest first.
    all.sort_by_key(|alarm| (alarm.status == AlarmStatus::Resolved, worst_first(alarm.severity)));
    let filters = [
        AlarmFilter::new(),
        AlarmFilter::new().open(),
        AlarmFilter::new().status(AlarmStatus::Acknowledged).origin(AlarmOrigin::Threshold),
        AlarmFilter::new().severity(AlarmSeverity::Warning).sensor("pump-1"),
        AlarmFilter::new().status(AlarmStatus::Resolved).open(),
    ];
    for filter in filters {
        let expected: Vec<Alarm> = all.iter().filter(|alarm| matches(&filter, alarm)).cloned().collect();
        // A page that ends with a part, one that holds several parts, and one that holds all.
        for limit in [1, 7, 100, 1000] {
            let (mut found, mut cursor) = (Vec::new(), None::<UrgentCursor>);
            loop {
                let page = adapter.alarms().list_urgent(&filter, limit, cursor).await.unwrap();
                assert!(page.items.len() == limit as usize || page.next.is_none());
                found.extend(page.items);
                let Some(next) = page.next else { break };
                cursor = Some(next.to_string().parse().unwrap());
                if limit == 1 && found.len() > 30 {
                    break;
                }
            }
            let expected = if limit == 1 { &expected[..found.len()] } else { &expected[..] };
            assert_eq!(found, expected, "{filter:?} by {limit}");
        }
    }
    assert!(adapter.alarms().list_urgent(&AlarmFilter::new(), 0, None).await.is_err());
}
