//! The time of day behind a date. It is checked, so that nonsense isn't accepted as a date, and then ignored.

use super::digits;

/// True for a time of day as it follows a date: `T10:15`, ` 10:15:00.123`, `T10:15:00Z`, `T10:15:00+01:00`
pub(super) fn is_time(text: &[u8]) -> bool {
    let &[b'T' | b't' | b' ', ref time @ ..] = text else { return false };
    let below = |at, limit| digits(time, at, 2).is_some_and(|number| number < limit);
    if !(below(0, 24) && time.get(2) == Some(&b':') && below(3, 60)) {
        return false;
    }
    match time.get(5) {
        Some(b':') if below(6, 61) => {
            fraction_end(time).is_some_and(|end| is_zone(time.get(end..).unwrap_or_default()))
        }
        Some(b':') => false,
        _ => is_zone(time.get(5..).unwrap_or_default()),
    }
}

/// Where `.123` behind the seconds ends; none if nothing follows the point.
fn fraction_end(time: &[u8]) -> Option<usize> {
    const SECONDS_END: usize = 8;
    if !matches!(time.get(SECONDS_END), Some(b'.' | b',')) {
        return Some(SECONDS_END);
    }
    let fraction = time.get(SECONDS_END + 1..)?;
    match fraction.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(fraction.len()) {
        0 => None,
        digits => Some(SECONDS_END + 1 + digits),
    }
}

fn is_zone(zone: &[u8]) -> bool {
    match zone {
        [b' ', zone @ ..] => !zone.is_empty() && is_zone(zone),
        [b'+' | b'-', offset @ ..] => {
            matches!(offset.len(), 2 | 4 | 5) && offset.iter().all(|byte| byte.is_ascii_digit() || *byte == b':')
        }
        zone => matches!(zone, b"" | b"Z" | b"z" | b"UTC" | b"GMT"),
    }
}
