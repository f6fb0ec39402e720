//! Lists of texts: `text[]` on PostgreSQL, a JSON array elsewhere.

use sea_orm::{
    ColIdx, DbBackend, QueryResult, TryGetError, TryGetable,
    prelude::Json,
    sea_query::{ArrayType, ColumnType, Nullable, Value, ValueType, ValueTypeErr},
};
use serde::{Deserialize, Serialize};
use sql_dialect::Dialect;

/// A list of texts, read from a row of any backend.
///
/// A value in SQL is an array or JSON, and SeaORM asks for it without telling the backend: an `ActiveModel` with a list can
/// be saved on PostgreSQL only. Elsewhere bind [`TextList::value`], as core-server-adapter does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextList(pub Vec<String>);

impl TextList {
    /// The list as this backend stores it.
    ///
    /// ```
    /// use entity::TextList;
    /// use sea_orm::{DbBackend, sea_query::Value};
    ///
    /// let skills = TextList::from(["welding"]);
    /// assert!(matches!(skills.value(DbBackend::Sqlite), Value::Json(Some(_))));
    /// assert!(matches!(skills.value(DbBackend::Postgres), Value::Array(..)));
    /// ```
    pub fn value(&self, backend: DbBackend) -> Value {
        match Dialect::of(backend) {
            Dialect::Postgres => self.clone().into(),
            Dialect::MySql | Dialect::Sqlite => Value::Json(Some(Box::new(Json::from(self.0.clone())))),
        }
    }
}

impl<T: Into<String>> FromIterator<T> for TextList {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        Self(texts.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<String>, const COUNT: usize> From<[T; COUNT]> for TextList {
    fn from(texts: [T; COUNT]) -> Self {
        texts.into_iter().collect()
    }
}

impl From<TextList> for Value {
    fn from(list: TextList) -> Self {
        Self::Array(ArrayType::String, Some(Box::new(list.0.into_iter().map(Self::from).collect())))
    }
}

impl TryGetable for TextList {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        // The driver knows what the column is: JSON is no array to it, and an array no JSON.
        Vec::<String>::try_get_by(row, index)
            .or_else(|not_an_array| match Json::try_get_by(row, index) {
                Ok(json) => serde_json_list(json).ok_or(not_an_array),
                Err(TryGetError::Null(column)) => Err(TryGetError::Null(column)),
                Err(_) => Err(not_an_array),
            })
            .map(Self)
    }
}

fn serde_json_list(json: Json) -> Option<Vec<String>> {
    let Json::Array(items) = json else { return None };
    items.into_iter().map(|item| item.as_str().map(ToOwned::to_owned)).collect()
}

impl ValueType for TextList {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::Json(Some(json)) => serde_json_list(*json).map(Self).ok_or(ValueTypeErr),
            other => <Vec<String> as ValueType>::try_from(other).map(Self),
        }
    }

    fn type_name() -> String {
        "TextList".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        <Vec<String> as ValueType>::column_type()
    }
}

impl Nullable for TextList {
    fn null() -> Value {
        Value::Array(ArrayType::String, None)
    }
}
