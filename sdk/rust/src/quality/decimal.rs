//! Money and other decimals, exact from the first digit to the last: no float ever holds them.
//!
//! A JSON number is read from its text by `Field<Decimal>`; a text is read by [`parse`] under a [`Notation`] that the
//! author declares, since `1.234` is either one and a bit or more than a thousand.

mod text;

use std::borrow::Cow;

pub use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy;
use serde::de::{Deserialize as _, Deserializer};
use serde_json::value::RawValue;
pub use text::as_text;

use crate::check::Defect;
use crate::field::{Field, Scalar};
use crate::quality::range;

/// How a text writes decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notation {
    /// `1234.56`, as machines write: no grouping.
    #[default]
    Plain,
    /// `1,234.56`
    Point,
    /// `1.234,56`
    Comma,
}

/// The decimal a text stands for. Groups of thousands may be set off by the notation's mark, a blank or an apostrophe;
/// they must be whole (`1.23,4` is `not-a-decimal`).
///
/// ```
/// use gantry_sdk::quality::decimal::{parse, Notation};
/// assert_eq!(parse("1.234,56", Notation::Comma), parse("1234.56", Notation::Plain));
/// assert_eq!(parse("1,234.56", Notation::Point), parse("1234.56", Notation::Plain));
/// assert_eq!(parse("1.234,56", Notation::Point).unwrap_err().code, "not-a-decimal");
/// ```
pub fn parse(text: &str, notation: Notation) -> Result<Decimal, Defect> {
    let trimmed = text.trim();
    let plain = match notation {
        Notation::Plain => Some(Cow::Borrowed(trimmed)),
        Notation::Point => without_groups(trimmed, '.', ','),
        Notation::Comma => without_groups(trimmed, ',', '.'),
    };
    let plain = plain.filter(|text| is_plain(text)).ok_or_else(|| wrong(text))?;
    Decimal::from_str_exact(&plain).map_err(|_| beyond(text))
}

/// The decimal a text in the machines' notation stands for: `1234.56`.
pub fn plain(text: &str) -> Result<Decimal, Defect> {
    parse(text, Notation::Plain)
}

/// The value if it has at most this many decimals, trailing zeros not counted; else `too-many-decimals`.
pub fn at_most_decimals(value: Decimal, decimals: u32) -> Result<Decimal, Defect> {
    if value.scale() <= decimals || value.normalize().scale() <= decimals {
        return Ok(value);
    }
    Err(Defect::new("too-many-decimals", format!("{value} has more than {decimals} decimals")))
}

/// Plausibility: the value if it is from `low` to `high`, else `out-of-range`. The same as [`range`], but without aligning
/// decimals if whole numbers can be compared.
pub fn within(value: Decimal, low: u32, high: u32) -> Result<Decimal, Defect> {
    let whole = u64::try_from(value.mantissa()).ok().zip(10u64.checked_pow(value.scale()));
    let is_within = whole.and_then(|(mantissa, one)| {
        Some(mantissa >= one.checked_mul(low.into())? && mantissa <= one.checked_mul(high.into())?)
    });
    if is_within == Some(true) { Ok(value) } else { range(value, Decimal::from(low)..=Decimal::from(high)) }
}

/// Rounded to this many decimals, a half away from zero, as invoices are; written with exactly that many.
#[must_use]
pub fn rounded(value: Decimal, decimals: u32) -> Decimal {
    if value.scale() == decimals {
        return value;
    }
    let mut value = value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    value.rescale(decimals);
    value
}

/// A hundredth of the value, exactly: for percentages, and far cheaper than a division.
#[must_use]
pub fn hundredth(mut value: Decimal) -> Option<Decimal> {
    match value.set_scale(value.scale() + 2) {
        Ok(()) => Some(value),
        Err(_) => value.checked_div(Decimal::ONE_HUNDRED),
    }
}

/// From a JSON number, by its text; also from a JSON string in the machines' notation, which is how careful systems
/// write money. Only from JSON text: a `serde_json::Value` has already put the number into a float.
impl Scalar for Decimal {
    const EXPECTED: &'static str = "a decimal";

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(match raw.as_bytes() {
            [b'n', ..] => Field::Null,
            [b'-' | b'0'..=b'9', ..] => number(raw).map_or_else(|| Field::Wrong(beyond(raw)), Field::Value),
            [b'"', ..] => quoted(raw).map_or_else(|defect| unfit(raw, defect), Field::Value),
            [b't' | b'f', ..] => Field::of(None, "true or false"),
            [b'[', ..] => Field::of(None, "an array"),
            _ => Field::of(None, "an object"),
        })
    }
}

fn number(text: &str) -> Option<Decimal> {
    if text.bytes().any(|b| matches!(b, b'e' | b'E')) {
        Decimal::from_scientific(text).ok()
    } else {
        Decimal::from_str_exact(text).ok()
    }
}

fn quoted(json: &str) -> Result<Decimal, Defect> {
    match json.get(1..json.len() - 1) {
        Some(text) if !text.contains('\\') => plain(text),
        _ => Err(wrong(json)),
    }
}

#[cold]
fn unfit(json: &str, defect: Defect) -> Field<Decimal> {
    let is_blank = serde_json::from_str::<String>(json).is_ok_and(|text| text.trim().is_empty());
    if is_blank { Field::Blank(defect) } else { Field::Wrong(defect) }
}

fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}

/// The text in the plain notation; none if its groups aren't groups of thousands.
fn without_groups(text: &str, point: char, group: char) -> Option<Cow<'_, str>> {
    let (whole, fraction) = text.split_once(point).map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut groups = whole.split([group, ' ', '\u{a0}', '\u{202f}', '\'', '’']);
    let mut plain = groups.next()?.to_owned();
    let is_grouped = whole.len() > plain.len();
    if is_grouped && !matches!(plain.trim_start_matches(['-', '+']).len(), 1..=3) {
        return None;
    }
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        plain.push_str(group);
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain.into())
}

#[cold]
fn wrong(text: &str) -> Defect {
    Defect::new("not-a-decimal", format!("`{text}` is no decimal of the expected notation"))
}

#[cold]
fn beyond(text: &str) -> Defect {
    let limit = "28 decimals, and about 28 digits in all";
    Defect::new("not-a-decimal", format!("`{text}` is beyond what a decimal holds: {limit}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Field<Decimal> {
        serde_json::from_str(json).unwrap()
    }

    fn value(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_json_number_is_read_digit_for_digit() {
        for json in ["0.1", "19.99", "-3", "1234567890123456.78", "0.30000000000000004", "9007199254740993"] {
            assert_eq!(read(json).required().unwrap().to_string(), json);
        }
        assert_eq!(read("1.5e3"), Field::Value(value("1500")));
        assert_eq!(read("\"12.50\""), Field::Value(value("12.50")));
        assert_eq!(read("null"), Field::Null);
    }

    #[test]
    fn what_is_no_decimal_is_wrong_but_not_fatal() {
        for (json, code) in [
            ("\"12,50\"", "not-a-decimal"),
            ("\"\"", "not-a-decimal"),
            ("\"1e3\"", "not-a-decimal"),
            ("1e400", "not-a-decimal"),
            ("true", "wrong-type"),
            ("[1]", "wrong-type"),
            ("{\"a\": 1}", "wrong-type"),
        ] {
            assert_eq!(read(json).required().unwrap_err().code, code, "{json}");
        }
    }

    #[test]
    fn an_amount_that_a_csv_export_left_empty_is_none_where_there_need_not_be_one() {
        for json in ["\"\"", r#"" \t""#] {
            assert_eq!(read(json).optional(), Ok(None), "{json}");
            assert_eq!(read(json).or(Decimal::ONE), Ok(Decimal::ONE), "{json}");
            assert_eq!(read(json).required().unwrap_err().code, "not-a-decimal", "{json}");
        }
        assert_eq!(read("\"x\"").optional().unwrap_err().code, "not-a-decimal");
    }

    #[test]
    fn a_number_with_too_many_digits_is_told_the_limit() {
        for json in ["1e30", "1e-30", "123456789012345678901234567890.12", "\"123456789012345678901234567890\""] {
            let defect = read(json).required().unwrap_err();
            assert!(defect.text.contains("28 decimals"), "{json}: {defect:?}");
        }
        assert!(plain("1,5").unwrap_err().text.contains("notation"));
    }

    #[test]
    fn groups_and_marks_follow_the_declared_notation() {
        for text in ["1.234.567,89", "1 234 567,89", "1'234'567,89", "1\u{202f}234\u{202f}567,89", " 1234567,89 "] {
            assert_eq!(parse(text, Notation::Comma), Ok(value("1234567.89")), "{text}");
        }
        assert_eq!(parse("-1,234.5", Notation::Point), Ok(value("-1234.5")));
        for text in ["1,234,56", "12.34", "1.2345", "1234.567", ".567", "1,", ",5", "", "-", "1.234,5.6", "12a", "٣"] {
            assert_eq!(parse(text, Notation::Comma).unwrap_err().code, "not-a-decimal", "{text}");
        }
    }

    #[test]
    fn rounding_is_the_commercial_one() {
        for (text, result) in [("2.345", "2.35"), ("-2.345", "-2.35"), ("2.3449", "2.34"), ("5", "5.00")] {
            assert_eq!(rounded(value(text), 2).to_string(), result);
        }
        assert!(at_most_decimals(value("1.500"), 1).is_ok());
        assert_eq!(at_most_decimals(value("1.05"), 1).unwrap_err().code, "too-many-decimals");
    }

    #[test]
    fn a_hundredth_is_exact() {
        assert_eq!(hundredth(value("1234.5")), Some(value("12.345")));
        assert_eq!(hundredth(value("0.0000000000000000000000000001")), Some(Decimal::ZERO));
    }

    proptest! {
        #[test]
        fn within_says_what_range_says(mantissa in any::<i64>(), small in -20_000i64..20_000, scale in 0u32..=28) {
            for value in [Decimal::new(mantissa, scale), Decimal::new(small, scale % 4), Decimal::new(small, scale)] {
                let expected = range(value, Decimal::from(1)..=Decimal::from(100));
                prop_assert_eq!(within(value, 1, 100), expected);
            }
        }

        #[test]
        fn both_notations_read_back_what_they_write(cents in -99_999_999_999i64..99_999_999_999) {
            let amount = Decimal::new(cents, 2);
            let plain = amount.to_string();
            let (whole, fraction) = plain.trim_start_matches('-').split_once('.').unwrap();
            let mut grouped = String::new();
            for (at, digit) in whole.chars().enumerate() {
                if at > 0 && (whole.len() - at) % 3 == 0 {
                    grouped.push('.');
                }
                grouped.push(digit);
            }
            let sign = if cents < 0 { "-" } else { "" };
            let comma = format!("{sign}{grouped},{fraction}");
            let point: String = comma.chars().map(|c| match c { '.' => ',', ',' => '.', c => c }).collect();
            prop_assert_eq!(parse(&comma, Notation::Comma), Ok(amount));
            prop_assert_eq!(parse(&point, Notation::Point), Ok(amount));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,12}") {
            for notation in [Notation::Plain, Notation::Point, Notation::Comma] {
                let _ = parse(&text, notation);
            }
        }
    }
}
