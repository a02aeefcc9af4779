//! Dates and date-times of RFC 3339: `2026-03-09`, `2026-03-09T17:30:00Z`, `2026-03-09T17:30:00.5+01:00`.

use std::cmp::Ordering;
use std::fmt;

use jiff::civil::Date;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// Digits behind the second that are compared. Further ones are read, and make no difference.
const FRACTION_DIGITS: usize = 18;

/// A date, or a date with time and offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The date as it is written, in its own offset.
    day: Date,
    time: Option<Time>,
}

/// A time of day as it is written, in its own offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Time {
    hour: i64,
    minute: i64,
    /// 60 in a leap second.
    second: i64,
    /// In units of 10^-18 s.
    fraction: u64,
    /// How far it is ahead of UTC, in seconds.
    offset: i64,
}

/// The text is no date of RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MomentError;

impl Moment {
    /// Reads a full date, or a date with time and offset.
    pub fn parse(text: &str) -> Result<Self, MomentError> {
        let day = text.get(..10).filter(|day| is_spelled(day, "dddd-dd-dd")).ok_or(MomentError)?;
        let day: Date = day.parse().map_err(|_| MomentError)?;
        let rest = &text[10..];
        let time = if rest.is_empty() { None } else { Some(Time::parse(rest).ok_or(MomentError)?) };
        Ok(Self { day, time })
    }

    /// Whether it states a time as well.
    #[must_use]
    pub const fn has_time(&self) -> bool {
        self.time.is_some()
    }

    /// Compares two date-times by the instant they mean; if either is a date only, compares the dates.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self.time, other.time) {
            (Some(one), Some(another)) => one.instant(self.day).cmp(&another.instant(other.day)),
            _ => self.day.cmp(&other.day),
        }
    }
}

impl Time {
    /// Reads `THH:MM:SS`, a fraction perhaps, and an offset.
    fn parse(text: &str) -> Option<Self> {
        let (clock, behind) = text.split_at_checked(9)?;
        if !is_spelled(&clock.to_ascii_uppercase(), "Tdd:dd:dd") {
            return None;
        }
        let hour = two_digits(clock, 1).filter(|hour| *hour < 24)?;
        let minute = two_digits(clock, 4).filter(|minute| *minute < 60)?;
        let second = two_digits(clock, 7).filter(|second| *second <= 60)?;
        let (fraction, offset) = match behind.strip_prefix('.') {
            Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).filter(|length| *length > 0)?),
            None => ("", behind),
        };
        let time = Self {
            hour,
            minute,
            second,
            fraction: format!("{fraction:0<FRACTION_DIGITS$}")[..FRACTION_DIGITS].parse().ok()?,
            offset: offset_of(offset)?,
        };
        // Leap seconds are inserted at the end of a day in UTC, and nowhere else.
        (second < 60 || time.of_day_in_utc().rem_euclid(SECONDS_A_DAY) == 0).then_some(time)
    }

    /// Seconds since the day's midnight in UTC. A leap second is the second that follows it.
    const fn of_day_in_utc(self) -> i64 {
        self.hour * 3600 + self.minute * 60 + self.second - self.offset
    }

    /// The instant, for comparison: seconds and their fraction.
    fn instant(self, day: Date) -> (i64, u64) {
        (day.duration_since(Date::ZERO).as_secs() + self.of_day_in_utc(), self.fraction)
    }
}

/// As it is written, in upper case and with the digits that are compared.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.day.fmt(f)?;
        let Some(time) = self.time else { return Ok(()) };
        write!(f, "T{:02}:{:02}:{:02}", time.hour, time.minute, time.second)?;
        if time.fraction > 0 {
            write!(f, ".{}", format!("{:0FRACTION_DIGITS$}", time.fraction).trim_end_matches('0'))?;
        }
        match time.offset {
            0 => f.write_str("Z"),
            offset => {
                let sign = if offset < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", offset.abs() / 3600, offset.abs() / 60 % 60)
            }
        }
    }
}

/// `Z`, or `+HH:MM` and `-HH:MM`, in seconds.
fn offset_of(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = if is_spelled(text, "+dd:dd") { 1 } else { -1 };
    if sign < 0 && !is_spelled(text, "-dd:dd") {
        return None;
    }
    let hours = two_digits(text, 1).filter(|hours| *hours < 24)?;
    let minutes = two_digits(text, 4).filter(|minutes| *minutes < 60)?;
    Some(sign * (hours * 3600 + minutes * 60))
}

/// The number that two digits at this place make.
fn two_digits(text: &str, at: usize) -> Option<i64> {
    text.get(at..at + 2)?.parse().ok()
}

/// Whether the text has this form, in which `d` stands for any digit.
fn is_spelled(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            _ => byte == form,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(one: &str, other: &str) -> Ordering {
        Moment::parse(one).unwrap().compare(&Moment::parse(other).unwrap())
    }

    #[test]
    fn only_dates_as_rfc_3339_spells_them_are_dates() {
        for date in ["2024-02-29", "2026-03-09T17:30:00Z", "2026-03-09t17:30:00.123456z", "2026-03-09T17:30:00+05:30"] {
            assert!(Moment::parse(date).is_ok(), "{date}");
        }
        for date in [
            "9999-12-31",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.999999999999999999999-23:59",
            "0000-01-01T00:00:00+23:59",
            "2016-12-31T23:59:60Z",
            "2017-01-01T00:59:60+01:00",
        ] {
            assert!(Moment::parse(date).is_ok(), "{date}");
        }
        for other in [
            "",
            "2026-3-9",
            "09.03.2026",
            "2023-02-29",
            "20260309",
            "2026-03-09T17:30:00",
            "2026-03-09 17:30:00Z",
            "2026-03-09T17:30Z",
            "2026-03-09T25:00:00Z",
            "2026-03-09T17:30:00Z[UTC]",
            "2026-03-09T17:30:00.Z",
            "2026-03-09T17:30:00ZZ",
            "2026-03-09T17:30:00+5",
            "2026-03-0ä",
            "2026-03-09T17:30:00+24:00",
            "2026-03-09T17:30:00-05:60",
            "2026-03-09T24:00:00Z",
            "2026-03-09T17:30:60Z",
            "2026-03-09T00:00:60Z",
            "2026-03-09T17:30:61Z",
            "2026-13-09T17:30:00Z",
            "2026-03-09T17:30:00.1234ä",
        ] {
            assert_eq!(Moment::parse(other), Err(MomentError), "{other}");
        }
    }

    #[test]
    fn moments_compare_by_when_they_are_and_days_by_their_date() {
        assert_eq!(compare("1996-07-04", "1996-07-05"), Ordering::Less);
        assert_eq!(compare("2026-03-09T01:00:00+02:00", "2026-03-08T23:00:00Z"), Ordering::Equal);
        assert_eq!(compare("2026-03-09", "2026-03-09T23:59:59Z"), Ordering::Equal);
        assert_eq!(compare("2026-03-10T00:30:00+01:00", "2026-03-09"), Ordering::Greater, "its own day counts");
        assert_eq!(compare("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-00:01"), Ordering::Less);
        assert_eq!(compare("0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z"), Ordering::Less);
        assert_eq!(compare("2016-12-31T23:59:59.9Z", "2016-12-31T23:59:60Z"), Ordering::Less);
        assert_eq!(compare("2026-03-09T01:00:00.1234567890123Z", "2026-03-09T01:00:00.1234567890124Z"), Ordering::Less);
        assert_eq!(compare("2026-03-09T01:00:00.5Z", "2026-03-09T01:00:00.500Z"), Ordering::Equal);
    }

    #[test]
    fn a_moment_is_shown_as_it_is_written() {
        for written in
            ["2026-03-09", "9999-12-31T23:59:59Z", "2016-12-31T18:59:60.25-05:00", "2026-03-09T17:30:00+05:30"]
        {
            assert_eq!(Moment::parse(written).unwrap().to_string(), written);
        }
    }
}
