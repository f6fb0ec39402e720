//! Enums whose labels the derive of SeaORM cannot tell apart or make names of.

/// What `DeriveActiveEnum` writes, from variants with names of their own: the derive makes a second enum of the labels, which
/// fails for `HIGH` beside `high`, and for `Self`. Generated enums with such labels end with it.
#[macro_export]
#[doc(hidden)]
macro_rules! active_enum {
    ($name:ident, $of:literal, $($variant:ident = $label:literal),+ $(,)?) => {
        const _: () = {
            use sea_orm::{
                ActiveEnum, ActiveEnumValue, ActiveValue, ColIdx, ColumnDef, ColumnType, DbErr, IntoActiveValue, QueryResult,
                TryGetError, TryGetable, TryGetableArray,
                entity::ColumnTypeTrait,
                sea_query::{
                    Alias, ArrayType, DynIden, Enum, IntoIden, Nullable, OptionEnum, Value, ValueType, ValueTypeErr,
                    postgres_array::NotU8,
                },
            };

            impl $name {
                fn label(self) -> &'static str {
                    match self {
                        $(Self::$variant => $label,)+
                    }
                }
            }

            impl ActiveEnum for $name {
                type Value = Enum;
                type ValueVec = Vec<Enum>;

                fn name() -> DynIden {
                    Alias::new($of).into_iden()
                }

                fn to_value(&self) -> Enum {
                    Enum { type_name: $of.into(), value: self.label().into() }
                }

                fn try_from_value(value: &Enum) -> Result<Self, DbErr> {
                    match value.value.as_ref() {
                        $($label => Ok(Self::$variant),)+
                        other => Err(DbErr::Type(format!("{other:?} is not a label of the enum {:?}", $of))),
                    }
                }

                fn db_type() -> ColumnDef {
                    let variants = vec![$(Alias::new($label).into_iden()),+];
                    ColumnType::Enum { name: <Self as ActiveEnum>::name(), variants }.def()
                }
            }

            impl From<$name> for Enum {
                fn from(value: $name) -> Self {
                    value.to_value()
                }
            }

            impl From<$name> for Value {
                fn from(value: $name) -> Self {
                    value.to_value().into()
                }
            }

            impl ValueType for $name {
                fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                    match value {
                        Value::Enum(OptionEnum::Some(value)) => {
                            <Self as ActiveEnum>::try_from_value(&value).map_err(|_| ValueTypeErr)
                        }
                        _ => Err(ValueTypeErr),
                    }
                }

                fn type_name() -> String {
                    stringify!($name).to_owned()
                }

                fn array_type() -> ArrayType {
                    ArrayType::Enum(Box::new($of.into()))
                }

                fn column_type() -> ColumnType {
                    <Self as ActiveEnum>::db_type().get_column_type().clone()
                }

                fn enum_type_name() -> Option<&'static str> {
                    Some($of)
                }
            }

            impl Nullable for $name {
                fn null() -> Value {
                    Value::Enum(OptionEnum::None($of.into()))
                }
            }

            impl TryGetable for $name {
                fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                    let value = <String as TryGetable>::try_get_by(row, index)?;
                    let value = Enum { type_name: $of.into(), value: value.into() };
                    <Self as ActiveEnum>::try_from_value(&value).map_err(TryGetError::DbErr)
                }
            }

            impl TryGetableArray for $name {
                fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Vec<Self>, TryGetError> {
                    let values = <Enum as ActiveEnumValue>::try_get_vec_by(row, index)?;
                    values.iter().map(|value| <Self as ActiveEnum>::try_from_value(value).map_err(Into::into)).collect()
                }
            }

            impl IntoActiveValue<$name> for $name {
                fn into_active_value(self) -> ActiveValue<$name> {
                    ActiveValue::set(self)
                }
            }

            impl NotU8 for $name {}
        };
    };
}
