//! Byte order marks: the one place that drops them from text that came in or that an operator wrote.
//!
//! A mark says only that the text is UTF-8. Left in, it becomes part of the first name or value.

/// What some programs put in front of a UTF-8 text.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text behind its byte order mark, if it has one. Some programs put a mark before a mark: all of them are dropped.
#[must_use]
pub fn without_mark(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = text.strip_prefix(BYTE_ORDER_MARK) {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_dropped_at_the_beginning_and_nowhere_else() {
        assert_eq!(without_mark("\u{feff}a\u{feff}".as_bytes()), "a\u{feff}".as_bytes());
        assert_eq!(without_mark("\u{feff}\u{feff}a".as_bytes()), b"a");
        assert_eq!(without_mark(b"\xef\xbb"), b"\xef\xbb");
    }
}
