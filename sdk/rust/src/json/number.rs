//! Decimals as JSON numbers, for targets that take no texts.

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::quality::decimal::Decimal;

/// A decimal that is written as a JSON number, digit for digit: see [`as_json_number`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct JsonNumber(pub Decimal);

/// The decimal as a JSON number with all its digits: `0.10` and not `"0.10"`.
///
/// A decimal by itself is written as a text, since a receiver that reads JSON numbers as floats would round it. Use this
/// where the target asks for numbers.
///
/// ```
/// use gantry_sdk::prelude::*;
/// use quality::decimal::plain;
///
/// #[derive(Serialize)]
/// struct Line {
///     price: JsonNumber,
/// }
///
/// let line = Line { price: as_json_number(plain("12345678901234567890.10").unwrap()) };
/// assert_eq!(serde_json::to_string(&line)?, r#"{"price":12345678901234567890.10}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// In a struct, a list or a map, that is: a `serde_json::Value` (and so `json!`) holds numbers as floats.
#[must_use]
pub const fn as_json_number(value: Decimal) -> JsonNumber {
    JsonNumber(value)
}

impl Serialize for JsonNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?;
        digits.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::decimal::plain;

    #[test]
    fn every_digit_is_written() {
        for digits in ["0.10", "-3", "12345678901234567890.123", "0.0000000000000000000000000001", "100"] {
            let number = as_json_number(plain(digits).unwrap());
            assert_eq!(serde_json::to_string(&[Some(number), None]).unwrap(), format!("[{digits},null]"));
        }
    }
}
