//! Numbers as people read them.

use chrono::{DateTime, Utc};

/// `1,234,567`.
pub(super) fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let grouped = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",");
    if number < 0 { format!("-{grouped}") } else { grouped }
}

/// `3.4 MiB`.
#[allow(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
pub(super) fn bytes(bytes: i64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if size.abs() < 1023.95 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{size:.1} {unit}") };
        }
        size /= 1024.0;
    }
    format!("{size:.1} TiB")
}

/// `85 %`.
pub(super) fn share(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A length of time in its two largest units at most: `3 d 4 h`, `90 s` as `1 min 30 s`.
pub(super) fn duration(seconds: f64) -> String {
    const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    if !seconds.is_finite() || seconds < 1.0 {
        return format!("{:.0} ms", (seconds * 1000.0).max(0.0));
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and whole seconds will do")]
    let mut rest = seconds.round() as u64;
    let mut parts = Vec::new();
    for (unit, length) in UNITS {
        if parts.len() < 2 && (rest >= length || !parts.is_empty()) {
            if rest >= length {
                parts.push(format!("{} {unit}", rest / length));
            } else {
                break;
            }
            rest %= length;
        }
    }
    parts.join(" ")
}

/// `3 min 10 s ago`, or `in 5 h`.
pub(super) fn relative(moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = now.signed_duration_since(moment).as_seconds_f64();
    if seconds.abs() < 1.0 {
        "now".to_owned()
    } else if seconds > 0.0 {
        format!("{} ago", duration(seconds))
    } else {
        format!("in {}", duration(-seconds))
    }
}

/// `2026-01-01 00:30`.
pub(super) fn moment(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!([0, 12, 123, 1_234, -1_234_567].map(count), ["0", "12", "123", "1,234", "-1,234,567"]);
    }

    #[test]
    fn bytes_have_the_unit_that_fits() {
        let sizes = [0, 1023, 1024, 3_530_752, 1 << 30, 5 << 40, (1 << 20) - 1];
        assert_eq!(sizes.map(bytes), ["0 B", "1023 B", "1.0 KiB", "3.4 MiB", "1.0 GiB", "5.0 TiB", "1.0 MiB"]);
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let lengths = [0.02, 1.0, 60.0, 90.0, 3_600.0, 3_605.0, 93_784.0, 604_800.0];
        assert_eq!(lengths.map(duration), ["20 ms", "1 s", "1 min", "1 min 30 s", "1 h", "1 h", "1 d 2 h", "7 d"]);
    }

    #[test]
    fn moments_are_told_from_now() {
        let now = Utc::now();
        assert_eq!(relative(now - TimeDelta::minutes(3), now), "3 min ago");
        assert_eq!(relative(now + TimeDelta::hours(5), now), "in 5 h");
        assert_eq!(relative(now, now), "now");
    }
}
