//! Article numbers: from the shop's spelling to the ERP's.

use crate::check::Defect;

/// The number behind the shop's prefix: `PROD-12345` → `12345`. Anything but letters, digits, `-`, `.` and `_` behind
/// the prefix, or nothing at all, is a `wrong-sku`.
///
/// ```
/// use gantry_sdk::quality::sku::strip_prefix;
/// assert_eq!(strip_prefix("PROD-12345", "PROD-"), Ok("12345"));
/// assert_eq!(strip_prefix("12345", "PROD-").unwrap_err().code, "wrong-sku");
/// ```
pub fn strip_prefix<'a>(sku: &'a str, prefix: &str) -> Result<&'a str, Defect> {
    sku.trim()
        .strip_prefix(prefix)
        .filter(|number| !number.is_empty() && number.bytes().all(is_allowed))
        .ok_or_else(|| Defect::new("wrong-sku", format!("`{sku}` is not `{prefix}` and an article number")))
}

const fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_needs_the_prefix_and_something_behind_it() {
        assert_eq!(strip_prefix(" PROD-9.1 ", "PROD-"), Ok("9.1"));
        assert_eq!(strip_prefix("77", ""), Ok("77"));
        for wrong in ["PROD-", "prod-1", "PROD-1 2", "PROD-1/2", "", "XPROD-1"] {
            assert_eq!(strip_prefix(wrong, "PROD-").unwrap_err().code, "wrong-sku", "{wrong}");
        }
    }
}
