//! An id of the caller's belongs to one alarm. The key of the table is id and time, so the database would take a second
//! alarm of one id at another time, and that one would hide the first from whoever looks for it by its id.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::alarms::alarm::{self, Column};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{AlarmId, NewAlarm, PLACE};
use crate::{AdapterError, Period, condition::within};

/// Ids that are looked for at once.
const AT_ONCE: usize = 1_000;

/// Refuses an alarm whose id is there at another time, or twice in the list. What another program writes at the same moment
/// is not seen.
///
/// An id that carries its time is looked for around that time; any other in the whole table.
pub(super) async fn refuse<C: ConnectionTrait>(
    db: &C,
    alarms: impl IntoIterator<Item = (Option<usize>, &NewAlarm)>,
) -> Result<(), AdapterError> {
    let mut given: HashMap<Uuid, (Option<usize>, DateTime<Utc>)> = HashMap::new();
    for (row, alarm) in alarms {
        let Some(id) = alarm.id else { continue };
        let (_, raised_at) = given.entry(id.as_uuid()).or_insert((row, alarm.raised_at));
        if *raised_at != alarm.raised_at {
            return Err(of_another(id.as_uuid(), *raised_at, row));
        }
    }
    let (mut timed, mut untimed): (Vec<_>, Vec<_>) = given
        .iter()
        .map(|(id, (_, raised_at))| (*raised_at, *id))
        .partition(|(_, id)| AlarmId::from(*id).window().is_some());
    // Neighbours in time are in the same chunks.
    timed.sort_unstable();
    untimed.sort_unstable();
    for (ids, in_time) in
        timed.chunks(AT_ONCE).map(|ids| (ids, true)).chain(untimed.chunks(AT_ONCE).map(|ids| (ids, false)))
    {
        let mut condition = Condition::all().add(Column::Id.is_in(ids.iter().map(|(_, id)| *id)));
        if in_time {
            let windows = || ids.iter().filter_map(|(_, id)| AlarmId::from(*id).window());
            let (from, to) = (windows().map(|(from, _)| from).min(), windows().map(|(_, to)| to).max());
            condition = condition.add(within(Column::RaisedAt, Period { from, to }));
        }
        let there: Vec<(Uuid, DateTime<Utc>)> = alarm::Entity::find()
            .select_only()
            .columns([Column::Id, Column::RaisedAt])
            .filter(condition)
            .into_tuple()
            .all(db)
            .await
            .map_err(PLACE.while_reading("looking for ids that are taken"))?;
        for (id, raised_at) in there {
            if let Some((row, wanted)) = given.get(&id)
                && *wanted != raised_at
            {
                return Err(of_another(id, raised_at, *row));
            }
        }
    }
    Ok(())
}

fn of_another(id: Uuid, raised_at: DateTime<Utc>, row: Option<usize>) -> AdapterError {
    let at = raised_at.to_rfc3339();
    let error = PLACE.invalid(
        "id",
        format!("{id} is the id of an alarm raised at {at}; leave the id out, or give each alarm one of its own"),
    );
    match row {
        Some(row) => error.in_row(row),
        None => error,
    }
}
