//! Times and durations as typed on the command line.

use std::time::Duration;

use gantry_core::{Clock as _, SystemClock, Timestamp};

/// The longest time ahead: ten years. Whoever asks for more has mistyped it.
const LONGEST: Duration = Duration::from_secs(3650 * 24 * 3600);

/// A time in the past: `2026-01-31T12:00:00Z`, or `2h` for two hours ago.
pub(crate) fn past(text: &str) -> Result<Timestamp, String> {
    match span(text) {
        Ok(ago) => Ok(SystemClock.now().before(ago)),
        Err(_) => text.parse().map_err(|_| {
            format!("`{text}` is not a time: write 2026-01-31T12:00:00Z, or 30m, 2h or 7d for a time that long ago")
        }),
    }
}

/// The end of a duration that begins now: `8h` for eight hours ahead.
pub(crate) fn future(text: &str) -> Result<Timestamp, String> {
    match span(text)? {
        length if length.is_zero() => Err("it must be longer than nothing".to_owned()),
        length if length > LONGEST => Err("it must be at most 3650d".to_owned()),
        length => Ok(SystemClock.now().after(length)),
    }
}

/// A duration: `90s`, `30m`, `2h`, `7d`.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let invalid = || format!("`{text}` is not a duration: write a number and s, m, h or d, for instance 30m");
    let number = text.strip_suffix(['s', 'm', 'h', 'd']).ok_or_else(invalid)?;
    let number: u64 = number.parse().map_err(|_| invalid())?;
    let seconds = match text.chars().last() {
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 24 * 3600,
        _ => 1,
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_rfc_3339_or_as_a_duration_ago() {
        assert_eq!(past("2021-02-25T15:02:10Z"), Ok(Timestamp(1_614_265_330_000)));
        let before = SystemClock.now();
        let ago = past("2h").unwrap();
        assert!(before.since(ago) <= Duration::from_secs(2 * 3600) && ago < before);
        assert!(future("2h").is_ok_and(|end| end.since(before) >= Duration::from_secs(2 * 3600)));
        assert!(future("0s").is_err() && future("tomorrow").is_err() && future("3651d").is_err());
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        for invalid in ["", "h", "2", "2y", "-2h", "2.5h", "99999999999999999999d", "12é"] {
            assert!(span(invalid).is_err(), "{invalid}");
        }
        assert!(past("yesterday").is_err_and(|text| text.contains("2h")));
    }
}
