//! Moments as operators type them: RFC 3339, or how long ago.

use std::time::Duration;

use gantry_core::{Clock as _, SystemClock, Timestamp};

/// A moment: `2026-01-31T12:00:00Z`, or `2h` for two hours ago.
pub(in crate::command) fn past(text: &str) -> Result<Timestamp, String> {
    match span(text) {
        Ok(ago) => Ok(SystemClock.now().before(ago)),
        Err(_) => text
            .parse()
            .map_err(|_| format!("`{text}` is no moment: write 2026-01-31T12:00:00Z, or 30m, 2h, 7d for so long ago")),
    }
}

/// A span of time: `90s`, `30m`, `2h`, `7d`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no span of time: write a number and s, m, h or d, for instance 30m");
    let number = text.strip_suffix(['s', 'm', 'h', 'd']).ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match text.chars().last() {
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 24 * 3600,
        _ => 1,
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_an_instant_or_so_long_ago() {
        assert_eq!(past("2021-02-25T15:02:10Z"), Ok(Timestamp(1_614_265_330_000)));
        let (before, ago) = (SystemClock.now(), past("2h").unwrap_or_default());
        assert!(before.since(ago) <= Duration::from_secs(2 * 3600) && ago < before);
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "h", "2", "2y", "-2h", "2.5h", "99999999999999999999d", "12é"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
        assert!(past("yesterday").is_err_and(|text| text.contains("2h")));
    }
}
