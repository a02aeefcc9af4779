//! Dates of many spellings to ISO 8601, with the crate `jiff` for the calendar.
//!
//! | spelling | example |
//! |---|---|
//! | ISO 8601 and RFC 3339; the date as written, whatever the offset | `2026-03-09`, `20260309`, `2026-03-09T23:59:59+02:00` |
//! | year first | `2026/3/9`, `2026.03.09` |
//! | points: day first, always | `9.3.2026`, `09.03.2026` |
//! | slashes or dashes: by the declared [`Order`] | `9/3/2026`, `03-09-2026` |
//! | names of months in English, German, French or Spanish | `9 March 2026`, `Mar 9, 2026`, `9. März 2026`, `Mon, 09 Mar 2026 10:00:00 +0100` |
//!
//! Years have four digits: `09.03.26` is `not-a-date`, since nobody can tell which century it means.

pub use jiff::civil::Date;
pub use text::as_text;

use crate::check::Defect;
use crate::quality::fold;
use time::is_time;

mod month;
mod text;
mod time;

/// What comes first in `03/09/2026`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Nobody said. Dates that can be read only one way pass (`25/12/2026`); others are an `ambiguous-date`.
    #[default]
    Undeclared,
    /// 3 September, as in Europe.
    DayFirst,
    /// 9 March, as in the United States.
    MonthFirst,
}

/// The date a text stands for. It serialises, and displays, as `2026-03-09`.
///
/// ```
/// use gantry_sdk::quality::date::{parse, Order};
/// assert_eq!(parse("9. März 2026", Order::Undeclared).unwrap().to_string(), "2026-03-09");
/// assert_eq!(parse("03/09/2026", Order::MonthFirst).unwrap().to_string(), "2026-03-09");
/// assert_eq!(parse("03/09/2026", Order::Undeclared).unwrap_err().code, "ambiguous-date");
/// ```
pub fn parse(text: &str, order: Order) -> Result<Date, Defect> {
    let trimmed = text.trim();
    if let Some(date) = iso(trimmed) {
        return Ok(date);
    }
    if trimmed.bytes().any(|b| b.is_ascii_alphabetic() || b >= 0x80) {
        return named(trimmed).ok_or_else(|| not_a_date(text));
    }
    numeric(trimmed, order).unwrap_or_else(|| Err(not_a_date(text)))
}

/// `2026-03-09` or `20260309`, alone or before a time of day.
fn iso(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let (date, rest) = match bytes.get(4) {
        Some(b'-') => (date_of(digits(bytes, 0, 4)?, dashed(bytes, 4)?, dashed(bytes, 7)?), 10),
        _ if bytes.len() == 8 => (date_of(digits(bytes, 0, 4)?, digits(bytes, 4, 2)?, digits(bytes, 6, 2)?), 8),
        _ => return None,
    };
    date.filter(|_| bytes.len() == rest || is_time(&bytes[rest..]))
}

fn dashed(bytes: &[u8], at: usize) -> Option<u16> {
    (bytes.get(at) == Some(&b'-')).then(|| digits(bytes, at + 1, 2))?
}

fn digits(bytes: &[u8], at: usize, count: usize) -> Option<u16> {
    bytes
        .get(at..at + count)?
        .iter()
        .try_fold(0u16, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u16::from(byte - b'0')))
}

/// `9.3.2026`, `2026/3/9`, `03/09/2026`. None when there is no date in it, whatever the order.
fn numeric(text: &str, order: Order) -> Option<Result<Date, Defect>> {
    let bytes = text.as_bytes();
    let (first, at) = run(bytes, 0)?;
    let mark = *bytes.get(at).filter(|byte| matches!(byte, b'.' | b'/' | b'-'))?;
    let (second, at) = run(bytes, at + 1)?;
    let (third, at) = if bytes.get(at) == Some(&mark) { run(bytes, at + 1)? } else { return None };
    if at < bytes.len() && !is_time(&bytes[at..]) {
        return None;
    }
    if first.len() == 4 {
        return date_of(number(first)?, short(second)?, short(third)?).map(Ok);
    }
    let first = short(first)?;
    let second = short(second)?;
    let year = if third.len() == 4 { number(third)? } else { return None };
    let day_first = || date_of(year, second, first);
    let month_first = || date_of(year, first, second);
    match (mark, order) {
        (b'.', _) | (_, Order::DayFirst) => day_first().map(Ok),
        (_, Order::MonthFirst) => month_first().map(Ok),
        (_, Order::Undeclared) => match (day_first(), month_first()) {
            (Some(a), Some(b)) if a != b => Some(Err(ambiguous(text, a, b))),
            (a, b) => a.or(b).map(Ok),
        },
    }
}

/// The digits from here on, and where they end.
fn run(bytes: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let rest = bytes.get(from..)?;
    let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    if count == 0 { None } else { Some((&rest[..count], from + count)) }
}

/// A day or a month: one digit or two.
fn short(run: &[u8]) -> Option<u16> {
    if run.len() <= 2 { number(run) } else { None }
}

/// `9 March 2026`, `March 9, 2026`, `9. März 2026`, `Mon, 09 Mar 2026 10:00:00 +0100`
fn named(text: &str) -> Option<Date> {
    let is_mark = |c: char| matches!(c, ' ' | ',' | '.' | '-' | '\u{a0}');
    // The weekday isn't checked against the date.
    let text = match text.split_once(',') {
        Some((weekday, rest))
            if weekday.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.' || !byte.is_ascii()) =>
        {
            rest
        }
        _ => text,
    };
    let mut rest = text;
    let mut next = || {
        rest = rest.trim_start_matches(is_mark);
        let (word, behind) = rest.split_at(rest.find(is_mark).unwrap_or(rest.len()));
        rest = behind;
        word
    };
    let first = next();
    let second = next();
    let is_filler = |word: &str| matches!(word, "de" | "del" | "of");
    let second = if is_filler(second) { next() } else { second };
    let year = match next() {
        word if is_filler(word) => next(),
        word => word,
    };
    let (day, month) = match day(first) {
        Some(day) => (day, month::number(&fold(second))?),
        None => (day(second)?, month::number(&fold(first))?),
    };
    let year = if year.len() == 4 { number(year.as_bytes())? } else { return None };
    let rest = rest.trim_end();
    date_of(year, month, day).filter(|_| rest.is_empty() || is_time(rest.as_bytes()))
}

/// `9`, `09`, `9th`, `1er`
fn day(word: &str) -> Option<u16> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (digits, ending) = word.split_at(end);
    let is_ordinal = matches!(ending, "" | "st" | "nd" | "rd" | "th" | "er" | "º" | "°");
    if is_ordinal { short(digits.as_bytes()) } else { None }
}

fn number(run: &[u8]) -> Option<u16> {
    if matches!(run.len(), 1..=4) { digits(run, 0, run.len()) } else { None }
}

fn date_of(year: u16, month: u16, day: u16) -> Option<Date> {
    if year == 0 {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cold]
fn not_a_date(text: &str) -> Defect {
    Defect::new("not-a-date", format!("`{text}` is no date of a known spelling"))
}

#[cold]
fn ambiguous(text: &str, day_first: Date, month_first: Date) -> Defect {
    Defect::new("ambiguous-date", format!("`{text}` is either {day_first} or {month_first}: declare which comes first"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DATE: Date = jiff::civil::date(2026, 3, 9);

    #[test]
    fn many_spellings_are_one_date() {
        for text in [
            "2026-03-09",
            "20260309",
            "2026/3/9",
            "2026.03.09",
            "9.3.2026",
            "09.03.2026",
            "09.03.2026 14:30",
            "2026-03-09T10:15:00Z",
            "2026-03-09 10:15",
            "2026-03-09T23:59:59.123+02:00",
            "2026-03-09T10:15:00 +0100",
            "9 March 2026",
            "March 9, 2026",
            "Mar 9 2026",
            "9th of March 2026",
            "9. März 2026",
            "09 mars 2026",
            "9 de marzo de 2026",
            "9-Mar-2026",
            "Mon, 09 Mar 2026 10:00:00 +0100",
            "Montag, 9. März 2026",
            " 2026-03-09 ",
        ] {
            assert_eq!(parse(text, Order::Undeclared), Ok(DATE), "{text}");
        }
    }

    #[test]
    fn slashes_follow_the_declared_order() {
        assert_eq!(parse("9/3/2026", Order::DayFirst), Ok(DATE));
        assert_eq!(parse("03-09-2026", Order::MonthFirst), Ok(DATE));
        assert_eq!(parse("9/3/2026", Order::Undeclared).unwrap_err().code, "ambiguous-date");
        assert_eq!(parse("3/3/2026", Order::Undeclared).unwrap().to_string(), "2026-03-03");
        assert_eq!(parse("25/12/2026", Order::Undeclared).unwrap().to_string(), "2026-12-25");
        assert_eq!(parse("25/12/2026", Order::MonthFirst).unwrap_err().code, "not-a-date");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "NULL",
            "soon",
            "2026-02-29",
            "2026-13-01",
            "31.04.2026",
            "09.03.26",
            "2026-03-09T25:00",
            "2026-03-09x",
            "2026-03",
            "9.3.2026.1",
            "1/2/3/2026",
            "9 Marzipan 2026",
            "9 March 26",
            "9 March 2026 tomorrow",
            "0000-01-01",
            "2026-03-09T",
            "2026-03-09T10:15:00+x",
            "99 March 2026",
        ] {
            assert_eq!(parse(text, Order::DayFirst).unwrap_err().code, "not-a-date", "{text}");
        }
    }

    #[test]
    fn leap_days_are_dates_in_leap_years_only() {
        assert!(parse("29.02.2028", Order::Undeclared).is_ok());
        assert!(parse("29.02.2027", Order::Undeclared).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9./ ,:TZa-zäé+-]{0,24}|\\PC{0,12}") {
            let _ = parse(&text, Order::Undeclared);
        }

        #[test]
        fn every_date_survives_its_spellings(year in 1i16..=9999, month in 1i8..=12, day in 1i8..=28) {
            let date = jiff::civil::date(year, month, day);
            prop_assert_eq!(parse(&date.to_string(), Order::Undeclared), Ok(date));
            prop_assert_eq!(parse(&format!("{day}.{month}.{year:04}"), Order::Undeclared), Ok(date));
            prop_assert_eq!(parse(&format!("{month}/{day}/{year:04}"), Order::MonthFirst), Ok(date));
        }
    }
}
