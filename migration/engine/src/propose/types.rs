//! Types and defaults of columns: as a server names them, and whether they are what an entity says.

use migration_timescale::Dialect;
use sea_orm::{
    DbBackend,
    sea_query::{ColumnType, IntoIden, RcOrArc, StringLen},
};
use sqlparser::tokenizer::Token;

use crate::sql::parsed;

/// The type that a server calls by that name; one that the builders have no word for is custom.
pub(super) fn typed(dialect: Dialect, name: &str) -> ColumnType {
    let lower = name.to_lowercase();
    let (base, numbers) = apart(&lower);
    let found = match dialect {
        Dialect::Postgres => of_postgres(&base, &numbers),
        Dialect::MySql => of_mysql(&lower, &base, &numbers),
        Dialect::Sqlite => of_sqlite(&base, &numbers),
    };
    found.unwrap_or_else(|| ColumnType::Custom(name.to_owned().into_iden()))
}

fn of_postgres(base: &str, numbers: &[u32]) -> Option<ColumnType> {
    if let Some(element) = base.strip_suffix("[]") {
        return Some(ColumnType::Array(RcOrArc::new(of_postgres(element, numbers)?)));
    }
    Some(match (base, numbers) {
        ("smallint", []) => ColumnType::SmallInteger,
        ("integer", []) => ColumnType::Integer,
        ("bigint", []) => ColumnType::BigInteger,
        ("real", []) => ColumnType::Float,
        ("double precision", []) => ColumnType::Double,
        ("numeric", numbers) => ColumnType::Decimal(two(numbers)),
        ("character varying", numbers) => ColumnType::string(numbers.first().copied()),
        ("character", numbers) => ColumnType::Char(numbers.first().copied()),
        ("text", []) => ColumnType::Text,
        ("bytea", []) => ColumnType::Blob,
        ("timestamp without time zone", []) => ColumnType::DateTime,
        ("timestamp with time zone", []) => ColumnType::TimestampWithTimeZone,
        ("time without time zone", []) => ColumnType::Time,
        ("date", []) => ColumnType::Date,
        ("interval", []) => ColumnType::Interval(None, None),
        ("boolean", []) => ColumnType::Boolean,
        ("money", []) => ColumnType::Money(None),
        ("json", []) => ColumnType::Json,
        ("jsonb", []) => ColumnType::JsonBinary,
        ("uuid", []) => ColumnType::Uuid,
        ("cidr", []) => ColumnType::Cidr,
        ("inet", []) => ColumnType::Inet,
        ("macaddr", []) => ColumnType::MacAddr,
        ("bit", numbers) => ColumnType::Bit(numbers.first().copied()),
        ("bit varying", [length]) => ColumnType::VarBit(*length),
        _ => return None,
    })
}

fn of_mysql(whole: &str, base: &str, numbers: &[u32]) -> Option<ColumnType> {
    Some(match (base, numbers) {
        _ if whole == "tinyint(1)" => ColumnType::Boolean,
        ("tinyint", _) => ColumnType::TinyInteger,
        ("smallint", _) => ColumnType::SmallInteger,
        ("int", _) => ColumnType::Integer,
        ("bigint", _) => ColumnType::BigInteger,
        ("tinyint unsigned", _) => ColumnType::TinyUnsigned,
        ("smallint unsigned", _) => ColumnType::SmallUnsigned,
        ("int unsigned", _) => ColumnType::Unsigned,
        ("bigint unsigned", _) => ColumnType::BigUnsigned,
        ("float", []) => ColumnType::Float,
        ("double", []) => ColumnType::Double,
        ("decimal", numbers) => ColumnType::Decimal(two(numbers)),
        ("varchar", [length]) => ColumnType::string(Some(*length)),
        ("char", [length]) => ColumnType::Char(Some(*length)),
        ("text", []) => ColumnType::Text,
        ("blob", []) => ColumnType::Blob,
        ("binary", [16]) => ColumnType::Uuid,
        ("binary", [length]) => ColumnType::Binary(*length),
        ("varbinary", [length]) => ColumnType::var_binary(*length),
        ("datetime", []) => ColumnType::DateTime,
        ("timestamp", []) => ColumnType::Timestamp,
        ("time", []) => ColumnType::Time,
        ("date", []) => ColumnType::Date,
        ("year", _) => ColumnType::Year,
        ("json", []) => ColumnType::Json,
        ("bit", numbers) => ColumnType::Bit(numbers.first().copied()),
        _ => return None,
    })
}

fn of_sqlite(base: &str, numbers: &[u32]) -> Option<ColumnType> {
    Some(match (base, numbers) {
        ("varchar", numbers) => ColumnType::string(numbers.first().copied()),
        ("char", numbers) => ColumnType::Char(numbers.first().copied()),
        ("text", []) => ColumnType::Text,
        ("tinyint", []) => ColumnType::TinyInteger,
        ("smallint", []) => ColumnType::SmallInteger,
        ("integer" | "int", []) => ColumnType::Integer,
        ("bigint", []) => ColumnType::BigInteger,
        ("float", []) => ColumnType::Float,
        ("double" | "real", []) => ColumnType::Double,
        ("real", [_, _]) => ColumnType::Decimal(two(numbers)),
        ("real_decimal", []) => ColumnType::Decimal(None),
        ("real_money", numbers) => ColumnType::Money(two(numbers)),
        ("datetime_text", []) => ColumnType::DateTime,
        ("timestamp_text", []) => ColumnType::Timestamp,
        ("timestamp_with_timezone_text", []) => ColumnType::TimestampWithTimeZone,
        ("time_text", []) => ColumnType::Time,
        ("date_text", []) => ColumnType::Date,
        ("blob", []) => ColumnType::Blob,
        ("blob", [length]) => ColumnType::Binary(*length),
        ("varbinary_blob", []) => ColumnType::VarBinary(StringLen::None),
        ("varbinary_blob", [length]) => ColumnType::var_binary(*length),
        ("boolean", []) => ColumnType::Boolean,
        ("json_text", []) => ColumnType::Json,
        ("jsonb_text", []) => ColumnType::JsonBinary,
        ("uuid_text", []) => ColumnType::Uuid,
        _ => return None,
    })
}

/// Whether a column of the server's type `found` is what an entity says, whose own type the server calls `own`: the same,
/// or another that holds the same values, which a project's revisions chose on this server. Of no known name of its own is
/// what the server has no type for.
pub(super) fn fits(dialect: Dialect, wanted: &ColumnType, own: Option<&str>, found: &str) -> bool {
    let Some(own) = own else { return true };
    if own.eq_ignore_ascii_case(found) {
        return true;
    }
    let lower = found.to_lowercase();
    let (base, numbers) = apart(&lower);
    match dialect {
        Dialect::Postgres => fits_on_postgres(wanted, &base, &numbers),
        Dialect::MySql => fits_on_mysql(wanted, &base, &numbers),
        Dialect::Sqlite => fits_on_sqlite(wanted, &base, &numbers),
    }
}

fn fits_on_postgres(wanted: &ColumnType, base: &str, numbers: &[u32]) -> bool {
    match wanted {
        ColumnType::Array(element) => {
            base.strip_suffix("[]").is_some_and(|base| fits_on_postgres(element, base, numbers))
        }
        // A text of which no length is said.
        ColumnType::String(StringLen::None | StringLen::Max) => matches!(base, "character varying" | "text" | "citext"),
        ColumnType::Text => base == "citext" || (base == "character varying" && numbers.is_empty()),
        ColumnType::Decimal(None) => base == "numeric",
        ColumnType::DateTime | ColumnType::Timestamp => base == "timestamp without time zone",
        ColumnType::TimestampWithTimeZone => base == "timestamp with time zone",
        ColumnType::Time => base == "time without time zone",
        _ => false,
    }
}

fn fits_on_mysql(wanted: &ColumnType, base: &str, numbers: &[u32]) -> bool {
    match wanted {
        ColumnType::String(StringLen::None) => matches!(base, "varchar" | "text" | "mediumtext" | "longtext"),
        ColumnType::String(StringLen::Max) | ColumnType::Text => matches!(base, "text" | "mediumtext" | "longtext"),
        ColumnType::VarBinary(StringLen::None | StringLen::Max) | ColumnType::Blob => {
            matches!(base, "varbinary" | "blob" | "mediumblob" | "longblob")
        }
        ColumnType::Decimal(None) => base == "decimal",
        ColumnType::DateTime | ColumnType::Timestamp | ColumnType::TimestampWithTimeZone => {
            matches!(base, "datetime" | "timestamp")
        }
        ColumnType::Time => base == "time",
        ColumnType::Json | ColumnType::JsonBinary | ColumnType::Array(_) => matches!(base, "json" | "longtext"),
        ColumnType::Uuid => base == "uuid" || (base, numbers) == ("char", &[36]),
        ColumnType::Boolean => base == "tinyint" || base == "bit",
        // With the width that older servers print.
        ColumnType::TinyInteger => base == "tinyint",
        ColumnType::SmallInteger => base == "smallint",
        ColumnType::Integer => base == "int",
        ColumnType::BigInteger => base == "bigint",
        _ => false,
    }
}

/// SQLite stores what it is given; what is looked at is the kind of value, and the lengths that other servers will hold to.
fn fits_on_sqlite(wanted: &ColumnType, base: &str, numbers: &[u32]) -> bool {
    let is_text = matches!(base, "text" | "varchar" | "char" | "clob" | "nvarchar");
    let size = |name: &str| match name {
        "tinyint" => 1,
        "smallint" => 2,
        "integer" | "int" | "bigint" => 8,
        _ => 0,
    };
    match wanted {
        ColumnType::String(StringLen::N(_)) => base == "text",
        ColumnType::String(_) => is_text,
        ColumnType::Enum { .. } => is_text || base == "enum_text",
        ColumnType::TinyInteger | ColumnType::TinyUnsigned => size(base) >= 1,
        ColumnType::SmallInteger | ColumnType::SmallUnsigned => size(base) >= 2,
        ColumnType::Integer | ColumnType::Unsigned | ColumnType::BigInteger | ColumnType::BigUnsigned => {
            size(base) >= 8
        }
        ColumnType::Float | ColumnType::Double => numbers.is_empty() && matches!(base, "double" | "real" | "float"),
        ColumnType::Decimal(None) => matches!(base, "double" | "real" | "numeric" | "decimal"),
        ColumnType::Decimal(_) | ColumnType::Money(_) => {
            numbers.is_empty() && matches!(base, "double" | "real" | "numeric" | "decimal")
        }
        ColumnType::DateTime | ColumnType::Timestamp | ColumnType::TimestampWithTimeZone => {
            is_text || matches!(base, "datetime" | "timestamp")
        }
        ColumnType::Date => is_text || base == "date",
        ColumnType::Time => is_text || base == "time",
        ColumnType::Json | ColumnType::JsonBinary => is_text || base == "json",
        ColumnType::Uuid => is_text || matches!(base, "blob" | "uuid"),
        ColumnType::Boolean => matches!(base, "integer" | "int" | "tinyint" | "bool"),
        ColumnType::Binary(_) | ColumnType::VarBinary(_) | ColumnType::Blob => base == "blob",
        _ => false,
    }
}

/// Whether a column can be given another type without a loss, and given back the old one while no value needs the new.
pub(super) fn can_change(from: &ColumnType, to: &ColumnType) -> bool {
    let size = |data_type: &ColumnType| match data_type {
        ColumnType::TinyInteger => Some(1),
        ColumnType::SmallInteger => Some(2),
        ColumnType::Integer => Some(4),
        ColumnType::BigInteger => Some(8),
        _ => None,
    };
    // How many characters it holds.
    let length = |data_type: &ColumnType| match data_type {
        ColumnType::Char(length) => Some(length.unwrap_or(1)),
        ColumnType::String(StringLen::N(length)) => Some(*length),
        ColumnType::String(StringLen::None) => Some(255),
        ColumnType::String(StringLen::Max) | ColumnType::Text => Some(u32::MAX),
        _ => None,
    };
    match (from, to) {
        // A char is filled with blanks.
        (_, ColumnType::Char(_)) | (ColumnType::Char(_), _) => false,
        (ColumnType::Decimal(Some((from, scale))), ColumnType::Decimal(Some((to, same)))) => {
            scale == same && from <= to
        }
        _ => match ((size(from), size(to)), (length(from), length(to))) {
            ((Some(from), Some(to)), _) | (_, (Some(from), Some(to))) => from <= to,
            _ => false,
        },
    }
}

/// The labels of `enum('a','b')`.
pub(super) fn labels_of_mysql(data_type: &str) -> Option<Vec<String>> {
    let tokens = parsed::tokens(DbBackend::MySql, data_type);
    let mut tokens = tokens.into_iter();
    if !tokens.next().is_some_and(|first| parsed::is_word(&first, "enum")) {
        return None;
    }
    let labels = tokens.filter_map(|token| match token {
        Token::SingleQuotedString(label) => Some(label),
        _ => None,
    });
    Some(labels.collect())
}

/// A default without the cast that PostgreSQL prints behind a literal, and without brackets around all of it.
pub(super) fn plain_default(dialect: Dialect, text: &str) -> String {
    if dialect != Dialect::Postgres {
        return text.to_owned();
    }
    match parsed::placed(DbBackend::Postgres, text).as_slice() {
        [(literal, place), (Token::DoubleColon, _), ..] if is_literal(literal) => text[place.clone()].to_owned(),
        _ => text.to_owned(),
    }
}

fn is_literal(token: &Token) -> bool {
    matches!(token, Token::SingleQuotedString(_) | Token::Number(..))
}

/// The text of a literal in quotes.
pub(super) fn quoted(default: &str) -> Option<String> {
    let inside = default.strip_prefix('\'')?.strip_suffix('\'')?;
    let plain = inside.replace("''", "");
    (!plain.contains('\'') && !plain.contains('\\')).then(|| inside.replace("''", "'"))
}

/// What a foreign key does, as SQL says it; nothing where it does nothing.
pub(super) fn action(found: Option<&str>) -> Option<String> {
    let word = match found?.to_ascii_uppercase().as_str() {
        "C" | "CASCADE" => "CASCADE",
        "N" | "SET NULL" => "SET NULL",
        "D" | "SET DEFAULT" => "SET DEFAULT",
        // Of these one is read as the other on MySQL.
        _ => return None,
    };
    Some(word.to_owned())
}

/// The name of a type without the numbers in brackets, and these.
fn apart(name: &str) -> (String, Vec<u32>) {
    let Some((before, rest)) = name.split_once('(') else { return (name.trim().to_owned(), Vec::new()) };
    let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
    let numbers = inside.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    (format!("{}{after}", before.trim()), numbers)
}

fn two(numbers: &[u32]) -> Option<(u32, u32)> {
    match numbers {
        [precision, scale] => Some((*precision, *scale)),
        [precision] => Some((*precision, 0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_type_loses_nothing() {
        let text = |length| ColumnType::string(Some(length));
        assert!(can_change(&text(8), &text(16)) && can_change(&text(8), &ColumnType::Text));
        assert!(can_change(&ColumnType::SmallInteger, &ColumnType::BigInteger));
        for (from, to) in [
            (ColumnType::Text, text(16)),
            (ColumnType::BigInteger, ColumnType::Integer),
            (ColumnType::Integer, ColumnType::Text),
            (ColumnType::Double, ColumnType::Float),
        ] {
            assert!(!can_change(&from, &to), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn defaults_are_read_without_their_cast() {
        assert_eq!(plain_default(Dialect::Postgres, "'a::b'::character varying"), "'a::b'");
        assert_eq!(plain_default(Dialect::Postgres, "now()"), "now()");
        assert_eq!(quoted("'it''s'").as_deref(), Some("it's"));
        assert_eq!(quoted("'a' || 'b'"), None);
        assert_eq!(labels_of_mysql("enum('a','b''c')").unwrap(), ["a", "b'c"]);
        assert_eq!(labels_of_mysql("varchar(3)"), None);
    }
}
