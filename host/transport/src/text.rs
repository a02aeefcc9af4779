//! A file as a stream of checked UTF-8 text: for file sources and for tables.
//!
//! - The bytes are decoded from the encoding that the flow states. A file that shows another is refused (see `shape`).
//! - A byte order mark is dropped, and so is the DOS end-of-file mark at the end. A NUL, or an end-of-file mark anywhere
//!   else, is refused: no text has one, but damaged, joined and binary files do.
//! - What can't be used is reported with its place.
//! - A record that never ends is cut before it fills the memory.

mod shape;

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use encoding_rs::{Decoder, DecoderResult};
use gantry_config::Encoding;

use crate::defect::{Defect, Place};
pub(crate) use shape::Shape;
use shape::Utf8Probe;

/// Buffer of every reader above this one.
pub(crate) const BUFFER: usize = 64 << 10;

/// What DOS programs write at the end of a text: Ctrl-Z.
const END_OF_FILE: u8 = 0x1a;

/// Why the text can't be used. It passes through the parsers above inside an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("invalid {encoding} at byte {offset} (line {line})")]
    Malformed { encoding: Encoding, offset: u64, line: u64 },
    #[error("a NUL in line {line}")]
    Nul { line: u64 },
    #[error("text behind the end-of-file mark in line {line}")]
    GoesOn { line: u64 },
    #[error("{found} in place of {stated}")]
    OtherShape { found: Shape, stated: Encoding },
    #[error("a record does not end")]
    Endless,
}

impl Unfit {
    /// The error from here inside an error of a parser above, if there is one.
    pub(crate) fn within(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }

    /// What to tell the owner of the file; `place` is the beginning of the present record.
    pub(crate) fn defect(self, place: Place) -> Defect {
        match self {
            Self::Malformed { encoding, offset, line } => {
                let problem = format!("invalid {encoding} at byte {offset} of the file");
                let fix = "export the file as UTF-8, or state how it is encoded: `encoding = \"windows-1252\"`, which \
                           files from Windows programs often are";
                Defect::new(Place::Line(line), problem, fix)
            }
            Self::Nul { line } => {
                let problem =
                    "there is a NUL, which no text holds: the file is damaged, binary, or of another encoding";
                let fix = "export the file again as UTF-8, or state how it is encoded: `encoding = \"utf-16le\"`";
                Defect::new(Place::Line(line), problem, fix)
            }
            Self::GoesOn { line } => {
                let problem =
                    "the text goes on behind a DOS end-of-file mark (Ctrl-Z, 1A): two files may have been joined";
                Defect::new(Place::Line(line), problem, "drop the files one by one, or remove the mark")
            }
            Self::OtherShape { found, stated } => Defect::new(Place::Line(1), found.problem(stated), found.fix()),
            Self::Endless => Defect::new(
                place,
                "a record begins here that does not end within the longest record allowed",
                "look for a quote or bracket that is not closed, or raise `max_bytes` of the source",
            ),
        }
    }
}

/// Why a text can't be read on.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The text is wrong.
    Bad(Defect),
    /// The system can't read it.
    Io(io::Error),
}

impl Unreadable {
    /// The meaning of a reader's error; `place` is the beginning of the present record.
    pub(crate) fn of_io(error: io::Error, place: Place) -> Self {
        match Unfit::within(&error) {
            Some(unfit) => Self::Bad(unfit.defect(place)),
            None => Self::Io(error),
        }
    }
}

impl From<Defect> for Unreadable {
    fn from(defect: Defect) -> Self {
        Self::Bad(defect)
    }
}

/// How many more bytes the present record may take.
#[derive(Clone, Debug)]
pub(crate) struct RecordLimit {
    left: Rc<Cell<u64>>,
    each: u64,
}

impl RecordLimit {
    /// Allows one record of `max_bytes`, its white space and escapes, and what the buffers above read ahead.
    pub(crate) fn new(max_bytes: usize) -> Self {
        let each = (max_bytes as u64).saturating_mul(4).saturating_add(4 * BUFFER as u64);
        Self { left: Rc::new(Cell::new(each)), each }
    }

    /// For texts that are in memory anyway.
    pub(crate) fn none() -> Self {
        Self::new(usize::MAX)
    }

    /// Begins a new record.
    pub(crate) fn renew(&self) {
        self.left.set(self.each);
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        let left = self.left.get().checked_sub(bytes as u64).ok_or_else(|| unfit(Unfit::Endless))?;
        self.left.set(left);
        Ok(())
    }
}

/// The checked text of a file.
pub(crate) struct Text<R> {
    file: io::Chain<io::Cursor<Vec<u8>>, R>,
    encoding: Encoding,
    decoder: Decoder,
    record_limit: RecordLimit,
    /// Bytes of the file, as read.
    raw: Vec<u8>,
    /// The number of bytes given to the decoder.
    offset: u64,
    /// Decoded and checked, and how much of it was handed out.
    text: Vec<u8>,
    handed_out: usize,
    lines: Lines,
    /// Looks whether the file is UTF-8 where its flow states another encoding.
    utf8_probe: Option<Utf8Probe>,
    /// The line of the end-of-file mark, once there was one.
    ended: Option<u64>,
    is_read: bool,
}

impl<R: Read> Text<R> {
    /// Reads `file` from where it is, which must be its beginning.
    pub(crate) fn open(mut file: R, encoding: Encoding, record_limit: RecordLimit) -> io::Result<Self> {
        let mut head = Vec::new();
        Read::by_ref(&mut file).take(shape::HEAD as u64).read_to_end(&mut head)?;
        let mark =
            shape::mark(&head, encoding).map_err(|found| unfit(Unfit::OtherShape { found, stated: encoding }))?;
        head.drain(..mark);
        Ok(Self {
            file: io::Cursor::new(head).chain(file),
            encoding,
            decoder: encoding.get().new_decoder_without_bom_handling(),
            record_limit,
            raw: vec![0; BUFFER],
            offset: mark as u64,
            text: Vec::new(),
            handed_out: 0,
            lines: Lines::default(),
            utf8_probe: Utf8Probe::of(encoding),
            ended: None,
            is_read: false,
        })
    }

    /// Reads and decodes some more.
    fn fill(&mut self) -> io::Result<()> {
        let read = self.file.read(&mut self.raw)?;
        self.record_limit.spend(read)?;
        self.is_read = read == 0;
        self.decode(read).map_err(unfit)
    }

    fn decode(&mut self, length: usize) -> Result<(), Unfit> {
        let raw = &self.raw[..length];
        self.utf8_probe = self.utf8_probe.take().and_then(|mut probe| probe.look(raw).then_some(probe));
        if length == 0 && self.utf8_probe.as_ref().is_some_and(Utf8Probe::is_utf8) {
            let found = Shape::Encoded(encoding_rs::UTF_8);
            return Err(Unfit::OtherShape { found, stated: self.encoding });
        }
        let room = self.decoder.max_utf8_buffer_length_without_replacement(length).unwrap_or(length * 4 + 16);
        self.text.clear();
        self.text.resize(room, 0);
        self.handed_out = 0;
        let last = length == 0;
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, last);
        self.text.truncate(written);
        self.offset += read as u64;
        let outcome = self.check();
        if let DecoderResult::Malformed(malformed, behind) = result {
            outcome?;
            let offset = self.offset.saturating_sub(u64::from(malformed) + u64::from(behind));
            return Err(Unfit::Malformed { encoding: self.encoding, offset, line: self.lines.present() });
        }
        outcome
    }

    /// Checks what was decoded, counts its lines, and drops the end-of-file mark with what follows it.
    fn check(&mut self) -> Result<(), Unfit> {
        if let Some(at) = self.text.iter().position(|byte| *byte == 0) {
            self.lines.pass(&self.text[..at]);
            return Err(Unfit::Nul { line: self.lines.present() });
        }
        let mark = match self.ended {
            Some(_) => Some(0),
            None => self.text.iter().position(|byte| *byte == END_OF_FILE),
        };
        self.lines.pass(&self.text[..mark.unwrap_or(self.text.len())]);
        let Some(mark) = mark else { return Ok(()) };
        let line = *self.ended.get_or_insert(self.lines.present());
        if self.text[mark..].iter().all(|byte| [END_OF_FILE, b'\r', b'\n'].contains(byte)) {
            self.text.truncate(mark);
            return Ok(());
        }
        Err(Unfit::GoesOn { line })
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed_out == self.text.len() && !self.is_read {
            self.fill()?;
        }
        let rest = &self.text[self.handed_out..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.handed_out += length;
        Ok(length)
    }
}

/// Counts lines that end with a line feed, a carriage return, or both.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    ends: u64,
    behind_return: bool,
}

impl Lines {
    fn pass(&mut self, text: &[u8]) {
        for byte in text {
            let ends_line = *byte == b'\r' || (*byte == b'\n' && !self.behind_return);
            self.ends += u64::from(ends_line);
            self.behind_return = *byte == b'\r';
        }
    }

    /// The line of the next byte, counted from 1.
    const fn present(self) -> u64 {
        self.ends + 1
    }
}

fn unfit(unfit: Unfit) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, unfit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes a few bytes at a time.
    fn read_as(label: &str, bytes: &[u8], step: usize) -> Result<String, Unfit> {
        let encoding = Encoding::of_label(label).unwrap();
        let mut all = Vec::new();
        let text = Text::open(bytes, encoding, RecordLimit::new(0));
        let read = text.and_then(|mut text| {
            text.raw.truncate(step);
            text.read_to_end(&mut all)
        });
        match read {
            Ok(_) => Ok(String::from_utf8(all).unwrap()),
            Err(error) => Err(Unfit::within(&error).unwrap()),
        }
    }

    fn read_in_steps(bytes: &[u8], step: usize) -> Result<String, Unfit> {
        read_as("utf-8", bytes, step)
    }

    #[test]
    fn text_passes_unchanged_however_it_is_cut_and_without_its_mark() {
        let text = "Käse\n€ 𝄞\n";
        for step in 1..8 {
            assert_eq!(read_in_steps(format!("\u{feff}{text}").as_bytes(), step).unwrap(), text);
        }
        assert_eq!(read_in_steps(b"", 4).unwrap(), "");
    }

    #[test]
    fn the_first_invalid_byte_is_found_however_the_text_is_cut() {
        let place = |offset, line| Unfit::Malformed { encoding: Encoding::default(), offset, line };
        for step in 1..8 {
            assert_eq!(read_in_steps(b"\xc3\xa4\nabcd\xe4bc\n", step), Err(place(7, 2)), "{step}");
            assert_eq!(read_in_steps(b"a\n\xe2\x82", step), Err(place(2, 2)), "{step}");
        }
    }

    #[test]
    fn a_record_that_never_ends_is_cut() {
        assert_eq!(read_in_steps(&vec![b'x'; 5 * BUFFER], 1000), Err(Unfit::Endless));
    }

    #[test]
    fn other_encodings_are_decoded_where_they_are_stated_with_and_without_their_marks() {
        let utf16le: Vec<u8> = "n\nKäse 𝄞\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = "n\nKäse 𝄞\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for step in 1..5 {
            assert_eq!(read_as("utf-16le", &utf16le, step).unwrap(), "n\nKäse 𝄞\n");
            assert_eq!(read_as("utf-16le", &[b"\xff\xfe", &utf16le[..]].concat(), step).unwrap(), "n\nKäse 𝄞\n");
            assert_eq!(read_as("utf-16be", &utf16be, step).unwrap(), "n\nKäse 𝄞\n");
            assert_eq!(read_as("windows-1252", b"K\xe4se \x80\n", step).unwrap(), "Käse €\n");
            assert_eq!(read_as("shift_jis", b"\x93\xfa\x96{\n", step).unwrap(), "日本\n");
        }
        let half = Unfit::Malformed { encoding: Encoding::of_label("utf-16le").unwrap(), offset: 4, line: 2 };
        assert_eq!(read_as("utf-16le", b"a\0\n\0b", 2), Err(half));
    }

    #[test]
    fn utf_8_is_not_taken_for_an_encoding_of_single_bytes_wherever_it_shows() {
        let late = format!("{}Käse\n", "plain\n".repeat(20_000));
        for text in ["Käse\n", "ä", &late] {
            let refused = read_as("windows-1252", text.as_bytes(), 1000).unwrap_err();
            let stated = Encoding::of_label("windows-1252").unwrap();
            assert_eq!(refused, Unfit::OtherShape { found: Shape::Encoded(encoding_rs::UTF_8), stated });
        }
        assert_eq!(read_as("windows-1252", b"plain\n", 3).unwrap(), "plain\n");
        assert_eq!(read_as("windows-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", 3).unwrap(), "Привет");
    }

    #[test]
    fn the_dos_end_of_file_is_dropped_at_the_end_and_refused_before_more_text() {
        for step in 1..5 {
            assert_eq!(read_in_steps(b"a\r\n1\r\n\x1a", step).unwrap(), "a\r\n1\r\n");
            assert_eq!(read_in_steps(b"a\n1\x1a\x1a\r\n", step).unwrap(), "a\n1");
            assert_eq!(read_in_steps(b"a\r\n1\r\n\x1aa\r\n2\r\n", step), Err(Unfit::GoesOn { line: 3 }));
        }
    }

    #[test]
    fn a_nul_is_refused_with_its_line() {
        assert_eq!(read_in_steps(b"a long enough head\r\nb\rc\0\n", 3), Err(Unfit::Nul { line: 3 }));
    }
}
