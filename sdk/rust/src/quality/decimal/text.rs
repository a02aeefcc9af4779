//! Decimals as JSON strings, without the cost of general formatting: an order has a dozen of them.

use rust_decimal::Decimal;
use serde::Serializer;

/// Enough for a sign, the 20 digits of a `u64`, the point, and the zeros that 28 decimals may need.
const LONGEST: usize = 64;

/// For `#[serde(serialize_with = "quality::decimal::as_text")]`: a decimal, or an optional one, as a JSON string with
/// all its decimals. The same text as without it, in a fraction of the time.
pub fn as_text<D: Copy + Into<Option<Decimal>>, S: Serializer>(value: &D, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(value) = (*value).into() else { return serializer.serialize_none() };
    let mut buffer = [0; LONGEST];
    match u64::try_from(value.mantissa().unsigned_abs()) {
        Ok(digits) => serializer.serialize_str(write(&mut buffer, digits, value.scale(), value.is_sign_negative())),
        Err(_) => serializer.collect_str(&value),
    }
}

/// Writes from the last digit to the first.
fn write(buffer: &mut [u8; LONGEST], mut digits: u64, scale: u32, is_negative: bool) -> &str {
    let mut start = LONGEST;
    let mut push = |byte: u8| {
        start -= 1;
        buffer[start] = byte;
    };
    let mut place = 0;
    while digits > 0 || place <= scale {
        if place == scale && scale > 0 {
            push(b'.');
        }
        push(b'0' + (digits % 10) as u8);
        digits /= 10;
        place += 1;
    }
    if is_negative {
        push(b'-');
    }
    std::str::from_utf8(&buffer[start..]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(value: impl Copy + Into<Option<Decimal>>) -> String {
        let mut json = Vec::new();
        as_text(&value, &mut serde_json::Serializer::new(&mut json)).unwrap();
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn an_optional_decimal_may_be_null() {
        assert_eq!(text(None), "null");
        assert_eq!(text(Some(Decimal::new(-5, 2))), "\"-0.05\"");
    }

    proptest! {
        #[test]
        fn the_text_is_the_one_the_library_writes(mantissa in any::<i64>(), wide in any::<i32>(), scale in 0u32..=28) {
            let wide = Decimal::from_i128_with_scale(i128::from(mantissa) * i128::from(wide), scale);
            for value in [Decimal::new(mantissa, scale), Decimal::new(mantissa % 1000, scale), wide, Decimal::ZERO] {
                prop_assert_eq!(text(value), format!("\"{value}\""));
            }
        }
    }
}
