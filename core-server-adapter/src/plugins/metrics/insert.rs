//! Writes metrics, one or many.

use std::{collections::HashSet, mem::take};

use chrono::{DateTime, Utc};
use entity::plugins::{
    PluginMetric,
    plugin_metric::{ActiveModel, Column, Entity},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect, Statement,
    TransactionTrait,
};

use super::{MetricRepository, NewMetric, PLACE};
use crate::{
    AdapterError,
    batch::{self, Added, Bulk, Copied, OnExisting, arrays, checked_rows, json_size},
    error::Place,
    moment,
};

impl<C: ConnectionTrait> MetricRepository<'_, C> {
    /// Writes one metric; gives it as it is stored: its time to the microsecond, in UTC.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::AlreadyExists`] when the plugin has one of that name and moment;
    /// - failures of the database.
    pub async fn insert(&self, metric: &NewMetric) -> Result<PluginMetric, AdapterError> {
        row(metric.checked()?).insert(self.db).await.map_err(PLACE.while_doing("writing a metric"))
    }
}

impl<C: ConnectionTrait + TransactionTrait + 'static> MetricRepository<'_, C> {
    /// Writes all of the metrics or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn insert_many(&self, metrics: &[NewMetric]) -> Result<u64, AdapterError> {
        batch::write_all(self.db, metrics, NewMetric::checked).await
    }

    /// Writes those of the metrics that are not there, all or none: for what may have been written before.
    ///
    /// On MySQL the counts are those at the start: metrics that another program adds meanwhile count as new.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert), but [`AdapterError::AlreadyExists`]; [`AdapterError::InvalidValue`] tells the row,
    /// counted from 0.
    pub async fn insert_missing(&self, metrics: &[NewMetric]) -> Result<Added, AdapterError> {
        let new = batch::write(self.db, checked_rows(metrics, NewMetric::checked)?, OnExisting::Skip).await?;
        Ok(Added { new, already_there: (metrics.len() as u64).saturating_sub(new) })
    }
}

impl Bulk for NewMetric {
    type Row = ActiveModel;
    type Key = (DateTime<Utc>, String, String);

    const PLACE: Place = PLACE;
    const DOING: &'static str = "writing metrics";
    const KEY: &[Column] = &[Column::Time, Column::PluginId, Column::MetricName];
    const COPIED: Option<&'static Copied<Self>> = Some(&Copied { table: "plugin_metrics", columns: COLUMNS });

    fn key(&self) -> Self::Key {
        (self.time, self.plugin_id.clone(), self.metric_name.clone())
    }

    fn size(&self) -> usize {
        let tags: usize = self.tags.iter().map(|(key, text)| key.len() + text.len() + 8).sum();
        100 + self.plugin_id.len() + self.metric_name.len() + json_size(Some(&self.value)) + tags
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, existing: OnExisting) -> Statement {
        let (mut sql, values) = arrays::insert("plugin_metrics", COLUMNS, &mut batch);
        if existing == OnExisting::Skip {
            sql.push_str(" ON CONFLICT (\"time\", plugin_id, metric_name) DO NOTHING");
        }
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }

    /// By each column, and compared by the caller: MariaDB plans a list of rows in a time that grows with its square.
    async fn found<C: ConnectionTrait>(db: &C, keys: &HashSet<Self::Key>) -> Result<Vec<Self::Key>, DbErr> {
        let times: HashSet<_> = keys.iter().map(|(time, ..)| moment::bound(*time)).collect();
        let plugins: HashSet<&str> = keys.iter().map(|(_, plugin, _)| plugin.as_str()).collect();
        Entity::find()
            .select_only()
            .columns(Self::KEY.iter().copied())
            .filter(Column::Time.is_in(times))
            .filter(Column::PluginId.is_in(plugins))
            .into_tuple()
            .all(db)
            .await
    }
}

arrays::columns!(NewMetric => ActiveModel, one {
    time: moment = one.time;
    plugin_id: text = take(&mut one.plugin_id);
    metric_name: text = take(&mut one.metric_name);
    value: json = one.value.take();
    tags: optional_json = one.json_tags();
});
