//! Currencies by ISO 4217, with the crate `iso_currency`.

pub use iso_currency::Currency;

use crate::check::Defect;

/// The currency of an ISO 4217 code, in whatever case; anything else is an `unknown-currency`.
///
/// ```
/// use gantry_sdk::quality::currency;
/// assert_eq!(currency::of("eur").unwrap().code(), "EUR");
/// assert_eq!(currency::of("€").unwrap_err().code, "unknown-currency");
/// ```
pub fn of(code: &str) -> Result<Currency, Defect> {
    let upper = code.trim().to_ascii_uppercase();
    Currency::from_code(&upper)
        .ok_or_else(|| Defect::new("unknown-currency", format!("`{code}` is no currency of ISO 4217")))
}

/// How many decimals amounts in this currency have: 2 for the euro, 0 for the yen.
#[must_use]
pub fn decimals(currency: Currency) -> u32 {
    currency.exponent().map_or(2, u32::from)
}
