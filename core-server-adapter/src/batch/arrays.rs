//! Many rows in one statement of PostgreSQL: an array for each column. The statement stays the same, and comes close to the
//! speed of COPY, where SeaORM's `insert_many` reaches 0.6 of it.

use sea_orm::{prelude::Json, sea_query::Value};

/// A column that is written, for one way and for all of its uses: in the list of columns, as an array, and as a value.
///
/// SeaORM's arrays hold no NULL. NaN and the empty text, where no row can have them, stand for it.
pub(crate) struct Column<T> {
    /// Its name, in quotes where it needs them.
    pub name: &'static str,
    /// Type of the array's elements.
    pub element: &'static str,
    /// What is written of an element, `{}`.
    pub written: &'static str,
    /// The array. Takes what it needs out of the rows.
    pub array: fn(&mut [T]) -> Value,
}

/// An array of one thing of each row.
pub(crate) fn each<T, V>(rows: &mut [T], thing: impl FnMut(&mut T) -> V) -> Value
where
    Vec<V>: Into<Value>,
{
    rows.iter_mut().map(thing).collect::<Vec<V>>().into()
}

/// JSON as text, the empty one where there is none.
pub(crate) fn json_or_empty(json: Option<&Json>) -> String {
    json.map(ToString::to_string).unwrap_or_default()
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
