//! Which metrics of a plugin.

use std::collections::BTreeMap;

use entity::plugins::plugin_metric::Column;
use migration_timescale::Dialect;
use sea_orm::{
    Condition, DbBackend, Value,
    prelude::Json,
    sea_query::{Expr, extension::postgres::PgExpr},
};
use serde::{Deserialize, Serialize};

use crate::{
    Period,
    condition::{column, is_text, within},
    filter::narrowing,
};

/// Which metrics; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricFilter {
    /// The metric's name, exactly.
    #[serde(rename = "metric_name")]
    pub name: Option<String>,
    /// When it was measured.
    pub period: Period,
    /// Tags it has, among others.
    pub tags: BTreeMap<String, String>,
}

impl MetricFilter {
    /// All metrics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only what has this tag with this text; upper and lower case differ. Said several times, it has to have all.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, text: impl Into<String>) -> Self {
        self.tags.insert(key.into(), text.into());
        self
    }

    pub(crate) fn condition(&self, backend: DbBackend) -> Condition {
        let all = within(Column::Time, self.period).add_option(is_text(Column::MetricName, self.name.as_deref()));
        if self.tags.is_empty() {
            return all;
        }
        let tags: Json = self.tags.iter().map(|(key, text)| (key.clone(), Json::from(text.as_str()))).collect();
        match Dialect::of(backend) {
            Dialect::Postgres => all.add(column(Column::Tags).contains(Expr::val(Value::Json(Some(Box::new(tags)))))),
            Dialect::MySql => all.add(Expr::cust_with_values("JSON_CONTAINS(tags, ?)", [tags.to_string()])),
            Dialect::Sqlite => self.tags.iter().fold(all, |all, (key, text)| {
                const HAS: &str =
                    "EXISTS (SELECT 1 FROM json_each(tags) t WHERE t.key = ? AND t.type = 'text' AND t.value = ?)";
                all.add(Expr::cust_with_values(HAS, [key.as_str(), text.as_str()]))
            }),
        }
    }
}

narrowing!(MetricFilter {
    /// Only of this name.
    text name(metric_name);
    /// Only of this period.
    period period;
});
