//! The data quality kit: ordinary functions from a raw value to a clean one, or to the [`Defect`] it has.
//!
//! Each answers for one value and knows no path; [`Checker::field`](crate::check::Checker::field) adds the path and
//! collects. They chain: `order.country.text().and_then(quality::country::alpha2)`.
//!
//! | concern | where | codes |
//! |---|---|---|
//! | mandatory fields, type checks | [`Field`](crate::field::Field) | `missing-field`, `empty-field`, `wrong-type` |
//! | business rules | [`Checker::rule`](crate::check::Checker::rule), [`ensure`] | the author's |
//! | plausibility | [`range`], [`length`] | `out-of-range`, `too-long` |
//! | dates | [`date`] | `not-a-date`, `ambiguous-date` |
//! | date-times, time zones | [`instant`] | `not-a-datetime`, `missing-offset`, `unknown-zone`, `ambiguous-time`, `nonexistent-time`, `unknown-offset` |
//! | money and other decimals | [`decimal`] | `not-a-decimal`, `too-many-decimals` |
//! | currencies | [`currency`] | `unknown-currency` |
//! | countries | [`country`] | `unknown-country` |
//! | phone numbers | [`phone`] | `not-a-phone-number` |
//! | e-mail addresses | [`email`] | `not-an-email` |
//! | article numbers | [`sku`] | `wrong-sku` |
//! | referential integrity | [`Rows::known`](crate::lookup::Rows::known) | the author's |

pub mod country;
#[cfg(feature = "decimal")]
pub mod currency;
#[cfg(feature = "date")]
pub mod date;
#[cfg(feature = "decimal")]
pub mod decimal;
#[cfg(feature = "email")]
pub mod email;
mod fold;
#[cfg(feature = "date")]
pub mod instant;
#[cfg(feature = "phone")]
pub mod phone;
pub mod sku;
#[cfg(any(feature = "date", feature = "phone"))]
mod table;

pub use fold::fold;

use std::fmt::{Debug, Display};
use std::ops::RangeBounds;

use crate::check::Defect;

/// A rule of the business: `Ok` when it holds.
pub fn ensure(holds: bool, code: &'static str, text: impl FnOnce() -> String) -> Result<(), Defect> {
    if holds { Ok(()) } else { Err(Defect::new(code, text())) }
}

/// Plausibility: the value if the range contains it, else `out-of-range`.
///
/// ```
/// use gantry_sdk::quality::range;
/// assert_eq!(range(12, 1..=999), Ok(12));
/// assert_eq!(range(0, 1..=999).unwrap_err().code, "out-of-range");
/// ```
pub fn range<T: PartialOrd + Display>(value: T, allowed: impl RangeBounds<T> + Debug) -> Result<T, Defect> {
    if allowed.contains(&value) {
        return Ok(value);
    }
    let text = format!("{value} is outside the plausible range {}", bounds(&allowed));
    Err(Defect::new("out-of-range", text))
}

/// The text if it has at most `limit` characters (not bytes), else `too-long`: what an ERP's column can hold.
pub fn length(text: &str, limit: usize) -> Result<&str, Defect> {
    let count = if text.len() <= limit { 0 } else { text.chars().count() };
    if count <= limit { Ok(text) } else { Err(Defect::new("too-long", format!("{count} characters, {limit} fit"))) }
}

fn bounds<T: Display>(range: &impl RangeBounds<T>) -> String {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let from = match range.start_bound() {
        Included(bound) => format!("from {bound}"),
        Excluded(bound) => format!("above {bound}"),
        Unbounded => String::new(),
    };
    let to = match range.end_bound() {
        Included(bound) => format!("to {bound}"),
        Excluded(bound) => format!("below {bound}"),
        Unbounded => String::new(),
    };
    format!("{from} {to}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_the_bounds() {
        assert_eq!(range(0, 1..=9).unwrap_err().text, "0 is outside the plausible range from 1 to 9");
        assert_eq!(range(10, ..10).unwrap_err().text, "10 is outside the plausible range below 10");
        assert_eq!(range(-1, 0..).unwrap_err().text, "-1 is outside the plausible range from 0");
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert_eq!(length("Größe", 5), Ok("Größe"));
        assert_eq!(length("Größen", 5).unwrap_err().code, "too-long");
    }
}
