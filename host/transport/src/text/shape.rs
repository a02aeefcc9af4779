//! What the first bytes of a file show: an encoding other than the stated one, or no text at all.
//!
//! Nobody notices garbage that was taken in as text, so a file that shows another shape is refused by name. Only what
//! can't be meant otherwise counts.

use std::fmt;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};
use gantry_config::Encoding;

/// How much of a file is looked at.
pub(super) const HEAD: usize = 8 << 10;

/// What a file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Text in this encoding.
    Encoded(&'static encoding_rs::Encoding),
    Utf32,
    Gzip,
    /// Also Excel's workbooks.
    Zip,
    /// Workbooks of old versions of Excel.
    Ole,
    Pdf,
    Html,
}

impl Shape {
    pub(super) fn problem(self, stated: Encoding) -> String {
        match self {
            Self::Encoded(_) | Self::Utf32 => format!("the file is {self}, but its flow states {stated}"),
            other => format!("the file is no text but {other}"),
        }
    }

    pub(super) fn fix(self) -> String {
        match self {
            Self::Encoded(encoding) => {
                let label = encoding.name().to_ascii_lowercase();
                format!("state `encoding = \"{label}\"`, or export the file in the encoding stated")
            }
            Self::Utf32 => "export the file as UTF-8".to_owned(),
            Self::Gzip => "unpack the file".to_owned(),
            Self::Zip | Self::Ole => "unpack the archive, or save the workbook as CSV (UTF-8)".to_owned(),
            Self::Pdf => "export the data as CSV or JSON".to_owned(),
            Self::Html => "look at the page: it may be a login or an error of the system that exports".to_owned(),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encoded(encoding) => encoding.name(),
            Self::Utf32 => "UTF-32",
            Self::Gzip => "a gzip archive",
            Self::Zip => "a ZIP archive or an Excel workbook",
            Self::Ole => "an Excel workbook of an old version",
            Self::Pdf => "a PDF document",
            Self::Html => "an HTML page",
        })
    }
}

/// The length of the byte order marks at the beginning, or the shape that is not the one stated.
pub(super) fn mark(head: &[u8], stated: Encoding) -> Result<usize, Shape> {
    if head.starts_with(b"\xff\xfe\0\0") || head.starts_with(b"\0\0\xfe\xff") {
        return Err(Shape::Utf32);
    }
    if let Some(other) = known_file(head) {
        return Err(other);
    }
    if let Some((marked, length)) = encoding_rs::Encoding::for_bom(head) {
        if marked != stated.get() {
            return Err(Shape::Encoded(marked));
        }
        let further = &head[length..];
        return Ok(if marked == UTF_8 { head.len() - gantry_core::without_mark(further).len() } else { length });
    }
    unmarked(head, stated.get()).map_or(Ok(0), |other| Err(Shape::Encoded(other)))
}

fn known_file(head: &[u8]) -> Option<Shape> {
    let known: [(&[u8], Shape); 4] = [
        (b"\x1f\x8b", Shape::Gzip),
        (b"PK\x03\x04", Shape::Zip),
        (b"\xd0\xcf\x11\xe0", Shape::Ole),
        (b"%PDF-", Shape::Pdf),
    ];
    let text = gantry_core::without_mark(head).trim_ascii_start();
    let begins = |tag: &[u8]| text.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag));
    let is_html = begins(b"<!doctype html") || begins(b"<html");
    let found = known.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, shape)| *shape);
    found.or(is_html.then_some(Shape::Html))
}

/// The encoding that a text without a mark shows, if that is another than stated.
fn unmarked(head: &[u8], stated: &'static encoding_rs::Encoding) -> Option<&'static encoding_rs::Encoding> {
    let seems_utf16 = utf16(head);
    let is_stated_utf16 = stated == UTF_16LE || stated == UTF_16BE;
    if seems_utf16.is_some_and(|found| found != stated) {
        return seems_utf16;
    }
    // Every text in UTF-16 that has a line end has a NUL.
    let seems_utf8 = is_utf8(head) && !head.is_empty() && !head.contains(&0);
    (is_stated_utf16 && seems_utf8).then_some(UTF_8)
}

/// UTF-16 by its NULs: the first or the second byte of nearly every Latin letter, digit, delimiter and line end.
fn utf16(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let nuls_at = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let first = nuls_at(0);
    let second = nuls_at(1);
    // A few NULs are damage, not an encoding.
    let is_often = first.max(second) * 20 >= head.len().max(1);
    let is_le = second > 4 * first && has_line_ends_as(head, [b'\n', 0]);
    let is_be = first > 4 * second && has_line_ends_as(head, [0, b'\n']);
    match (is_le, is_be) {
        (true, _) if is_often => Some(UTF_16LE),
        (_, true) if is_often => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether line feeds stand mostly in such units of two bytes, or there are none.
fn has_line_ends_as(head: &[u8], unit: [u8; 2]) -> bool {
    let all = head.iter().filter(|byte| **byte == b'\n').count();
    let in_units = head.chunks(2).filter(|pair| **pair == unit).count();
    in_units * 2 >= all
}

/// Looks for UTF-8 in a file whose flow states an encoding of single bytes, in which every text has some meaning. Text in
/// such an encoding is UTF-8 by chance only if it is ASCII.
pub(super) struct Utf8Probe {
    decoder: encoding_rs::Decoder,
    scratch: Vec<u8>,
    is_ascii: bool,
}

impl Utf8Probe {
    /// None if the encoding is not one of single bytes.
    pub(super) fn of(stated: Encoding) -> Option<Self> {
        let decoder = UTF_8.new_decoder_without_bom_handling();
        stated.get().is_single_byte().then(|| Self { decoder, scratch: Vec::new(), is_ascii: true })
    }

    /// Looks at the next bytes, none at the end; false if the file is surely not UTF-8.
    pub(super) fn look(&mut self, bytes: &[u8]) -> bool {
        self.is_ascii &= bytes.is_ascii();
        let room = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len());
        self.scratch.resize(room.unwrap_or_default(), 0);
        let last = bytes.is_empty();
        let (result, _, _) = self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.scratch, last);
        result == encoding_rs::DecoderResult::InputEmpty
    }

    /// Whether the whole file is UTF-8 and not only ASCII.
    pub(super) const fn is_utf8(&self) -> bool {
        !self.is_ascii
    }
}

/// Whether it is UTF-8, aside from a character that the end of the head cuts.
fn is_utf8(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && head.len() == HEAD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape_of(head: &[u8], label: &str) -> Result<usize, Shape> {
        mark(head, Encoding::of_label(label).unwrap())
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf_16_is_recognised_by_its_mark_and_by_its_nuls() {
        let text = "id;名前\r\n1;日本語の長い文章でほとんど漢字\r\n";
        let le = utf16(text, u16::to_le_bytes);
        let be = utf16(text, u16::to_be_bytes);
        assert_eq!(shape_of(&le, "utf-8"), Err(Shape::Encoded(UTF_16LE)));
        assert_eq!(shape_of(&be, "utf-8"), Err(Shape::Encoded(UTF_16BE)));
        assert_eq!(shape_of(&be, "utf-16le"), Err(Shape::Encoded(UTF_16BE)));
        assert_eq!(shape_of(&le, "windows-1252"), Err(Shape::Encoded(UTF_16LE)));
        assert_eq!(shape_of(b"\xff\xfea\0", "utf-8"), Err(Shape::Encoded(UTF_16LE)));
        assert_eq!(shape_of(b"\xff\xfea\0\0\0", "utf-16le"), Ok(2));
        assert_eq!(shape_of(b"\xff\xfe\0\0a\0\0\0", "utf-8"), Err(Shape::Utf32));
        assert_eq!(shape_of(&le, "utf-16le"), Ok(0));
    }

    #[test]
    fn utf_8_is_not_taken_for_what_it_is_not() {
        assert_eq!(shape_of(b"id,name\n", "utf-16le"), Err(Shape::Encoded(UTF_8)));
        assert_eq!(shape_of("\u{feff}a".as_bytes(), "iso-8859-15"), Err(Shape::Encoded(UTF_8)));
        assert_eq!(shape_of(b"K\xe4se\n", "windows-1252"), Ok(0));
        assert_eq!(shape_of(b"plain\n", "windows-1252"), Ok(0));
        assert_eq!(shape_of("\u{feff}\u{feff}a".as_bytes(), "utf-8"), Ok(6));
    }

    #[test]
    fn files_that_are_no_text_are_called_by_their_names() {
        assert_eq!(shape_of(b"\x1f\x8b\x08\0", "utf-8"), Err(Shape::Gzip));
        assert_eq!(shape_of(b"PK\x03\x04\x14\0", "utf-8"), Err(Shape::Zip));
        assert_eq!(shape_of(b"\n<!DOCTYPE HTML>", "utf-8"), Err(Shape::Html));
        assert_eq!(shape_of(b"", "utf-8"), Ok(0));
        assert!(Shape::Zip.problem(Encoding::default()).contains("an Excel workbook"));
    }
}
