//! Lengths of time in SQL text, as far as they can be compared.

use sqlparser::tokenizer::Token;

use crate::sql::parsed::{is_word, value};

const SECOND: f64 = 1.0;
const UNITS: &[(&str, f64)] = &[
    ("microsecond", SECOND / 1e6),
    ("us", SECOND / 1e6),
    ("millisecond", SECOND / 1e3),
    ("ms", SECOND / 1e3),
    ("second", SECOND),
    ("sec", SECOND),
    ("s", SECOND),
    ("minute", 60.0),
    ("min", 60.0),
    ("m", 60.0),
    ("hour", 3600.0),
    ("hr", 3600.0),
    ("h", 3600.0),
    ("day", 86400.0),
    ("d", 86400.0),
    ("week", 7.0 * 86400.0),
    ("w", 7.0 * 86400.0),
    ("month", 30.0 * 86400.0),
    ("mon", 30.0 * 86400.0),
    ("year", 365.25 * 86400.0),
    ("y", 365.25 * 86400.0),
];

/// The seconds of `INTERVAL '2 days 03:00'`, `'1 h'::interval` or `'1 hour'`; `None` for what is no such text.
pub fn seconds(tokens: &[Token]) -> Option<f64> {
    let literal = match tokens {
        [word, rest @ ..] if is_word(word, "interval") => rest,
        other => other,
    };
    let text = match literal {
        [Token::SingleQuotedString(_), ..] => value(literal).to_ascii_lowercase(),
        _ => return None,
    };
    let mut total = 0.0;
    let mut number: Option<f64> = None;
    for part in parts(&text) {
        if part.contains(':') {
            total += clock(part)?;
        } else if let Ok(found) = part.parse() {
            number = Some(found);
        } else {
            total += number.take()? * unit(part)?;
        }
    }
    Some(total + number.unwrap_or_default())
}

/// `2days 03:00` is taken apart between digits and letters too.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().flat_map(|word| {
        let at = word.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(0);
        let (number, unit) = word.split_at(at);
        [number, unit].into_iter().filter(|part| !part.is_empty())
    })
}

fn clock(text: &str) -> Option<f64> {
    text.split(':')
        .zip([3600.0, 60.0, SECOND])
        .map(|(part, unit)| part.parse::<f64>().ok().map(|number| number * unit))
        .sum()
}

fn unit(text: &str) -> Option<f64> {
    let singular = text.strip_suffix('s').filter(|text| !text.is_empty()).unwrap_or(text);
    UNITS.iter().find(|(name, _)| *name == text || *name == singular).map(|(_, length)| *length)
}

#[cfg(test)]
mod tests {
    use sea_orm::DbBackend;

    use super::*;
    use crate::sql::parsed::tokens;

    #[test]
    fn reads_what_postgresql_reads() {
        let hour = 3600.0;
        let cases = [
            ("INTERVAL '1 hour'", Some(hour)),
            ("'2 h'::interval", Some(2.0 * hour)),
            ("interval '1 day 01:30:00'", Some(25.5 * hour)),
            ("'90min'", Some(1.5 * hour)),
            ("INTERVAL '7 days'", Some(168.0 * hour)),
            ("INTERVAL '2.5 hours'", Some(2.5 * hour)),
            ("INTERVAL '3600'", Some(hour)),
            ("NULL", None),
            ("INTERVAL '1 parsec'", None),
            ("now()", None),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(&tokens(DbBackend::Postgres, text)), expected, "{text}");
        }
    }
}
