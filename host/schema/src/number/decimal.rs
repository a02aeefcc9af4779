//! A decimal of any length: its digits, and where the point stands.

use std::cmp::Ordering;
use std::fmt;

/// Exponents are cut at this size, so that the sum of two can't overflow. Numbers that large are not distinguished.
const EXPONENT: i64 = 1 << 40;

/// With more zeros than this between the digits and the point, an exponent is easier to read.
const ZEROS: i64 = 21;

/// `digits × 10^exponent`, with neither leading nor trailing zeros; zero has no digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    pub(super) negative: bool,
    pub(super) digits: Box<str>,
    pub(super) exponent: i64,
}

impl Decimal {
    /// Reads a number that JSON's grammar has accepted.
    pub(super) fn parse(literal: &str) -> Self {
        let (negative, literal) = literal.strip_prefix('-').map_or((false, literal), |rest| (true, rest));
        let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let written = format!("{whole}{fraction}");
        let significant = written.trim_end_matches('0');
        let shifted = (written.len() - significant.len()).cast_signed() - fraction.len().cast_signed();
        let digits = significant.trim_start_matches('0');
        let exponent = (parse_exponent(exponent) + shifted as i64).clamp(-EXPONENT, EXPONENT);
        match digits {
            "" => Self { negative: false, digits: "".into(), exponent: 0 },
            digits => Self { negative, digits: digits.into(), exponent },
        }
    }

    /// The position of the first digit: 3 for `123`, 0 for `0.123`.
    pub(super) fn magnitude(&self) -> i64 {
        self.exponent + self.digits.len().cast_signed() as i64
    }

    /// -1, 0 or 1.
    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_size = || self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits.cmp(&other.digits));
        self.sign().cmp(&other.sign()).then_with(|| if self.negative { by_size().reverse() } else { by_size() })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain digits where that is readable, else an exponent.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { digits, exponent, .. } = self;
        f.write_str(if self.negative { "-" } else { "" })?;
        let point = usize::try_from(self.magnitude()).unwrap_or(0);
        match *exponent {
            0.. if digits.is_empty() => f.write_str("0"),
            0..=ZEROS => write!(f, "{digits}{}", "0".repeat(usize::try_from(*exponent).unwrap_or(0))),
            ..0 if point > 0 => write!(f, "{}.{}", &digits[..point], &digits[point..]),
            ..0 if self.magnitude() > -ZEROS => {
                write!(f, "0.{}{digits}", "0".repeat(usize::try_from(-self.magnitude()).unwrap_or(0)))
            }
            _ => write!(f, "{digits}e{exponent}"),
        }
    }
}

fn parse_exponent(text: &str) -> i64 {
    let limit = if text.starts_with('-') { -EXPONENT } else { EXPONENT };
    text.parse().map_or(limit, |exponent: i64| exponent.clamp(-EXPONENT, EXPONENT))
}
