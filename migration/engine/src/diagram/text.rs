//! How long a text is when it is drawn, and how it is written where markup is.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Width of a character to the size of the font: that of the usual ones, such as Menlo. Other monospaced fonts are as wide or
/// narrower.
const ADVANCE: f64 = 0.603;

/// Width of a text in pixels, in a monospaced font of this size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let cells = u32::try_from(text.width()).unwrap_or(u32::MAX);
    f64::from(cells) * size * ADVANCE
}

/// A name as it is drawn: on one line, without what no document may hold, and no longer than so many characters.
pub(super) fn shown(name: &str, longest: usize) -> String {
    let clean: String = name.chars().map(|c| if is_writable(c) { c } else { char::REPLACEMENT_CHARACTER }).collect();
    if clean.width() <= longest {
        return clean;
    }
    let mut short = String::new();
    let mut left = longest.saturating_sub(1);
    for c in clean.chars() {
        let Some(rest) = left.checked_sub(c.width().unwrap_or(0)) else { break };
        left = rest;
        short.push(c);
    }
    short + "…"
}

/// Whether XML 1.0 may hold it, and a line of text.
fn is_writable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}')
}

/// A text in XML, between tags and in attributes.
pub(super) fn xml(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, c| {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if is_writable(c) => safe.push(c),
            _ => safe.push(char::REPLACEMENT_CHARACTER),
        }
        safe
    })
}

/// A text between quotes in Mermaid, which has codes of its own for what means something there.
pub(super) fn mermaid(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, c| {
        match c {
            '"' | '#' | ';' | '&' | '<' | '>' | '%' | '\\' | '`' => {
                let _ = write!(safe, "#{};", u32::from(c));
            }
            c if is_writable(c) => safe.push(c),
            _ => safe.push(char::REPLACEMENT_CHARACTER),
        }
        safe
    })
}

/// A word of Mermaid's: letters, digits, and what else it takes in names of columns and types.
pub(super) fn word(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() || "_-()[]".contains(c) { c } else { '_' });
    let word: String = plain.collect();
    let is_key = ["pk", "fk", "uk"].iter().any(|key| word.eq_ignore_ascii_case(key));
    if is_key || !word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { format!("_{word}") } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_at_their_width() {
        assert_eq!(shown("alarms", 6), "alarms");
        assert_eq!(shown("alarms", 5), "alar…");
        assert_eq!(shown("警報警報", 8), "警報警報");
        assert_eq!(shown("警報警報", 7), "警報警…");
        assert_eq!(shown("a\nb\u{1}", 9), "a\u{FFFD}b\u{FFFD}");
        assert!(width("警報", 10.0) > width("abc", 10.0));
    }

    #[test]
    fn markup_in_names_is_text() {
        assert_eq!(xml("\"<a&b>\" it's\u{1}"), "&quot;&lt;a&amp;b&gt;&quot; it&#39;s\u{FFFD}");
        assert_eq!(mermaid("\"<a&b>\"; 100%"), "#34;#60;a#38;b#62;#34;#59; 100#37;");
        assert_eq!([word("a b"), word("1st"), word("PK"), word("varchar(20)")], ["a_b", "_1st", "_PK", "varchar(20)"]);
    }
}
