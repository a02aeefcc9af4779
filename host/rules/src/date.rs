//! Dates and date-times of RFC 3339: `2026-03-09`, `2026-03-09T17:30:00Z`, `2026-03-09T17:30:00.5+01:00`.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

/// A date, or a date with time and offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The date as it is written, in its own offset.
    day: Date,
    moment: Option<Timestamp>,
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
        let moment = if rest.is_empty() { None } else { Some(moment(text, rest)?) };
        Ok(Self { day, moment })
    }

    /// Whether it states a time as well.
    #[must_use]
    pub const fn has_time(&self) -> bool {
        self.moment.is_some()
    }

    /// Compares two date-times by the instant they mean; if either is a date only, compares the dates.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self.moment, other.moment) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => self.day.cmp(&other.day),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.moment {
            Some(moment) => moment.fmt(f),
            None => self.day.fmt(f),
        }
    }
}

/// `THH:MM:SS`, a fraction perhaps, and an offset.
fn moment(text: &str, rest: &str) -> Result<Timestamp, MomentError> {
    let (time, behind) = rest.split_at_checked(9).ok_or(MomentError)?;
    if !is_spelled(&time.to_ascii_uppercase(), "Tdd:dd:dd") {
        return Err(MomentError);
    }
    let offset = match behind.strip_prefix('.') {
        Some(fraction) => fraction.strip_prefix(|c: char| c.is_ascii_digit()).ok_or(MomentError)?,
        None => behind,
    };
    let offset = if behind == offset { offset } else { offset.trim_start_matches(|c: char| c.is_ascii_digit()) };
    if matches!(offset, "Z" | "z") || is_spelled(offset, "+dd:dd") || is_spelled(offset, "-dd:dd") {
        text.parse().map_err(|_| MomentError)
    } else {
        Err(MomentError)
    }
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
    }
}
