//! Numbers as JSON writes them, exact whatever their length.
//!
//! `serde_json` holds what is no 64-bit integer as a 64-bit float, which rounds: `12345678901234567.891` would pass as
//! a multiple of `0.01`, and two different order numbers of 20 digits would be the same. Here a number is its digits
//! and the place of its point; comparing and dividing need no more than that.

mod decimal;
mod sum;

use std::cmp::Ordering;
use std::fmt;

pub use decimal::Decimal;
pub use sum::Sum;

/// A number. Every value has one form only, so that equal numbers are equal here: `1`, `1.0` and `10e-1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// An integer that is not negative.
    Unsigned(u64),
    /// A negative integer.
    Negative(i64),
    /// A number that is not an integer of 64 bits.
    Other(Decimal),
}

impl Number {
    /// Reads a number that JSON's grammar has accepted.
    #[must_use]
    pub fn parse(literal: &str) -> Self {
        if let Ok(number) = literal.parse() {
            return Self::Unsigned(number);
        }
        match literal.parse() {
            Ok(number @ ..0) => Self::Negative(number),
            _ => Decimal::parse(literal).into(),
        }
    }

    /// Reads a text that is a plain decimal, such as CSV files hold: `12`, `-0.50`; none for any other.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        (digits(whole) && digits(fraction)).then(|| Self::parse(text))
    }

    /// Digits behind the point; zeros at the end don't count.
    #[must_use]
    pub fn decimals(&self) -> u64 {
        match self {
            Self::Unsigned(_) | Self::Negative(_) => 0,
            Self::Other(decimal) => decimal.exponent.min(0).unsigned_abs(),
        }
    }

    /// Whether it has no fraction: `1.0` hasn't.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match self {
            Self::Unsigned(_) | Self::Negative(_) => true,
            Self::Other(decimal) => decimal.exponent >= 0,
        }
    }

    /// Whether dividing by `divisor` leaves no remainder. The divisor's digits must fit into 64 bits, which is so for
    /// every number that a schema may hold.
    pub(crate) fn is_multiple_of(&self, divisor: &Self) -> bool {
        let this = self.decimal();
        let divisor = divisor.decimal();
        let Ok(modulus) = divisor.digits.parse::<u64>() else { return false };
        // No digits end in a zero, so nothing is a multiple of a divisor with more places after the point but zero.
        let Ok(zeros) = u64::try_from(this.exponent - divisor.exponent) else { return this.digits.is_empty() };
        let digits = this.digits.bytes().map(|digit| u128::from(digit - b'0'));
        let modulus = u128::from(modulus);
        let remainder = digits.fold(0, |remainder, digit| (remainder * 10 + digit) % modulus);
        this.digits.is_empty() || (remainder * power_of_ten(zeros, modulus)).is_multiple_of(modulus)
    }

    /// The nearest float.
    pub(crate) fn rounded(&self) -> f64 {
        let Decimal { negative, digits, exponent } = self.decimal();
        let sign = if negative { "-" } else { "" };
        format!("{sign}0{digits}e{exponent}").parse().unwrap_or(0.0)
    }

    fn decimal(&self) -> Decimal {
        match self {
            Self::Unsigned(number) => Decimal::parse(&number.to_string()),
            Self::Negative(number) => Decimal::parse(&number.to_string()),
            Self::Other(decimal) => decimal.clone(),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Unsigned(one), Self::Unsigned(other)) => one.cmp(other),
            (Self::Negative(one), Self::Negative(other)) => one.cmp(other),
            _ => self.decimal().cmp(&other.decimal()),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An integer of 64 bits becomes one, however it was written.
impl From<Decimal> for Number {
    fn from(decimal: Decimal) -> Self {
        if decimal.exponent < 0 || decimal.magnitude() > 20 {
            return Self::Other(decimal);
        }
        let text = decimal.to_string();
        match (text.parse(), text.parse()) {
            (Ok(number), _) => Self::Unsigned(number),
            (_, Ok(number)) => Self::Negative(number),
            _ => Self::Other(decimal),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(number) => number.fmt(f),
            Self::Negative(number) => number.fmt(f),
            Self::Other(decimal) => decimal.fmt(f),
        }
    }
}

/// `10^power mod modulus`; the modulus has at most 64 bits, so products fit.
fn power_of_ten(mut power: u64, modulus: u128) -> u128 {
    let mut result = 1 % modulus;
    let mut base = 10 % modulus;
    while power > 0 {
        if !power.is_multiple_of(2) {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        power /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(literal: &str) -> Number {
        Number::parse(literal)
    }

    #[test]
    fn one_value_has_one_form() {
        for same in ["100", "100.0", "1e2", "1.00E+2", "0.1e3", "10000e-2"] {
            assert_eq!(number(same), Number::Unsigned(100), "{same}");
        }
        assert_eq!(number("-0.0"), number("0"));
        assert_eq!(number("-0"), number("0"));
        assert_eq!(number("-9223372036854775808"), Number::Negative(i64::MIN));
        assert_eq!(number("18446744073709551615"), Number::Unsigned(u64::MAX));
    }

    #[test]
    fn numbers_that_floats_confuse_are_told_apart() {
        for (less, more) in [
            ("9007199254740992", "9007199254740993"),
            ("18446744073709551616", "18446744073709551617"),
            ("0.1", "0.10000000000000000001"),
            ("-0.10000000000000000001", "-0.1"),
            ("972783798187987123879878123.18878137", "972783798187987123879878123.188781371"),
            ("-18446744073709551617", "-1e3"),
            ("-1", "0"),
            ("9.99e-400", "1e-399"),
        ] {
            assert!(number(less) < number(more), "{less} < {more}");
        }
    }

    #[test]
    fn multiples_are_those_of_the_decimals_that_are_written() {
        for (multiple, of) in [("19.99", "0.01"), ("12345678901234567.89", "0.01"), ("3e300", "0.3"), ("0", "0.3")] {
            assert!(number(multiple).is_multiple_of(&number(of)), "{multiple} {of}");
        }
        for (other, of) in [("19.995", "0.01"), ("12345678901234567.891", "0.01"), ("1e300", "3"), ("1e-300", "1")] {
            assert!(!number(other).is_multiple_of(&number(of)), "{other} {of}");
        }
    }

    #[test]
    fn an_exponent_costs_nothing_however_large() {
        assert!(number("1e-99999999999999999999") < number("1e-999999999"));
        assert!(number("1e999999999999").is_multiple_of(&number("0.5")));
    }

    #[test]
    fn numbers_are_shown_as_people_write_them() {
        for shown in ["0.05", "-1.5", "12345678901234567890123", "1e-400", "0"] {
            assert_eq!(number(shown).to_string(), shown);
        }
        assert_eq!(number("1e40").to_string(), "1e40");
    }

    proptest! {
        #[test]
        fn order_and_divisibility_agree_with_integers(a in any::<i64>(), b in any::<i64>(), c in 1_i64..10_000) {
            let hundredth = |n: i64| number(&format!("{n}e-2"));
            prop_assert_eq!(number(&a.to_string()).cmp(&number(&b.to_string())), a.cmp(&b));
            prop_assert_eq!(hundredth(a).cmp(&hundredth(b)), a.cmp(&b));
            prop_assert_eq!(hundredth(a).is_multiple_of(&hundredth(c)), a % c == 0);
        }

        #[test]
        fn a_float_survives(float in any::<f64>().prop_filter("JSON has no other", |float| float.is_finite())) {
            prop_assert_eq!(number(&format!("{float:e}")).rounded(), float);
        }
    }
}
