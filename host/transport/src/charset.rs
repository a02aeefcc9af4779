//! Character encodings: texts from outside become UTF-8, or are refused by the name of their encoding.
//!
//! Names are those of the Encoding Standard (WHATWG), which all browsers share: `latin1` and `iso-8859-1` mean
//! windows-1252, which has all their characters.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use gantry_core::{ByteOrderMark, escape, without_mark};

/// A text is not decoded.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum CharsetError {
    /// Nobody here knows the encoding.
    #[error("the charset `{0}` is not known here: send UTF-8")]
    Unknown(String),
    /// The bytes are none of the encoding.
    #[error("the text is not {0}, as it should be: send UTF-8, or state its charset in the content type")]
    Malformed(&'static str),
}

/// The text in UTF-8, without a byte order mark. `stated` names its encoding; a mark before the text counts more, as it
/// can't be there by accident. Borrowed where nothing had to be decoded.
pub(crate) fn decode<'a>(bytes: &'a [u8], stated: Option<&str>) -> Result<Cow<'a, str>, CharsetError> {
    if bytes.starts_with(&[0xff, 0xfe, 0, 0]) || bytes.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err(CharsetError::Unknown("UTF-32".to_owned()));
    }
    match (ByteOrderMark::of(bytes), stated.map(str::trim)) {
        (Some(ByteOrderMark::Utf16Le), _) => decode_as(UTF_16LE, &bytes[2..]),
        (Some(ByteOrderMark::Utf16Be), _) => decode_as(UTF_16BE, &bytes[2..]),
        (Some(ByteOrderMark::Utf8), _) | (None, None) => utf_8(bytes),
        (None, Some(name)) if is_utf_8(name) => utf_8(bytes),
        // By its standard, UTF-16 without a mark has the high byte first; Windows writes it the other way. Every document
        // begins with an ASCII character.
        (None, Some(name)) if name.eq_ignore_ascii_case("utf-16") => {
            decode_as(if bytes.first() == Some(&0) { UTF_16BE } else { UTF_16LE }, bytes)
        }
        (None, Some(name)) => match Encoding::for_label_no_replacement(name.as_bytes()) {
            Some(encoding) => decode_as(encoding, bytes),
            None => Err(CharsetError::Unknown(escape(name, 40))),
        },
    }
}

/// The same for JSON, whose first two characters are ASCII: UTF-16 and UTF-32 are recognised without a mark.
pub(crate) fn decode_json<'a>(bytes: &'a [u8], stated: Option<&str>) -> Result<Cow<'a, str>, CharsetError> {
    match bytes {
        [0, 0, ..] | [_, 0, 0, 0, ..] => Err(CharsetError::Unknown("UTF-32".to_owned())),
        [0, _, ..] => decode_as(UTF_16BE, bytes),
        [first, 0, ..] if first.is_ascii() => decode_as(UTF_16LE, bytes),
        _ => decode(bytes, stated),
    }
}

/// The parameter `charset` of a media type.
pub(crate) fn parameter(media_type: &str) -> Option<String> {
    media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    })
}

fn is_utf_8(name: &str) -> bool {
    ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn utf_8(bytes: &[u8]) -> Result<Cow<'_, str>, CharsetError> {
    let text = std::str::from_utf8(without_mark(bytes)).map_err(|_| CharsetError::Malformed("UTF-8"))?;
    Ok(Cow::Borrowed(text))
}

fn decode_as<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, CharsetError> {
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    decoded.ok_or(CharsetError::Malformed(encoding.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        format!("{mark}{text}").encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_text_is_decoded_as_its_mark_or_its_sender_says() {
        assert_eq!(decode(b"\xef\xbb\xbf\xc3\xa4", Some("latin1")).unwrap(), "ä");
        assert_eq!(decode(b"\xe4", Some("ISO-8859-1")).unwrap(), "ä");
        assert_eq!(decode(b"\x80", Some("latin1")).unwrap(), "€");
        assert_eq!(decode(b"\xc3\xa4", Some("UTF8")).unwrap(), "ä");
        for marked in [wide("<ä/>", true, u16::to_le_bytes), wide("<ä/>", true, u16::to_be_bytes)] {
            assert_eq!(decode(&marked, None).unwrap(), "<ä/>");
        }
        for bare in [wide("<ä/>", false, u16::to_le_bytes), wide("<ä/>", false, u16::to_be_bytes)] {
            assert_eq!(decode(&bare, Some("utf-16")).unwrap(), "<ä/>");
        }
    }

    #[test]
    fn json_in_utf_16_is_recognised_without_a_mark() {
        for json in ["{\"ä\":1}", "1", "[]"] {
            for bytes in [wide(json, false, u16::to_le_bytes), wide(json, false, u16::to_be_bytes)] {
                assert_eq!(decode_json(&bytes, None).unwrap(), json);
            }
        }
        assert_eq!(decode_json(b"{\0\0\0}\0\0\0", None), Err(CharsetError::Unknown("UTF-32".to_owned())));
    }

    #[test]
    fn what_can_not_be_decoded_is_refused_by_name() {
        assert_eq!(decode(b"\xe4", None), Err(CharsetError::Malformed("UTF-8")));
        assert_eq!(decode(b"\0\xd8\0", Some("utf-16le")), Err(CharsetError::Malformed("UTF-16LE")));
        assert_eq!(decode(b"a", Some("klingon")), Err(CharsetError::Unknown("klingon".to_owned())));
        assert_eq!(decode(b"a", Some("utf-7")), Err(CharsetError::Unknown("utf-7".to_owned())));
    }

    #[test]
    fn the_charset_of_a_media_type_is_its_parameter() {
        assert_eq!(parameter("application/json; a=b; Charset = \"UTF-16\""), Some("UTF-16".to_owned()));
        assert_eq!(parameter("text/plain"), None);
    }
}
