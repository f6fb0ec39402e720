//! Pieces of text.

/// One text after the other.
pub(in crate::cli) fn each<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().concat()
}

/// The noun, in the plural unless there is one.
pub(in crate::cli) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
