//! Date and time of day as a clock shows them, to text and from it.

use super::calendar::{DAY, date_of, day_number, days_in};

/// What a clock shows.
pub(super) struct Clock {
    /// Since 1970 began on it.
    pub(super) seconds: i64,
    pub(super) nanoseconds: u32,
    /// How far it is from UTC, in seconds, if that was said.
    pub(super) offset: Option<i64>,
}

impl Clock {
    /// `2026-03-09T10:15:00.123+01:00`, `20260309T101500Z`; without an offset too.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = text.as_bytes();
        let has_dashes = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
        let places = if has_dashes { [5, 8, 10] } else { [4, 6, 8] };
        let is_mark = match bytes.get(places[2])? {
            b'T' | b't' => true,
            b' ' => has_dashes,
            _ => false,
        };
        let year = number(text.get(..4)?)?;
        let month = number(text.get(places[0]..places[0] + 2)?)?;
        let day = number(text.get(places[1]..places[1] + 2)?)?;
        if !is_mark || year == 0 || day == 0 || day > days_in(year, month) {
            return None;
        }
        let clock = Self::read_time(text.get(places[2] + 1..)?, has_dashes)?;
        Some(Self { seconds: day_number(year, month, day) * DAY + clock.seconds, ..clock })
    }

    fn read_time(text: &str, has_colons: bool) -> Option<Self> {
        let colon = if has_colons { ":" } else { "" };
        let (hour, rest) = pair(text)?;
        let (minute, mut rest) = pair(rest.strip_prefix(colon)?)?;
        let mut second = 0;
        let mut fraction = "0";
        let has_second =
            rest.strip_prefix(colon).filter(|next| has_colons || next.starts_with(|c: char| c.is_ascii_digit()));
        if let Some(next) = has_second {
            (second, rest) = pair(next)?;
            if let Some(digits) = rest.strip_prefix(['.', ',']) {
                let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
                (fraction, rest) = digits.split_at(end);
            }
        }
        if hour > 23 || minute > 59 || second > 60 || fraction.is_empty() {
            return None;
        }
        let seconds = hour * 3600 + minute * 60 + second;
        Some(Self { seconds, nanoseconds: nanoseconds(fraction), offset: offset(rest)? })
    }
}

/// What may be behind a time: nothing, `Z`, `+01:00`, `+0100`, `+01`. None where something else is.
fn offset(text: &str) -> Option<Option<i64>> {
    if text.is_empty() {
        return Some(None);
    }
    let name = text.trim_start_matches(' ');
    if matches!(name, "Z" | "z" | "UTC" | "GMT") {
        return Some(Some(0));
    }
    let (hours, rest) = pair(name.strip_prefix(['+', '-'])?)?;
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { pair(rest.strip_prefix(':').unwrap_or(rest))? };
    if hours > 23 || minutes > 59 || !rest.is_empty() {
        return None;
    }
    let sign = if name.starts_with('-') { -1 } else { 1 };
    Some(Some(sign * (hours * 60 + minutes) * 60))
}

/// Two digits, and what follows them.
fn pair(text: &str) -> Option<(i64, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    Some((number(digits)?, rest))
}

fn number(digits: &str) -> Option<i64> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// The digits behind the point of a second.
pub(super) fn nanoseconds(fraction: &str) -> u32 {
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    digits.fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

/// As RFC 3339 without an offset.
pub(super) fn text(seconds: i64, nanoseconds: u32) -> String {
    let (year, month, day) = date_of(seconds.div_euclid(DAY));
    let rest = seconds.rem_euclid(DAY);
    let time = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    let fraction = if nanoseconds == 0 { String::new() } else { format!(".{nanoseconds:09}") };
    format!("{year:04}-{month:02}-{day:02}T{time}{}", fraction.trim_end_matches('0'))
}
