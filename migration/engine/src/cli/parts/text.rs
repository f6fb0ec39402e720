//! Pieces of text.

/// Longest line of a report, where no word is longer.
const WIDTH: usize = 96;
/// Where the texts of a report begin.
const INDENT: usize = 15;

/// One text after the other.
pub(in crate::cli) fn each<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().concat()
}

/// The noun, in the plural unless there is one.
pub(in crate::cli) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// Texts of a report beside their label, each on lines of its own that are broken between words; nothing without a text.
pub(in crate::cli) fn entry(label: &str, texts: &[String]) -> String {
    let mut lines = texts.iter().flat_map(|text| wrapped(text, WIDTH - INDENT));
    let first = lines.next().map(|line| format!("  {label:width$}{line}\n", width = INDENT - 2));
    first.into_iter().chain(lines.map(|line| format!("{:INDENT$}{line}\n", ""))).collect()
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= width) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_broken_between_words() {
        let words = |count| vec!["letter"; count].join(" ");
        assert_eq!(entry("tables", &[]), "");
        assert_eq!(entry("tables", &["a".to_owned(), "b c".to_owned()]), "  tables       a\n               b c\n");
        // Eleven of them are 76 characters wide, and a twelfth would go beyond the 81 that are left.
        let expected = format!("  tables       {}\n               letter letter\n", words(11));
        assert_eq!(entry("tables", &[words(13)]), expected);
    }
}
