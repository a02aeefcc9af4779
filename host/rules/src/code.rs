//! The codes of broken rules. They are stable. A rule with the same meaning as a keyword of JSON Schema or a check of the
//! SDK has the same code. `docs/reference/rules.md` lists them.

/// The field isn't there, or is `null`.
pub const MISSING_FIELD: &str = "missing-field";
/// The field holds an empty text.
pub const EMPTY_FIELD: &str = "empty-field";
/// A value of another type, such as a text instead of a number.
pub const WRONG_TYPE: &str = "wrong-type";
/// A text that is no decimal, instead of a number.
pub const NOT_A_DECIMAL: &str = "not-a-decimal";
/// A text that is no date or date-time of RFC 3339.
pub const NOT_A_DATE: &str = "not-a-date";
/// A number or date outside its bounds.
pub const OUT_OF_RANGE: &str = "out-of-range";
/// More digits behind the point than there may be.
pub const TOO_MANY_DECIMALS: &str = "too-many-decimals";
/// A value that is not allowed.
pub const WRONG_VALUE: &str = "wrong-value";
/// Too few characters.
pub const TOO_SHORT: &str = "too-short";
/// Too many characters.
pub const TOO_LONG: &str = "too-long";
/// Too few elements.
pub const MIN_ITEMS: &str = "min-items";
/// Too many elements.
pub const MAX_ITEMS: &str = "max-items";
/// A text that the pattern doesn't match.
pub const WRONG_PATTERN: &str = "wrong-pattern";
/// A value that appears more than once.
pub const UNIQUE_ITEMS: &str = "unique-items";
/// A value that is no key of the table.
pub const UNKNOWN_KEY: &str = "unknown-key";
/// A number that is not the sum of others.
pub const WRONG_SUM: &str = "wrong-sum";
/// A text with half of a surrogate pair, which is no character.
pub const UNPAIRED_SURROGATE: &str = gantry_schema::UNPAIRED_SURROGATE;
/// A value that is nested too deep to be looked into.
pub const TOO_DEEP: &str = gantry_schema::TOO_DEEP;

/// Every code, in the order of the reference.
pub const ALL: &[&str] = &[
    MISSING_FIELD,
    EMPTY_FIELD,
    WRONG_TYPE,
    NOT_A_DECIMAL,
    NOT_A_DATE,
    OUT_OF_RANGE,
    TOO_MANY_DECIMALS,
    WRONG_VALUE,
    TOO_SHORT,
    TOO_LONG,
    MIN_ITEMS,
    MAX_ITEMS,
    WRONG_PATTERN,
    UNIQUE_ITEMS,
    UNKNOWN_KEY,
    WRONG_SUM,
    UNPAIRED_SURROGATE,
    TOO_DEEP,
];

/// Longest code: codes are labels of metrics.
pub const MOST_BYTES: usize = gantry_core::Violation::CODE_BYTES;

/// Whether a code that a flow states is well formed: lower-case words and numbers, joined by hyphens.
#[must_use]
pub fn is_valid(code: &str) -> bool {
    code.len() <= MOST_BYTES && code.split('-').all(is_word)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_house_is_well_formed() {
        assert!(ALL.iter().all(|code| is_valid(code)));
        for wrong in ["", "Too-Long", "too_long", "-long", "too--long", "zu-groß"] {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }
}
