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

/// Names for a message; a long list is cut, it would bury the advice after it.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    const SHOWN: usize = 10;
    let shown = names.iter().take(SHOWN).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{shown} and {more} more"),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut() {
        let names = |count: u32| (1..=count).map(|number| format!("m{number}")).collect::<Vec<_>>();
        assert_eq!(listed(&names(2)), "m1, m2");
        assert_eq!(listed(&names(10)), "m1, m2, m3, m4, m5, m6, m7, m8, m9, m10");
        assert_eq!(listed(&names(74)), "m1, m2, m3, m4, m5, m6, m7, m8, m9, m10 and 64 more");
    }
}
