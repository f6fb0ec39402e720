//! Words and texts without what a clock or a version put there.

/// Stands for what was taken out.
const MARK: char = '#';

/// Between the parts of a moment, when a digit follows.
const BETWEEN: &str = "-_/:. +tTmMwWdDqQ";

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The text without years and what follows them as a date does, seconds since 1970, names of months, and versions of three
/// numbers. A constant that looks like one of these is taken out as well.
pub fn undated(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        left.push_str(&rest[..start]);
        rest = &rest[start..];
        let digits = &rest[..digits(rest)];
        let end = moment(rest).or_else(|| version(rest));
        left.push_str(if end.is_some() { "#" } else { digits });
        rest = &rest[end.unwrap_or(digits.len())..];
    }
    left.push_str(rest);
    if left.contains(|c: char| c.is_ascii_alphabetic()) { without_months(&left) } else { left }
}

/// The same of a name, in which a number at an underscore may be that of a month, week or quarter: `readings_11`, `r_w48`.
pub fn undated_name(name: &str) -> String {
    let is_number = |part: &str| {
        let number = part.strip_prefix(['m', 'w', 'q', 'M', 'W', 'Q']).unwrap_or(part);
        matches!(number.len(), 1 | 2) && digits(number) == number.len()
    };
    let parts = undated(name);
    let mut parts = parts.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| format!("{name}_{}", if is_number(part) { "#" } else { part }))
}

/// How many digits the text begins with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Where the moment ends that the text begins with.
fn moment(text: &str) -> Option<usize> {
    let mut end = digits(text);
    let has_year = end >= 4 && (text.starts_with("19") || text.starts_with("20"));
    if !has_year && end < 9 {
        return None;
    }
    while text[end..].starts_with(|c| BETWEEN.contains(c)) && digits(&text[end + 1..]) > 0 {
        end += 1 + digits(&text[end + 1..]);
    }
    Some(end)
}

/// Where the version ends that the text begins with: `1.2.3`, `1.2.3-rc.1+x`.
fn version(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !".-+".contains(c)).unwrap_or(text.len());
    let numbers = text[..end].split('.').take(3).filter(|part| digits(part) > 0).count();
    (numbers == 3).then_some(end)
}

fn without_months(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphabetic());
        if is_month(word) {
            left.push(MARK);
            left.push_str(&part[word.len()..]);
        } else {
            left.push_str(part);
        }
    }
    left
}

fn is_month(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word == "sept" || MONTHS.iter().any(|month| *month == word || (word.len() == 3 && month.starts_with(&word)))
}

#[cfg(test)]
mod tests {
    use super::{undated, undated_name};

    #[test]
    fn what_a_clock_or_a_version_gives_is_taken_out() {
        for (text, left) in [
            ("r_2026_11_hourly", "r_#_hourly"),
            ("r202611", "r#"),
            ("p_2026m11", "p_#"),
            ("2026-11-26T10:00:00.5Z", "#Z"),
            ("from 2026-11-26 10:00:00+00:00 to 2026-12-01", "from # to #"),
            ("1795689600", "#"),
            ("logs_nov", "logs_#"),
            ("November 2026", "# #"),
            ("by 1.2.3-rc.1 (x)", "by # (x)"),
        ] {
            assert_eq!(undated(text), left, "{text}");
        }
        for same in ["int4", "float8", "utf8mb4_0900_ai_ci", "90 days", "0.25", "1.5", "255", "größe_2x", "maybe", ""]
        {
            assert_eq!(undated(same), same);
        }
        assert_eq!(undated_name("r_11"), "r_#");
        assert_eq!(undated_name("r_w48"), "r_#");
        assert_eq!(undated_name("address_1_x"), "address_#_x");
        assert_eq!(undated_name("int4_256"), "int4_256");
    }
}
