//! A text of JSON as it is written, with its escapes. It is decoded when somebody asks for it.

use std::borrow::Cow;
use std::char::decode_utf16;

/// What stands between two quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonText<'a>(&'a str);

/// The text holds half of a surrogate pair, which is no character. JSON allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpaired;

impl<'a> JsonText<'a> {
    /// `written` follows the grammar.
    pub(super) const fn new(written: &'a str) -> Self {
        Self(written)
    }

    /// The text with its escapes, without its quotes.
    #[must_use]
    pub const fn as_written(self) -> &'a str {
        self.0
    }

    /// The text that is meant.
    pub fn decode(self) -> Result<Cow<'a, str>, Unpaired> {
        let mut rest = self.0;
        let Some(mut at) = rest.find('\\') else { return Ok(Cow::Borrowed(rest)) };
        let mut text = String::with_capacity(rest.len());
        loop {
            text.push_str(&rest[..at]);
            rest = unescape(&rest[at + 1..], &mut text)?;
            match rest.find('\\') {
                Some(next) => at = next,
                None => break,
            }
        }
        text.push_str(rest);
        Ok(Cow::Owned(text))
    }
}

/// Decodes what stands behind a backslash, and returns what follows it.
fn unescape<'a>(escape: &'a str, text: &mut String) -> Result<&'a str, Unpaired> {
    let (dead_letter, rest) = escape.split_at_checked(1).unwrap_or((escape, ""));
    text.push_str(match dead_letter {
        "u" => return unescape_units(escape, text),
        "b" => "\u{8}",
        "f" => "\u{c}",
        "n" => "\n",
        "r" => "\r",
        "t" => "\t",
        other => other,
    });
    Ok(rest)
}

/// Decodes a run of `uXXXX`, each but the first behind a backslash, together: pairs may be among them.
fn unescape_units<'a>(run: &'a str, text: &mut String) -> Result<&'a str, Unpaired> {
    let mut units = Vec::new();
    let mut rest = run;
    loop {
        let digits = rest.get(1..5).unwrap_or_default();
        units.push(u16::from_str_radix(digits, 16).unwrap_or_default());
        rest = rest.get(5..).unwrap_or_default();
        match rest.strip_prefix('\\') {
            Some(next) if next.starts_with('u') => rest = next,
            _ => break,
        }
    }
    for unit in decode_utf16(units) {
        text.push(unit.map_err(|_| Unpaired)?);
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_decoded_and_pairs_are_joined() {
        let decoded = |written| JsonText(written).decode().map(Cow::into_owned);
        assert_eq!(decoded(r#"a\"\\\/\b\f\n\r\tz"#).unwrap(), "a\"\\/\u{8}\u{c}\n\r\tz");
        assert_eq!(decoded(r"\ud83d\ude00\u0041ä").unwrap(), "😀Aä");
        for half in [r"\ud83d", r"\ude00\ud83d", r"x\ud83dx\ude00"] {
            assert_eq!(decoded(half), Err(Unpaired), "{half}");
        }
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_decoded_to_the_same(text in ".*") {
            let json = serde_json::Value::String(text.clone()).to_string();
            prop_assert_eq!(JsonText(&json[1..json.len() - 1]).decode().unwrap(), text.as_str());
        }
    }
}
