//! Lengths of time and sizes, as people write them.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Units of size, the longest suffix first where one ends in another.
const SIZES: [(&str, u64); 9] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("B", 1),
];

/// Units of time that [`show_duration`] uses, in milliseconds.
const TIMES: [(&str, u128); 4] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];

/// Reads `500ms`, `2s`, `1h 30m`, `7d`; a day has 24 hours. None when it is something else or negative.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let span: Span = text.trim().parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(duration).ok()
}

/// Reads `512KiB`, `1MiB`, `2 GB`, `100B` and bare bytes. None when it is something else or too large.
#[must_use]
pub fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = SIZES.iter().find(|(suffix, _)| text.ends_with(suffix));
    let (digits, factor) = unit.map_or((text, 1), |(suffix, factor)| (&text[..text.len() - suffix.len()], *factor));
    let digits = digits.trim_end();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

/// The duration in the largest unit that states it exactly: `90s` stays `90s`, `3600s` is `1h`.
#[must_use]
pub fn show_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    match TIMES.iter().find(|(_, unit)| millis > 0 && millis.is_multiple_of(*unit)) {
        Some((name, unit)) => format!("{}{name}", millis / unit),
        None => format!("{millis}ms"),
    }
}

/// The duration as people say how long something lasted, in its two largest units: `2h 5m`, `34s`.
#[must_use]
pub fn show_roughly(duration: Duration) -> String {
    let millis = duration.as_millis();
    let Some(first) = TIMES.iter().position(|(_, unit)| millis >= *unit) else { return "less than 1s".to_owned() };
    let (name, unit) = TIMES[first];
    let whole = format!("{}{name}", millis / unit);
    let rest = TIMES.get(first + 1).map(|(name, smaller)| (name, millis % unit / smaller));
    match rest {
        Some((name, count)) if count > 0 => format!("{whole} {count}{name}"),
        _ => whole,
    }
}

/// The size in the largest binary unit that states it exactly.
#[must_use]
pub fn show_size(bytes: u64) -> String {
    match SIZES[..4].iter().rev().find(|(_, unit)| bytes > 0 && bytes.is_multiple_of(*unit)) {
        Some((name, unit)) => format!("{}{name}", bytes / unit),
        None => format!("{bytes}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasted_is_said_in_two_units() {
        let seconds = [0, 34, 60, 245, 7_500, 86_400, 100_000];
        let said = seconds.map(|seconds| show_roughly(Duration::from_secs(seconds)));
        assert_eq!(said, ["less than 1s", "34s", "1m", "4m 5s", "2h 5m", "1d", "1d 3h"]);
    }

    #[test]
    fn durations_read_as_people_write_them() {
        for (text, millis) in
            [("500ms", 500), ("2s", 2_000), ("1h 30m", 5_400_000), ("24h", 86_400_000), ("7d", 604_800_000)]
        {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in ["", "2", "s", "-2s", "2 fortnights", "1mo", "soon", "99999999999999999d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_know_binary_and_decimal_units() {
        for (text, bytes) in
            [("1MiB", 1 << 20), ("512 KiB", 512 << 10), ("2GB", 2_000_000_000), ("100B", 100), ("7", 7)]
        {
            assert_eq!(parse_size(text), Some(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "MiB", "-1MiB", "1.5MiB", "1 mib", "99999999999TiB"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back_as_the_same() {
        for millis in [0, 1, 999, 1_000, 90_000, 3_600_000, 86_400_000, 86_400_001] {
            let duration = Duration::from_millis(millis);
            assert_eq!(parse_duration(&show_duration(duration)), Some(duration));
        }
        for bytes in [0, 1, 1023, 1024, 1 << 20, (1 << 20) + 1, 5 << 30] {
            assert_eq!(parse_size(&show_size(bytes)), Some(bytes));
        }
    }
}
