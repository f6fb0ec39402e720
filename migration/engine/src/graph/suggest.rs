//! "Did you mean": names close to one that does not exist.

/// More names than this are no suggestion.
const MOST: usize = 3;

/// More letters wrong than this are another name, however long it is.
const FARTHEST: usize = 3;

/// The names closest to what was typed, in the order given; none when nothing is close, or too many are equally so.
///
/// Typed text is compared with the whole name, with as much of its beginning (a mistyped prefix), and with what follows
/// its timestamp (people remember `add_alarm_origin`, not the day).
pub(super) fn similar<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let typed = typed.to_lowercase();
    let length = typed.chars().count();
    if length == 0 {
        return Vec::new();
    }
    // So is more than a third of a short one.
    let allowed = (length / 3).clamp(1, FARTHEST);
    let mut closest = allowed;
    let mut found = Vec::new();
    for name in names {
        let distance = distance(&typed, length, &name.to_lowercase());
        if distance < closest {
            found.clear();
            closest = distance;
        }
        if distance == closest {
            found.push(name);
        }
    }
    if found.len() > MOST { Vec::new() } else { found.into_iter().map(str::to_owned).collect() }
}

fn distance(typed: &str, length: usize, name: &str) -> usize {
    // Part of a name is a better guess than a letter changed, however much of the name is missing.
    if length >= 3 && name.contains(typed) {
        return 0;
    }
    let beginning: String = name.chars().take(length).collect();
    let story = name.trim_start_matches(|letter: char| letter == 'm' || letter == '_' || letter.is_ascii_digit());
    let parts = if length >= 4 { &[name, &beginning, story][..] } else { &[name][..] };
    parts
        .iter()
        // Cheap to know: a difference in length is at least as many letters wrong.
        .filter(|part| part.chars().count().abs_diff(length) <= FARTHEST)
        .map(|part| strsim::osa_distance(typed, part))
        .min()
        .unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::similar;

    const NAMES: [&str; 5] = [
        "m20261101_000000_create_alarms",
        "m20261102_000000_add_alarm_origin",
        "m20261103_000000_merge",
        "m20261104_000000_add_index",
        "head",
    ];

    #[test]
    fn close_names_are_found_whole_from_the_front_and_by_their_story() {
        let cases = [
            ("m20261101_000000_create_alarsm", NAMES[0]),
            ("m20261102_000000_ad_alarm", NAMES[1]),
            ("add_alarm_orign", NAMES[1]),
            ("alarm_origin", NAMES[1]),
            ("M20261103_000000_MERGE", NAMES[2]),
            ("haed", "head"),
            ("hed", "head"),
        ];
        for (typed, expected) in cases {
            assert_eq!(similar(typed, NAMES.into_iter()), [expected], "{typed}");
        }
    }

    #[test]
    fn other_words_are_not_suggested() {
        for typed in ["", "x", "create_sensors", "m2027", "zzzzzz"] {
            assert_eq!(similar(typed, NAMES.into_iter()), Vec::<String>::new(), "{typed}");
        }
    }
}
