//! Rows of PostgreSQL read by the places of their columns.
//!
//! SeaORM looks each column up by its name, and writes a text for each NULL: half the time of a page of alarms. The rows that
//! are read most are read by place instead, where the columns stand in the order of the entity's fields, as statements of
//! `Entity::find()` have them. Any other row, and one that cannot be read so, is read by SeaORM, whose error it is then.

use sea_orm::{
    ActiveEnum,
    sea_query::Enum,
    sqlx::{self, Column, Decode, Postgres, Row, Type, postgres::PgRow},
};

/// The columns of a row, one after the other.
pub(crate) struct Places<'a> {
    row: &'a PgRow,
    next: usize,
}

impl<'a> Places<'a> {
    /// Of a row with these columns, in this order.
    pub(crate) fn of(row: &'a PgRow, names: &[&str]) -> Option<Self> {
        let columns = row.columns();
        let is_so =
            columns.len() == names.len() && columns.iter().zip(names).all(|(column, name)| column.name() == *name);
        is_so.then_some(Self { row, next: 0 })
    }

    pub(crate) fn value<T: Decode<'a, Postgres> + Type<Postgres>>(&mut self) -> sqlx::Result<T> {
        self.next += 1;
        self.row.try_get(self.next - 1)
    }

    pub(crate) fn label<E: ActiveEnum<Value = Enum>>(&mut self) -> sqlx::Result<E> {
        let label: &str = self.value()?;
        let label = Enum { type_name: "".into(), value: label.to_owned().into() };
        E::try_from_value(&label).map_err(|error| sqlx::Error::Decode(error.into()))
    }
}

/// `by_place!(decode: Alarm { id: value, severity: label });` is a function that reads a row: all fields, in their order.
macro_rules! by_place {
    ($name:ident: $model:ident { $($field:ident: $kind:ident),+ $(,)? }) => {
        pub(crate) fn $name(row: &sea_orm::QueryResult) -> Result<$model, sea_orm::DbErr> {
            let row_of = |row| crate::by_place::Places::of(row, &[$(stringify!($field)),+]);
            let read = row.try_as_pg_row().and_then(row_of);
            let read = read.and_then(|mut places| Some($model { $($field: places.$kind().ok()?),+ }));
            read.map_or_else(|| crate::readable::by_name(row), Ok)
        }

        /// Any other order would be read by name.
        #[test]
        fn fields_stand_in_the_order_of_the_entity() {
            use sea_orm::{EntityTrait, IdenStatic, Iterable, ModelTrait};

            type Columns = <<$model as ModelTrait>::Entity as EntityTrait>::Column;
            let columns: Vec<_> = Columns::iter().map(|column| column.as_str()).collect();
            assert_eq!(columns, [$(stringify!($field)),+]);
        }
    };
}
pub(crate) use by_place;
