//! Which type of Rust a column has.
//!
//! # How to add a type
//!
//! A line in [`native`], when sqlx reads every value of it: a column for it in the suite's `entities/schema.sql` proves that.
//! Any other type is read and written as text, by a cast, and the reader of the output is told so.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    catalogue::{Column, Type},
    lists::is_flat_list,
};

/// How the value of a column is read.
pub enum Reading<'a> {
    /// As a type that sea-orm's prelude has, and the type of the column where it does not follow.
    Native(TokenStream, Option<String>),
    /// As one of the generated enums.
    Enum(&'a Type),
    /// As a list of one of these.
    List(Box<Reading<'a>>),
    /// As text, by a cast; why.
    Text(&'static str),
}

impl<'a> Reading<'a> {
    /// Floats are never equal to themselves for certain.
    pub fn is_eq(&self) -> bool {
        match self {
            Self::Native(rust, _) => !matches!(rust.to_string().as_str(), "f32" | "f64"),
            Self::List(item) => item.is_eq(),
            Self::Enum(_) | Self::Text(_) => true,
        }
    }

    /// The enum, be it in a list.
    pub fn of_enum(&self) -> Option<&'a Type> {
        match self {
            Self::Enum(known) => Some(known),
            Self::List(item) => item.of_enum(),
            Self::Native(..) | Self::Text(_) => None,
        }
    }
}

const NO_TYPE: &str = "SeaORM has no type for it; write it in PostgreSQL's spelling, or cast it in a view";

/// How a column of this relation is read.
pub fn reading<'a>(column: &'a Column, checks: &[String]) -> Reading<'a> {
    let Some(element) = &column.element else { return one(&column.r#type, column.typmod) };
    match one(element, column.typmod) {
        Reading::Text(why) => Reading::Text(why),
        _ if !is_flat_list(&column.name, checks) => Reading::Text(
            "SeaORM reads no array with NULL in it or of two dimensions; for a list, add \
             CHECK (array_position(it, NULL) IS NULL AND coalesce(array_ndims(it), 1) = 1)",
        ),
        item => Reading::List(Box::new(item)),
    }
}

fn one(of: &Type, typmod: i32) -> Reading<'_> {
    if of.labels.is_some() {
        return if of.visible {
            Reading::Enum(of)
        } else {
            Reading::Text("SeaORM names an enum without its schema; for an enum, move it to the schema of its table")
        };
    }
    if of.schema != "pg_catalog" {
        return Reading::Text(NO_TYPE);
    }
    native(&of.name, typmod)
}

fn native(name: &str, typmod: i32) -> Reading<'static> {
    let plain = |rust| Reading::Native(rust, None);
    let with = |rust, column: &str| Reading::Native(rust, Some(column.to_owned()));
    match name {
        "bool" => plain(quote!(bool)),
        "int2" => plain(quote!(i16)),
        "int4" => plain(quote!(i32)),
        "int8" => plain(quote!(i64)),
        "float4" => with(quote!(f32), "Float"),
        "float8" => with(quote!(f64), "Double"),
        "numeric" => decimal(typmod),
        "text" => with(quote!(String), "Text"),
        "varchar" | "bpchar" => plain(quote!(String)),
        "bytea" => with(quote!(Vec<u8>), "VarBinary(StringLen::None)"),
        "date" => plain(quote!(Date)),
        "time" => plain(quote!(Time)),
        "timestamp" => plain(quote!(DateTime)),
        "timestamptz" => plain(quote!(DateTimeWithTimeZone)),
        "uuid" => plain(quote!(Uuid)),
        "json" => plain(quote!(Json)),
        "jsonb" => with(quote!(Json), "JsonBinary"),
        _ => Reading::Text(NO_TYPE),
    }
}

/// `numeric(p, s)`, when a `Decimal` holds every number of it.
fn decimal(typmod: i32) -> Reading<'static> {
    const TOO_WIDE: Reading<'static> =
        Reading::Text("a Decimal holds 28 digits; for a number, declare or cast it as numeric(28, 10) or so");
    if typmod < 4 {
        return TOO_WIDE;
    }
    // As numeric.c packs them; the scale is signed, in 11 bits.
    let (precision, scale) = ((typmod - 4) >> 16, (((typmod - 4) & 0x7ff) ^ 1024) - 1024);
    if (0..=28).contains(&scale) && precision.max(scale) <= 28 {
        Reading::Native(quote!(Decimal), Some(format!("Decimal(Some(({precision}, {scale})))")))
    } else {
        TOO_WIDE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_for_numbers_that_it_holds() {
        let of = |precision: i32, scale: i32| match decimal(((precision << 16) | (scale & 0x7ff)) + 4) {
            Reading::Native(_, column) => column,
            _ => None,
        };
        assert_eq!(of(5, 2).as_deref(), Some("Decimal(Some((5, 2)))"));
        assert_eq!(of(28, 28).as_deref(), Some("Decimal(Some((28, 28)))"));
        assert_eq!([of(40, 5), of(29, 0), of(3, 40), of(5, -2)], [None, None, None, None]);
        assert!(matches!(decimal(-1), Reading::Text(_)));
    }
}
