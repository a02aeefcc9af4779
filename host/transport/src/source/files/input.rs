//! A file as a stream of checked text. A byte order mark is dropped, invalid UTF-8 is reported with its place, and a
//! record that never ends is cut before it fills the memory.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::rc::Rc;

/// Buffer of every reader above this one.
pub(super) const BUFFER: usize = 64 << 10;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why the text can't be used. It passes through the parsers above inside an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("invalid UTF-8 at byte {offset} (line {line})")]
    NotUtf8 { offset: u64, line: u64 },
    #[error("a record does not end")]
    Endless,
}

impl Unfit {
    /// The error from here inside an error of a parser above, if there is one.
    pub(super) fn within(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

/// How many more bytes the present record may take.
#[derive(Clone, Debug)]
pub(super) struct RecordLimit {
    left: Rc<Cell<u64>>,
    each: u64,
}

impl RecordLimit {
    /// Allows one record of `max_bytes`, its white space and escapes, and what the buffers above read ahead.
    pub(super) fn new(max_bytes: usize) -> Self {
        let each = (max_bytes as u64).saturating_mul(4).saturating_add(4 * BUFFER as u64);
        Self { left: Rc::new(Cell::new(each)), each }
    }

    /// Begins a new record.
    pub(super) fn renew(&self) {
        self.left.set(self.each);
    }

    fn spend(&self, bytes: usize) -> io::Result<()> {
        let left = self.left.get().checked_sub(bytes as u64).ok_or_else(|| unfit(Unfit::Endless))?;
        self.left.set(left);
        Ok(())
    }
}

/// The checked text of a file.
pub(super) struct Input<'f> {
    file: io::Chain<io::Cursor<Vec<u8>>, &'f mut File>,
    record_limit: RecordLimit,
    /// The number of bytes before the next one.
    offset: u64,
    /// The number of line ends before the next byte.
    lines: u64,
    /// The last bytes handed out, and how many were handed out before them.
    latest: (Vec<u8>, u64),
    /// The first bytes of a character whose rest is not read yet.
    partial: Vec<u8>,
}

impl<'f> Input<'f> {
    /// Reads `file` from its beginning.
    pub(super) fn open(file: &'f mut File, record_limit: RecordLimit) -> io::Result<Self> {
        file.rewind()?;
        let mut head = Vec::new();
        Read::by_ref(file).take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut head)?;
        let mut offset = 0;
        if head == BYTE_ORDER_MARK {
            offset = head.len() as u64;
            head.clear();
        }
        Ok(Self {
            file: io::Cursor::new(head).chain(file),
            record_limit,
            offset,
            lines: 0,
            latest: (Vec::new(), 0),
            partial: Vec::new(),
        })
    }

    /// The byte before `position`, counted in bytes handed out, if it is among the latest.
    pub(super) fn byte_before(&self, position: u64) -> Option<u8> {
        let (bytes, before) = &self.latest;
        bytes.get(usize::try_from(position.checked_sub(before + 1)?).ok()?).copied()
    }

    fn check(&mut self, bytes: &[u8]) -> Result<(), Unfit> {
        let mut rest = bytes;
        while !self.partial.is_empty() {
            let Some((next, after)) = rest.split_first() else { return Ok(()) };
            self.partial.push(*next);
            match std::str::from_utf8(&self.partial) {
                Ok(_) => {
                    let whole = std::mem::take(&mut self.partial);
                    self.pass(&whole);
                    rest = after;
                }
                Err(error) if error.error_len().is_none() => rest = after,
                Err(_) => return Err(self.not_utf8()),
            }
        }
        match std::str::from_utf8(rest) {
            Ok(_) => self.pass(rest),
            Err(error) => {
                let (valid, other) = rest.split_at(error.valid_up_to());
                self.pass(valid);
                if error.error_len().is_some() {
                    return Err(self.not_utf8());
                }
                self.partial = other.to_vec();
            }
        }
        Ok(())
    }

    fn pass(&mut self, valid: &[u8]) {
        self.offset += valid.len() as u64;
        self.lines += valid.iter().filter(|byte| **byte == b'\n').count() as u64;
    }

    fn not_utf8(&self) -> Unfit {
        Unfit::NotUtf8 { offset: self.offset, line: self.lines + 1 }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if read == 0 && !buffer.is_empty() && !self.partial.is_empty() {
            return Err(unfit(self.not_utf8()));
        }
        self.record_limit.spend(read)?;
        self.check(&buffer[..read]).map_err(unfit)?;
        if read > 0 {
            let (bytes, before) = &mut self.latest;
            *before += bytes.len() as u64;
            bytes.clear();
            bytes.extend_from_slice(&buffer[..read]);
        }
        Ok(read)
    }
}

fn unfit(unfit: Unfit) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, unfit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn read_in_steps(bytes: &[u8], step: usize) -> Result<Vec<u8>, Unfit> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let mut input = Input::open(&mut file, RecordLimit::new(0)).unwrap();
        let mut all = Vec::new();
        let mut buffer = vec![0; step];
        loop {
            match input.read(&mut buffer) {
                Ok(0) => return Ok(all),
                Ok(read) => all.extend_from_slice(&buffer[..read]),
                Err(error) => return Err(Unfit::within(&error).unwrap()),
            }
        }
    }

    #[test]
    fn text_passes_unchanged_however_it_is_cut_and_without_its_mark() {
        let text = "Käse\n€ 𝄞\n";
        for step in 1..8 {
            assert_eq!(read_in_steps(format!("\u{feff}{text}").as_bytes(), step).unwrap(), text.as_bytes());
        }
        assert_eq!(read_in_steps(b"", 4).unwrap(), b"");
    }

    #[test]
    fn the_first_invalid_byte_is_found_however_the_text_is_cut() {
        for step in 1..8 {
            let place = Unfit::NotUtf8 { offset: 7, line: 2 };
            assert_eq!(read_in_steps(b"\xc3\xa4\nabcd\xe4bc\n", step), Err(place), "{step}");
            let at_the_end = Unfit::NotUtf8 { offset: 2, line: 2 };
            assert_eq!(read_in_steps(b"a\n\xe2\x82", step), Err(at_the_end), "{step}");
        }
    }

    #[test]
    fn a_record_that_never_ends_is_cut() {
        assert_eq!(read_in_steps(&vec![b'x'; 5 * BUFFER], 1000), Err(Unfit::Endless));
    }
}
