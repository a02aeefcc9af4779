//! The time of day behind a date: it is checked, so that rubbish isn't taken for a date, and then left out.

use super::digits;

/// True for a time of day as it follows a date: `T10:15`, ` 10:15:00.123`, `T10:15:00Z`, `T10:15:00+01:00`
pub(super) fn is_time(text: &str) -> bool {
    let Some(time) = text.strip_prefix(['T', 't', ' ']) else { return false };
    let clock_end = time.find(|c: char| !matches!(c, '0'..='9' | ':' | '.' | ',')).unwrap_or(time.len());
    let (clock, zone) = time.split_at(clock_end);
    let mut parts = clock.splitn(3, ':');
    let two = |part: Option<&str>, below: u16| {
        part.is_some_and(|part| part.len() == 2 && digits(part.as_bytes(), 0, 2).is_some_and(|n| n < below))
    };
    let seconds = |part: &str| {
        let (whole, fraction) = part.split_once(['.', ',']).unwrap_or((part, "0"));
        two(Some(whole), 61) && !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit())
    };
    two(parts.next(), 24) && two(parts.next(), 60) && parts.next().is_none_or(seconds) && is_zone(zone.trim_start())
}

fn is_zone(zone: &str) -> bool {
    match zone.strip_prefix(['+', '-']) {
        None => matches!(zone, "" | "Z" | "z" | "UTC" | "GMT"),
        Some(offset) => matches!(offset.len(), 2 | 4 | 5) && offset.bytes().all(|b| b.is_ascii_digit() || b == b':'),
    }
}
