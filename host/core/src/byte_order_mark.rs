//! The byte order mark that some programs write before a text. It is no part of the text.
//!
//! Whoever in the host reads a text from outside calls this first: bodies of requests, dropped files, tables, schemas,
//! secrets, settings. A mark of UTF-16 is recognised too, so that such a text can be decoded, or refused by its name.

const UTF_8: &[u8] = &[0xef, 0xbb, 0xbf];

/// Which encoding a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrderMark {
    /// UTF-8, the host's own encoding.
    Utf8,
    /// UTF-16, the low byte first, as Windows writes it.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
}

impl ByteOrderMark {
    /// The mark these bytes begin with.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => Some(Self::Utf8),
            [0xff, 0xfe, ..] => Some(Self::Utf16Le),
            [0xfe, 0xff, ..] => Some(Self::Utf16Be),
            _ => None,
        }
    }

    /// The encoding as people call it.
    #[must_use]
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }
}

/// The bytes without the mark of UTF-8 before them.
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some(behind) = rest.strip_prefix(UTF_8) {
        rest = behind;
    }
    rest
}

/// The text without the mark before it.
#[must_use]
pub fn text_without_mark(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_dropped_before_the_text_however_many_and_nowhere_else() {
        assert_eq!(without_mark(b"\xef\xbb\xbf{}"), b"{}");
        assert_eq!(without_mark(b"{\xef\xbb\xbf}"), b"{\xef\xbb\xbf}");
        assert_eq!(without_mark(b"\xef\xbb\xbf\xef\xbb\xbfa"), b"a");
        assert_eq!(text_without_mark("\u{feff}\u{feff}a\u{feff}"), "a\u{feff}");
    }

    #[test]
    fn marks_of_other_encodings_are_named() {
        assert_eq!(ByteOrderMark::of(b"\xff\xfe{\0"), Some(ByteOrderMark::Utf16Le));
        assert_eq!(ByteOrderMark::of(b"\xfe\xff\0{"), Some(ByteOrderMark::Utf16Be));
        assert_eq!(ByteOrderMark::of(b"{}"), None);
    }
}
