//! Conditions that the lists of every area are made of.
//!
//! Labels of enums are written into the SQL as literals, never bound: they come from a closed set, and only so can
//! PostgreSQL (with a generic plan) and SQLite prove that a partial index covers the query. Times, names and keys are
//! bound, times as [`moment::bound`] has them.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, ExprTrait, Value,
    sea_query::{Enum, Expr},
};

use crate::{Period, moment, text};

/// What has its time in the period.
///
/// Bounds outside the years that can be stored are left out, or hold nothing: not every backend could compare with them.
pub(crate) fn within<C: ColumnTrait>(of: C, period: Period) -> Condition {
    let nothing = || Expr::cust("1 = 0");
    let before_all = |at: DateTime<Utc>| at <= DateTime::UNIX_EPOCH;
    let mut all = Condition::all();
    if let Some(from) = period.from.map(moment::rounded_up).filter(|from| !before_all(*from)) {
        all = all.add(if moment::in_range(from) { of.gte(moment::bound(from)) } else { nothing() });
    }
    if let Some(to) = period.to.map(moment::rounded_up) {
        if before_all(to) {
            all = all.add(nothing());
        } else if moment::in_range(to) {
            all = all.add(of.lt(moment::bound(to)));
        }
    }
    all
}

/// The column itself: `ColumnTrait` would cast what an enum is compared with.
pub(crate) fn column<C: ColumnTrait>(column: C) -> Expr {
    Expr::col(column.as_column_ref())
}

/// A label as a literal.
pub(crate) fn label<E: ActiveEnum<Value = Enum>>(value: &E) -> Expr {
    Expr::Constant(Value::from(value.to_value().value.into_owned()))
}

/// What has this text, if one is given. Nothing has one with a NUL, which PostgreSQL would not even compare.
pub(crate) fn is_text<C: ColumnTrait>(of: C, text: Option<&str>) -> Option<Expr> {
    text.map(|text| if text::check_nul(text).is_ok() { of.eq(text) } else { Expr::cust("1 = 0") })
}

/// What has this label, if one is given.
pub(crate) fn is_label<C: ColumnTrait, E: ActiveEnum<Value = Enum>>(of: C, value: Option<&E>) -> Option<Expr> {
    value.map(|value| column(of).eq(label(value)))
}
