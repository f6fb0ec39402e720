//! A value for rows that have none, as SQL: one text for every server.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use sea_orm::sea_query::{ColumnType, StringLen};
use serde::de::IgnoredAny;

use super::model::Column;

/// The value as it stands in a statement; an error says why this column cannot have it.
///
/// SQLite would take any text for a number: what a revision proved there has to hold on the others.
pub(super) fn value(column: &Column, text: &str) -> Result<String, String> {
    let quoted = || format!("'{}'", text.replace('\'', "''"));
    let kind = column.definition.get_column_type();
    if let Some((name, labels)) = &column.of_enum {
        let is_label = labels.iter().any(|label| label == text);
        return if is_label { Ok(quoted()) } else { Err(format!("the enum {name} has {}", labels.join(", "))) };
    }
    let Some(kind) = kind else { return Ok(quoted()) };
    let of = |what: &str, fits: bool, sql: String| if fits { Ok(sql) } else { Err(format!("it takes {what}")) };
    let plain = text.to_owned();
    let integer = |least: i128, most: i128| {
        let fits = text.parse::<i128>().is_ok_and(|number| (least..=most).contains(&number));
        of(&format!("integers from {least} to {most}"), fits, plain.clone())
    };
    let characters =
        |most: u32| of(&format!("at most {most} characters"), text.chars().count() <= most as usize, quoted());
    let is_number = || text.parse::<f64>().is_ok_and(f64::is_finite);
    let is_moment = || {
        let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
        formats.iter().any(|format| NaiveDateTime::parse_from_str(text, format).is_ok())
    };
    let has_zone = || DateTime::parse_from_rfc3339(text).is_ok();
    match kind {
        ColumnType::TinyInteger => integer(i8::MIN.into(), i8::MAX.into()),
        ColumnType::SmallInteger => integer(i16::MIN.into(), i16::MAX.into()),
        ColumnType::Integer => integer(i32::MIN.into(), i32::MAX.into()),
        ColumnType::BigInteger => integer(i64::MIN.into(), i64::MAX.into()),
        ColumnType::TinyUnsigned => integer(0, u8::MAX.into()),
        ColumnType::SmallUnsigned => integer(0, u16::MAX.into()),
        ColumnType::Unsigned => integer(0, u32::MAX.into()),
        ColumnType::BigUnsigned => integer(0, u64::MAX.into()),
        ColumnType::Year => integer(1901, 2155),
        ColumnType::Float | ColumnType::Double | ColumnType::Decimal(None) | ColumnType::Money(_) => {
            of("numbers", is_number(), plain)
        }
        ColumnType::Decimal(Some((precision, scale))) => {
            let what = format!("numbers of {precision} digits, {scale} of them behind the point");
            of(&what, is_decimal(text, *precision, *scale), plain)
        }
        ColumnType::Boolean => of("true and false", ["true", "false"].contains(&text), plain),
        ColumnType::Char(length) => characters(length.unwrap_or(1)),
        ColumnType::String(StringLen::N(length)) => characters(*length),
        // As MySQL has it.
        ColumnType::String(StringLen::None) => characters(255),
        ColumnType::Date => of("2026-01-31", NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok(), quoted()),
        ColumnType::Time => of("23:59:59", NaiveTime::parse_from_str(text, "%H:%M:%S%.f").is_ok(), quoted()),
        ColumnType::DateTime | ColumnType::Timestamp => of("2026-01-31 23:59:59", is_moment(), quoted()),
        ColumnType::TimestampWithTimeZone => of("2026-01-31 23:59:59", is_moment() || has_zone(), quoted()),
        ColumnType::Json | ColumnType::JsonBinary => {
            of("JSON", serde_json::from_str::<IgnoredAny>(text).is_ok(), quoted())
        }
        ColumnType::Uuid
        | ColumnType::Blob
        | ColumnType::Binary(_)
        | ColumnType::VarBinary(_)
        | ColumnType::Bit(_)
        | ColumnType::VarBit(_) => Err("each server writes its bytes in another way; fill it by hand".to_owned()),
        // Text of any length, and what only one server has, which says what is wrong with it.
        _ => Ok(quoted()),
    }
}

/// Whether nothing of it would be rounded off.
fn is_decimal(text: &str, precision: u32, scale: u32) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let whole_digits = whole.trim_start_matches('0').len();
    whole.len() + fraction.len() > 0
        && all(whole)
        && all(fraction)
        && whole_digits <= precision.saturating_sub(scale) as usize
        && fraction.len() <= scale as usize
}
