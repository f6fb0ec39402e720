//! SQL and messages on one line.

/// The text with single spaces for every white space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line of at most 120 characters.
pub(crate) fn shorten(sql: &str) -> String {
    const LONGEST: usize = 120;
    let line = one_line(sql);
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}
