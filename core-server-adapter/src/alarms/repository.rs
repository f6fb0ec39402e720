//! Reads single alarms and counts.

use entity::alarms::{Alarm, alarm};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Asterisk, Expr, Func, LockType},
};

use super::{AlarmCount, AlarmCounts, AlarmFilter, AlarmId, AlarmOrigin, AlarmSeverity, PLACE};
use crate::{AdapterError, Period, condition::within};

/// The alarms of a database, over a pool or within a transaction.
///
/// ```no_run
/// # async fn example(database: core_server_adapter::Database) -> Result<(), Box<dyn std::error::Error>> {
/// use core_server_adapter::alarms::AlarmRepository;
///
/// let transaction = database.begin().await?;
/// let alarms = AlarmRepository::new(&transaction);
/// // … all or nothing …
/// transaction.commit().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct AlarmRepository<'db, C: ConnectionTrait> {
    pub(crate) db: &'db C,
}

impl<C: ConnectionTrait> Clone for AlarmRepository<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: ConnectionTrait> Copy for AlarmRepository<'_, C> {}

impl<'db, C: ConnectionTrait> AlarmRepository<'db, C> {
    /// The alarms that this connection or transaction leads to.
    pub fn new(db: &'db C) -> Self {
        Self { db }
    }

    /// The alarm of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: impl Into<AlarmId>) -> Result<Alarm, AdapterError> {
        let id = id.into();
        self.find(id).await?.ok_or_else(|| PLACE.not_found(&id))
    }

    /// The alarm of this id, if there is one.
    ///
    /// An id of the adapter's making is looked for in the millisecond it carries, in one chunk of the hypertable (measured:
    /// 0.47 ms instead of 15). Any other id, and one that is not there, is looked for in all of them.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, id: impl Into<AlarmId>) -> Result<Option<Alarm>, AdapterError> {
        let id = id.into();
        match self.look_up(id, Look::InWindow).await? {
            Some(alarm) => Ok(Some(alarm)),
            None => self.look_up(id, Look::Everywhere).await,
        }
    }

    /// Numbers of the alarms that match, by origin and severity.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for a sensor with a NUL character; failures of the database.
    pub async fn counts(&self, filter: &AlarmFilter) -> Result<AlarmCounts, AdapterError> {
        filter.checked(PLACE)?;
        // Every alarm of a model has a score and no other has one: the columnstore reads one column less, and makes fewer
        // groups.
        let rows: Vec<(AlarmSeverity, i64, i64)> = alarm::Entity::find()
            .select_only()
            .column(alarm::Column::Severity)
            .column_as(Expr::from(Func::count(Expr::col(Asterisk))), "alarms")
            .column_as(alarm::Column::AnomalyScore.count(), "of_models")
            .filter(filter.condition(self.db.get_database_backend()))
            .group_by(alarm::Column::Severity)
            .into_tuple()
            .all(self.db)
            .await
            .map_err(PLACE.while_reading("counting alarms"))?;
        // Ordered here: enums sort by label on one backend and by position on another.
        let pairs =
            AlarmOrigin::iter().flat_map(|origin| AlarmSeverity::iter().map(move |severity| (origin, severity)));
        let counts = pairs.filter_map(|(origin, severity)| {
            let (_, alarms, of_models) = rows.iter().find(|row| row.0 == severity)?;
            let count = match origin {
                AlarmOrigin::Threshold => alarms - of_models,
                AlarmOrigin::AnomalyModel => *of_models,
            };
            let count = u64::try_from(count).unwrap_or(0);
            (count > 0).then_some(AlarmCount { origin, severity, count })
        });
        Ok(AlarmCounts(counts.collect()))
    }

    /// Of several alarms of one id, which only other programs can have written, the newest.
    pub(crate) async fn look_up(&self, id: AlarmId, look: Look<'_>) -> Result<Option<Alarm>, AdapterError> {
        let mut query = alarm::Entity::find().filter(alarm::Column::Id.eq(id.as_uuid()));
        match look {
            Look::InWindow => match id.window() {
                Some((from, to)) => {
                    query = query.filter(within(alarm::Column::RaisedAt, Period::between(from, to)));
                }
                None => return Ok(None),
            },
            Look::Everywhere => {}
            Look::Again(alarm) => {
                query = query.filter(alarm::Column::RaisedAt.eq(alarm.raised_at));
                // MySQL's transactions read from their first snapshot for ever; a locking read sees what is committed.
                if self.db.get_database_backend() == sea_orm::DbBackend::MySql {
                    QueryTrait::query(&mut query).lock(LockType::Share);
                }
            }
        }
        let found = query.all(self.db).await.map_err(PLACE.while_reading("looking an alarm up"))?;
        Ok(found.into_iter().max_by_key(|alarm| alarm.raised_at))
    }
}

/// Where to look for an alarm.
pub(crate) enum Look<'a> {
    /// In the millisecond its id carries.
    InWindow,
    /// In all of the table.
    Everywhere,
    /// Where it was a moment ago, to see what others made of it.
    Again(&'a Alarm),
}
