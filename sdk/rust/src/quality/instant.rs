//! Points in time, from date-times with an offset, from epochs, and from the local time of a zone.
//!
//! | spelling | read by | example |
//! |---|---|---|
//! | RFC 3339 and ISO 8601 with an offset | [`parse`] | `2026-03-09T10:15:00.123+01:00`, `2026-03-09 09:15Z`, `20260309T091500Z` |
//! | seconds or milliseconds since 1970 | [`parse_epoch`], with the declared [`Epoch`] | `1773047700.123`, `1773047700123` |
//! | local time | [`parse_local`], with the zone and what to do where clocks change | `2026-03-09T10:15:00` in `Europe/Berlin` |
//!
//! Years are 1 to 9999; digits beyond nanoseconds are dropped; a 60th second is the first of the next minute. Zones are
//! those of the tz database, known from 1970 on.

mod calendar;
mod clock;
mod zone;

use std::fmt;

use serde::{Serialize, Serializer};

use crate::check::Defect;
use calendar::{DAY, day_number};
use clock::Clock;
use zone::Zone;

const SECOND: i64 = 1_000_000_000;

/// A point in time. As a text, and in JSON, it is RFC 3339 in UTC with as many digits of a second as it has:
/// `2026-03-09T09:15:00.123Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    seconds: i64,
    nanoseconds: u32,
}

/// What a number since 1970 counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Epoch {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Millis,
}

/// What to do with a local time that a clock shows twice, when it is put back, or never, when it is put forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disambiguation {
    /// It is an `ambiguous-time` or a `nonexistent-time`.
    #[default]
    Reject,
    /// The first of two; the same time after a gap as before it, as most calendars do.
    Compatible,
    /// The first of two; before a gap.
    Earlier,
    /// The second of two; behind a gap.
    Later,
}

impl Instant {
    /// Seconds since 1970 began.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// What is beyond the seconds: 0 to 999,999,999.
    #[must_use]
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// The instant, if it is within the years.
    fn new(seconds: i64, nanoseconds: u32) -> Option<Self> {
        let years = day_number(1, 1, 1) * DAY..day_number(10_000, 1, 1) * DAY;
        if years.contains(&seconds) { Some(Self { seconds, nanoseconds }) } else { None }
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&clock::text(self.seconds, self.nanoseconds))?;
        f.write_str("Z")
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The instant that a date-time with an offset stands for: `missing-offset` where it has none, else `not-a-datetime`.
///
/// ```
/// use gantry_sdk::quality::instant::parse;
/// assert_eq!(parse("2026-03-09 10:15:00.50 +0100").unwrap().to_string(), "2026-03-09T09:15:00.5Z");
/// assert_eq!(parse("2026-03-09T10:15:00").unwrap_err().code, "missing-offset");
/// ```
pub fn parse(text: &str) -> Result<Instant, Defect> {
    let clock = Clock::read(text).ok_or_else(|| wrong(text))?;
    let Some(offset) = clock.offset else {
        return Err(Defect::new("missing-offset", format!("`{text}` doesn't say how far it is from UTC")));
    };
    Instant::new(clock.seconds - offset, clock.nanoseconds).ok_or_else(|| wrong(text))
}

/// The instant so many seconds or milliseconds after 1970 began; anything else is `not-a-datetime`.
///
/// ```
/// use gantry_sdk::quality::instant::{parse_epoch, Epoch};
/// assert_eq!(parse_epoch("1773047700123", Epoch::Millis).unwrap().to_string(), "2026-03-09T09:15:00.123Z");
/// ```
pub fn parse_epoch(text: &str, epoch: Epoch) -> Result<Instant, Defect> {
    from_epoch(text.trim(), epoch).ok_or_else(|| wrong(text))
}

fn from_epoch(text: &str, epoch: Epoch) -> Option<Instant> {
    const LONGEST: usize = 15;
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.len() > LONGEST {
        return None;
    }
    let count: i64 = whole.parse().ok()?;
    let nanoseconds = i64::from(clock::nanoseconds(fraction));
    let (seconds, nanoseconds) = match epoch {
        Epoch::Seconds => (count, nanoseconds),
        Epoch::Millis => (count / 1000, count % 1000 * 1_000_000 + nanoseconds / 1000),
    };
    if !text.starts_with('-') || nanoseconds == 0 {
        let sign = if text.starts_with('-') { -1 } else { 1 };
        return Instant::new(sign * seconds, u32::try_from(nanoseconds).ok()?);
    }
    Instant::new(-seconds - 1, u32::try_from(SECOND - nanoseconds).ok()?)
}

/// The instant at which clocks in the zone, `Europe/Berlin` say, show this date and time: `not-a-datetime`,
/// `unknown-zone`, `ambiguous-time`, `nonexistent-time`; before 1970 `unknown-offset`.
///
/// ```
/// use gantry_sdk::quality::instant::{parse_local, Disambiguation};
/// let local = |text, how| parse_local(text, "Europe/Berlin", how).map(|instant| instant.to_string());
/// assert_eq!(local("2026-03-09T10:15", Disambiguation::Reject).unwrap(), "2026-03-09T09:15:00Z");
/// assert_eq!(local("2026-10-25T02:30", Disambiguation::Reject).unwrap_err().code, "ambiguous-time");
/// assert_eq!(local("2026-10-25T02:30", Disambiguation::Later).unwrap(), "2026-10-25T01:30:00Z");
/// ```
pub fn parse_local(text: &str, zone: &str, disambiguation: Disambiguation) -> Result<Instant, Defect> {
    let known = Zone::named(zone).ok_or_else(|| unknown_zone(zone))?;
    let clock = Clock::read(text).filter(|clock| clock.offset.is_none()).ok_or_else(|| wrong(text))?;
    let readings = known.readings(clock.seconds);
    if disambiguation == Disambiguation::Reject && readings.count != 1 {
        let code = if readings.count == 0 { "nonexistent-time" } else { "ambiguous-time" };
        return Err(Defect::new(code, format!("`{text}` is no time, or two, on the clocks of {zone}")));
    }
    let is_later = match disambiguation {
        Disambiguation::Later => true,
        Disambiguation::Compatible => readings.count == 0,
        Disambiguation::Reject | Disambiguation::Earlier => false,
    };
    let seconds = if is_later { readings.later } else { readings.earlier };
    if seconds < 0 {
        return Err(unknown_offset(text, zone));
    }
    Instant::new(seconds, clock.nanoseconds).ok_or_else(|| wrong(text))
}

/// What clocks in the zone show, as RFC 3339: `2026-03-09T10:15:00+01:00`. `unknown-zone`; before 1970 `unknown-offset`;
/// where that is beyond the years, `not-a-datetime`.
///
/// ```
/// use gantry_sdk::quality::instant::{in_zone, parse};
/// let instant = parse("2026-07-01T00:00:00Z").unwrap();
/// assert_eq!(in_zone(instant, "Asia/Kolkata").unwrap(), "2026-07-01T05:30:00+05:30");
/// ```
pub fn in_zone(instant: Instant, zone: &str) -> Result<String, Defect> {
    let known = Zone::named(zone).ok_or_else(|| unknown_zone(zone))?;
    if instant.seconds < 0 {
        return Err(unknown_offset(&instant.to_string(), zone));
    }
    let offset = known.offset(instant.seconds);
    let local = Instant::new(instant.seconds + offset, instant.nanoseconds);
    let local = local.ok_or_else(|| wrong(&instant.to_string()))?;
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.abs() / 60;
    let text = clock::text(local.seconds, local.nanoseconds);
    Ok(format!("{text}{sign}{:02}:{:02}", minutes / 60, minutes % 60))
}

#[cold]
fn wrong(text: &str) -> Defect {
    Defect::new("not-a-datetime", format!("`{text}` is no date and time of a known spelling"))
}

#[cold]
fn unknown_zone(zone: &str) -> Defect {
    Defect::new("unknown-zone", format!("`{zone}` is no zone of the tz database"))
}

#[cold]
fn unknown_offset(text: &str, zone: &str) -> Defect {
    Defect::new("unknown-offset", format!("`{text}`: the clocks of {zone} are known from 1970 on"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_instant_is_read_back_from_its_text(seconds in -62_135_596_800i64..253_402_300_800, nanos in 0u32..1_000_000_000) {
            let instant = Instant::new(seconds, nanos).unwrap();
            prop_assert_eq!(parse(&instant.to_string()), Ok(instant));
        }

        #[test]
        fn what_clocks_show_is_the_instant(seconds in 0i64..20_000_000_000, at in 0..zone::NAMES.len()) {
            let instant = Instant::new(seconds, 0).unwrap();
            let local = in_zone(instant, zone::NAMES[at]).unwrap();
            prop_assert_eq!(parse(&local), Ok(instant));
            let bare = &local[..19];
            let readings = [Disambiguation::Earlier, Disambiguation::Later].map(|how| parse_local(bare, zone::NAMES[at], how));
            prop_assert!(readings.contains(&Ok(instant)), "{} {:?}", local, readings);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9-]{0,12}[Tt ]?[0-9:.,]{0,12}[Z+-]?[0-9:]{0,6}|\\PC{0,24}") {
            let _ = parse(&text);
            let _ = parse_epoch(&text, Epoch::Millis);
            let _ = parse_local(&text, "Europe/Berlin", Disambiguation::Later);
            let _ = in_zone(Instant::new(0, 0).unwrap(), &text);
        }
    }
}
