//! Counts by origin and severity agree with counting the rows.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    Period,
    alarms::{AlarmCounts, AlarmFilter, AlarmOrigin, AlarmSeverity},
};
use sea_orm::Iterable;
use tests::{TestDatabase, on_every_backend};

use super::{list, migrated, rows};

on_every_backend!(counts_agree_with_the_rows);

async fn counts_agree_with_the_rows(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let alarms = adapter.alarms();
    assert_eq!(alarms.counts(&AlarmFilter::new()).await.unwrap(), AlarmCounts::default());
    list::fill(adapter.connection()).await;
    let all = rows(adapter.connection()).await;
    let [early, middle, late] = [30, 150, 270].map(|place: usize| all[place].raised_at.to_utc());
    let finer = TimeDelta::nanoseconds(1);
    let periods = [
        Period::ALL,
        Period::since(middle),
        Period::until(middle),
        Period::since(middle + finer),
        Period::until(middle + finer),
        Period::between(early, late),
        Period::between(middle, middle),
        Period::between(late, early),
        Period::between(all[0].raised_at.to_utc(), all[0].raised_at.to_utc() + TimeDelta::microseconds(1)),
        Period::between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC),
        Period::until(DateTime::<Utc>::MIN_UTC),
        Period::since(DateTime::<Utc>::MAX_UTC),
    ];
    for period in periods {
        let counts = alarms.counts(&AlarmFilter::new().period(period)).await.unwrap();
        let inside: Vec<_> = all.iter().filter(|alarm| list::within(period, alarm)).collect();
        let number = |origin: Option<AlarmOrigin>, severity: Option<AlarmSeverity>| {
            let matching = inside.iter().filter(|alarm| {
                origin.is_none_or(|origin| alarm.origin == origin)
                    && severity.is_none_or(|severity| alarm.severity == severity)
            });
            matching.count() as u64
        };
        let mut expected = Vec::new();
        for origin in AlarmOrigin::iter() {
            assert_eq!(counts.of_origin(origin), number(Some(origin), None), "{period:?}");
            for severity in AlarmSeverity::iter() {
                let count = number(Some(origin), Some(severity));
                assert_eq!(counts.of(origin, severity), count, "{period:?}");
                if count > 0 {
                    expected.push((origin, severity, count));
                }
            }
        }
        assert_eq!(counts.total(), number(None, None), "{period:?}");
        let listed: Vec<_> = counts.0.iter().map(|count| (count.origin, count.severity, count.count)).collect();
        assert_eq!(listed, expected, "in the order of the enums, nothing that is 0");
    }
}
