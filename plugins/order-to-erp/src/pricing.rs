//! What lines and orders cost: decimal arithmetic, rounded per line as invoices are.

use gantry_sdk::prelude::*;
use quality::currency::{self, Currency};
use quality::decimal::{Decimal, at_most_decimals, hundredth, rounded, within};

/// Quantity times price, less the discount, in the currency's smallest unit; none where that is beyond all numbers.
#[must_use]
pub fn amount(quantity: u32, unit_price: Decimal, discount_percent: Decimal, currency: Currency) -> Option<Decimal> {
    let full = unit_price.checked_mul(quantity.into())?;
    let amount = if discount_percent.is_zero() {
        full
    } else {
        hundredth(full.checked_mul(Decimal::ONE_HUNDRED.checked_sub(discount_percent)?)?)?
    };
    Some(rounded(amount, currency::decimals(currency)))
}

/// The stated total, unless it is further from the computed one than the tolerance.
pub fn agreed(stated: Decimal, computed: Decimal, tolerance: Decimal, code: &'static str) -> Result<(), Defect> {
    let agrees = stated.checked_sub(computed).is_some_and(|difference| difference.abs() <= tolerance);
    quality::ensure(agrees, code, || format!("{stated} is stated, {computed} is computed"))
}

/// A price: not negative, and below what any order is worth. It may have more decimals than its currency.
pub fn price(amount: Decimal) -> Result<Decimal, Defect> {
    within(amount, 0, 1_000_000_000)
}

/// A freight or a total: a plausible amount that can be paid, written with the currency's decimals.
pub fn payable(amount: Decimal, currency: Currency) -> Result<Decimal, Defect> {
    let decimals = currency::decimals(currency);
    Ok(rounded(at_most_decimals(price(amount)?, decimals)?, decimals))
}

/// A discount.
pub fn percent(percent: Decimal) -> Result<Decimal, Defect> {
    within(percent, 0, 100)
}

/// The defect of an amount beyond all numbers.
pub(crate) fn overflow() -> Defect {
    Defect::new("out-of-range", "the amount is beyond all numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_line_is_rounded_to_the_currency() {
        let cost = |currency| amount(3, decimal("9.995"), decimal("10"), currency).unwrap().to_string();
        assert_eq!(cost(Currency::EUR), "26.99");
        assert_eq!(cost(Currency::JPY), "27");
    }

    #[test]
    fn an_amount_beyond_all_numbers_is_none_and_not_a_panic() {
        assert_eq!(amount(u32::MAX, Decimal::MAX, Decimal::ZERO, Currency::EUR), None);
    }

    #[test]
    fn what_is_paid_has_the_decimals_of_its_currency() {
        assert_eq!(payable(decimal("4.9"), Currency::EUR).unwrap().to_string(), "4.90");
        assert_eq!(payable(decimal("4.905"), Currency::EUR).unwrap_err().code, "too-many-decimals");
        assert_eq!(payable(decimal("-1"), Currency::EUR).unwrap_err().code, "out-of-range");
    }

    #[test]
    fn totals_agree_within_the_tolerance() {
        let agreed = |stated| agreed(decimal(stated), decimal("10.00"), decimal("0.01"), "wrong-total");
        assert!(agreed("10.01").is_ok() && agreed("9.99").is_ok());
        assert_eq!(agreed("10.02").unwrap_err().code, "wrong-total");
    }
}
