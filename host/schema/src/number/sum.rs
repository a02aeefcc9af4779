//! Exact sums: digits are added column by column, and carried once at the end.

use super::{Decimal, Number};

/// Columns before and behind the point. Amounts have a handful; numbers with more are not summed.
const COLUMNS: i64 = 256;

/// A running sum. The time to add a number grows with the number of its digits.
#[derive(Clone, Debug)]
pub struct Sum {
    /// The total of each column, from 10^-COLUMNS upwards.
    columns: Vec<i64>,
}

impl Default for Sum {
    fn default() -> Self {
        // One more for what is carried out of the highest.
        Self { columns: vec![0; 2 * usize::try_from(COLUMNS).unwrap_or_default() + 20] }
    }
}

impl Sum {
    /// Adds a number; false when it has digits too far from the point to be summed.
    pub fn add(&mut self, number: &Number) -> bool {
        self.add_times(number, 1)
    }

    /// Takes a number away; false as above.
    pub fn subtract(&mut self, number: &Number) -> bool {
        self.add_times(number, -1)
    }

    fn add_times(&mut self, number: &Number, factor: i64) -> bool {
        let decimal = number.decimal();
        if decimal.exponent < -COLUMNS || decimal.magnitude() > COLUMNS {
            return false;
        }
        let factor = if decimal.negative { -factor } else { factor };
        let lowest = usize::try_from(decimal.exponent + COLUMNS).unwrap_or_default();
        for (column, digit) in self.columns[lowest..].iter_mut().zip(decimal.digits.bytes().rev()) {
            *column += factor * i64::from(digit - b'0');
        }
        true
    }

    /// The sum so far.
    #[must_use]
    pub fn total(&self) -> Number {
        // Digits can only be carried in a sum that is not negative: a negative one is negated first.
        match carried(self.columns.iter().copied()) {
            Some(digits) => number(digits, false),
            None => carried(self.columns.iter().map(|column| -column)).map_or(Number::Unsigned(0), |d| number(d, true)),
        }
    }
}

/// One digit a column, the lowest first; none when the sum is negative.
fn carried(columns: impl Iterator<Item = i64>) -> Option<Vec<u8>> {
    let mut carry = 0;
    let digits = columns.map(|column| {
        let held = column + carry;
        carry = held.div_euclid(10);
        b'0' + u8::try_from(held.rem_euclid(10)).unwrap_or_default()
    });
    let digits = digits.collect();
    (carry >= 0).then_some(digits)
}

fn number(mut digits: Vec<u8>, negative: bool) -> Number {
    digits.reverse();
    let digits = String::from_utf8(digits).unwrap_or_default();
    Decimal::parse(&format!("{}{digits}e-{COLUMNS}", if negative { "-" } else { "" })).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(numbers: &[&str]) -> Option<String> {
        let mut sum = Sum::default();
        numbers.iter().all(|number| sum.add(&Number::parse(number))).then(|| sum.total().to_string())
    }

    #[test]
    fn sums_are_those_of_the_decimals_that_are_written() {
        assert_eq!(sum(&["0.1", "0.2"]).unwrap(), "0.3");
        assert_eq!(sum(&["12345678901234567.89", "0.01", "-0.9"]).unwrap(), "12345678901234567");
        assert_eq!(sum(&["-1", "0.01"]).unwrap(), "-0.99");
        assert_eq!(sum(&[]).unwrap(), "0");
        assert_eq!(sum(&["9.99", "-9.99"]).unwrap(), "0");
    }

    #[test]
    fn what_is_no_amount_is_not_summed() {
        assert_eq!(sum(&["1e255", "9e255"]).unwrap(), "1e256");
        for far in ["1e999999999", "1e-999999999", "1e256", "1e-257"] {
            assert_eq!(sum(&["1", far]), None, "{far}");
        }
    }

    proptest! {
        #[test]
        fn a_sum_agrees_with_integers(numbers in prop::collection::vec(any::<i64>(), 0..50)) {
            let cents: Vec<String> = numbers.iter().map(|number| format!("{number}e-2")).collect();
            let mut exact = Sum::default();
            prop_assert!(cents.iter().all(|number| exact.add(&Number::parse(number))));
            let expected: i128 = numbers.iter().map(|number| i128::from(*number)).sum();
            prop_assert_eq!(exact.total(), Number::parse(&format!("{expected}e-2")));
        }
    }
}
