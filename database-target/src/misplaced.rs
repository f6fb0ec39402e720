//! A URL in a place of the command line from which it would be printed.

use std::ffi::OsString;

use crate::InvalidUrl;

/// What to say when a database URL stands among a program's arguments, but not behind `-u` or `--database-url`: whoever
/// parses them would repeat it as an unknown name.
pub fn misplaced(arguments: impl IntoIterator<Item = OsString>) -> Option<InvalidUrl> {
    let mut expected = false;
    for argument in arguments {
        let argument = argument.to_string_lossy();
        // `-u`, or behind flags without a value: `-vu`.
        let short = argument
            .strip_prefix('-')
            .and_then(|flags| flags.split_once('u'))
            .filter(|(flags, _)| flags.bytes().all(|flag| flag.is_ascii_alphabetic()));
        let placed = expected || short.is_some() || argument.starts_with("--database-url=");
        expected = argument == "--database-url" || short.is_some_and(|(_, value)| value.is_empty());
        if !placed && holds_a_url(&argument) {
            return Some(InvalidUrl {
                origin: "the command line".into(),
                reason: "is not where it belongs, behind -u or --database-url".to_owned(),
            });
        }
    }
    None
}

fn holds_a_url(argument: &str) -> bool {
    const SCHEMES: [&str; 6] = ["postgres:", "postgresql:", "timescaledb:", "mysql:", "mariadb:", "sqlite:"];
    let lower = argument.to_ascii_lowercase();
    lower.contains("://") || SCHEMES.iter().any(|scheme| lower.contains(scheme))
}

#[cfg(test)]
mod tests {
    use super::misplaced;

    #[test]
    fn a_url_belongs_behind_its_flag() {
        let of = |line: &str| misplaced(line.split(' ').map(Into::into));
        for line in
            ["m -u sqlite://a up", "m -vu sqlite://a", "m -usqlite://a", "m --database-url=mysql://h", "m up head"]
        {
            assert_eq!(of(line), None, "{line}");
        }
        for line in
            ["m up sqlite://a", "m --url=postgres://me:s3cret@h", "m -s mysql://h", "m -u sqlite://a down mysql:h"]
        {
            let error = of(line).unwrap().to_string();
            assert!(error.ends_with("behind -u or --database-url") && !error.contains("s3cret"), "{error}");
        }
    }
}
