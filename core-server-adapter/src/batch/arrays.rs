//! Many rows in one statement of PostgreSQL: an array for each column. The statement stays the same, and it works within a
//! transaction of the caller's, where there is no COPY.

use chrono::{DateTime, FixedOffset, TimeDelta};
use sea_orm::{sea_query::Value, sqlx::error::BoxDynError};

use super::tuples::Tuples;

/// What is written of a row, each column in one line: as an array of [`insert`], as a field of [`copy`](super::copy), and in
/// a row as SeaORM inserts it (`row`). What is not in the list is left to the database's defaults.
///
/// SeaORM's arrays hold no NULL. NaN, the empty text, -1 and the second before 1970, where no row can have them, stand for it.
///
/// # How to add a kind of column
///
/// An arm `@array`: the type of the array's elements, what is written of an element, the element, and the field of COPY where
/// that is another value.
macro_rules! columns {
    ($row:ty => $model:ident, $one:ident { $($name:ident: $kind:ident $($type:literal)? = $value:expr;)+ }) => {
        /// How the columns are written by arrays.
        const COLUMNS: &[crate::batch::arrays::Column<$row>] =
            &[$(crate::batch::arrays::columns!(@array $kind $($type)? $name $row, $one, $value)),+];

        /// A row as SeaORM inserts it.
        fn row(mut $one: $row) -> $model {
            #[allow(clippy::useless_conversion, reason = "a moment is converted")]
            #[allow(clippy::needless_update, reason = "a table without defaults has all its columns written")]
            $model { $($name: sea_orm::ActiveValue::Set($value.into()),)+ ..Default::default() }
        }
    };
    (@array uuid $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "uuid", "{}", $row, $one, $value)
    };
    (@array moment $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "timestamptz", "{}", $row, $one, $value)
    };
    (@array text $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "text", "{}", $row, $one, $value)
    };
    (@array optional_text $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "text", "NULLIF({}, '')", $row, $one, $value.unwrap_or_default(),
            $value.filter(|text| !text.is_empty()))
    };
    (@array number $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "float8", "{}", $row, $one, $value)
    };
    (@array optional_number $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "float8", "NULLIF({}, 'NaN')", $row, $one, $value.unwrap_or(f64::NAN),
            $value)
    };
    (@array optional_decimal $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "text", "NULLIF({}, '')::numeric", $row, $one,
            $value.map(|number| number.to_string()).unwrap_or_default(), $value)
    };
    (@array flag $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "bool", "{}", $row, $one, $value)
    };
    (@array whole $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "int8", "{}", $row, $one, $value)
    };
    (@array optional_whole $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "int8", "NULLIF({}, -1)", $row, $one, $value.unwrap_or(-1), $value)
    };
    (@array optional_moment $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "timestamptz", "NULLIF({}, to_timestamp(-1))", $row, $one,
            $value.unwrap_or_else(crate::batch::arrays::no_moment), $value)
    };
    (@array optional_count $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "int4", "NULLIF({}, -1)", $row, $one, $value.unwrap_or(-1), $value)
    };
    (@array json $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "text", "{}::jsonb", $row, $one, $value.to_string(), $value)
    };
    (@array optional_json $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "text", "NULLIF({}, '')::jsonb", $row, $one,
            $value.as_ref().map(ToString::to_string).unwrap_or_default(), $value)
    };
    (@array label $type:literal $name:ident $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, "text", concat!("{}::", $type), $row, $one,
            sea_orm::ActiveEnum::to_value(&$value).value.into_owned(), sea_orm::ActiveEnum::to_value(&$value).value.as_ref())
    };
    (@column $name:ident, $element:literal, $written:expr, $row:ty, $one:ident, $value:expr) => {
        crate::batch::arrays::columns!(@column $name, $element, $written, $row, $one, $value, $value)
    };
    (@column $name:ident, $element:literal, $written:expr, $row:ty, $one:ident, $value:expr, $field:expr) => {
        crate::batch::arrays::Column {
            name: concat!("\"", stringify!($name), "\""),
            element: $element,
            written: $written,
            array: |all: &mut [$row]| crate::batch::arrays::each(all, |$one| $value),
            field: |$one: &mut $row, tuples| tuples.field($field),
        }
    };
}
pub(crate) use columns;

/// Stands for a moment that is missing.
pub(crate) fn no_moment() -> DateTime<FixedOffset> {
    (DateTime::UNIX_EPOCH - TimeDelta::seconds(1)).fixed_offset()
}

/// A column as it is written by an array.
pub(crate) struct Column<T> {
    /// Its name, in quotes.
    pub name: &'static str,
    /// Type of the array's elements.
    pub element: &'static str,
    /// What is written of an element, `{}`.
    pub written: &'static str,
    /// The array. Takes what it needs out of the rows.
    pub array: fn(&mut [T]) -> Value,
    /// Its field of a row. Takes what it needs out of the row.
    pub field: fn(&mut T, &mut Tuples) -> Result<(), BoxDynError>,
}

/// An array of one thing of each row.
pub(crate) fn each<T, V>(rows: &mut [T], thing: impl FnMut(&mut T) -> V) -> Value
where
    Vec<V>: Into<Value>,
{
    rows.iter_mut().map(thing).collect::<Vec<V>>().into()
}

/// The `INSERT` of all rows, which are known in it as `new`, and its values.
pub(crate) fn insert<T>(table: &str, columns: &[Column<T>], rows: &mut [T]) -> (String, Vec<Value>) {
    let mut parts: [Vec<String>; 3] = Default::default();
    for (number, Column { name, element, written, .. }) in columns.iter().enumerate() {
        parts[0].push((*name).to_owned());
        parts[1].push(written.replace("{}", name));
        parts[2].push(format!("${}::{element}[]", number + 1));
    }
    let [names, written, arrays] = parts.map(|part| part.join(", "));
    let sql = format!("INSERT INTO {table} ({names}) SELECT {written} FROM UNNEST({arrays}) AS new ({names})");
    (sql, columns.iter().map(|column| (column.array)(rows)).collect())
}
