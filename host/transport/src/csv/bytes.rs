//! The bytes of a text one by one, with one byte of look-ahead, and the number of the present line.

use std::io::{self, Read};

use crate::text::BUFFER;

pub(super) struct Bytes<T> {
    text: T,
    buffer: Vec<u8>,
    next: usize,
    filled: usize,
    /// Line ends that were passed.
    ends: u64,
    behind_return: bool,
}

impl<T: Read> Bytes<T> {
    pub(super) fn new(text: T) -> Self {
        Self { text, buffer: vec![0; BUFFER], next: 0, filled: 0, ends: 0, behind_return: false }
    }

    /// The next byte; none at the end.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.next == self.filled {
            self.filled = self.text.read(&mut self.buffer)?;
            self.next = 0;
        }
        Ok(self.buffer[..self.filled].get(self.next).copied())
    }

    /// Goes behind the next byte.
    pub(super) fn bump(&mut self) -> io::Result<()> {
        let Some(byte) = self.peek()? else { return Ok(()) };
        self.next += 1;
        let ends_line = byte == b'\r' || (byte == b'\n' && !self.behind_return);
        self.ends += u64::from(ends_line);
        self.behind_return = byte == b'\r';
        Ok(())
    }

    /// Takes bytes up to one of these, or to the end of what was read. None of them may be a line end, so that `stops`
    /// contains both.
    pub(super) fn take_run(&mut self, stops: &[u8], into: &mut Vec<u8>) {
        let rest = &self.buffer[self.next..self.filled];
        let run = rest.iter().position(|byte| stops.contains(byte)).unwrap_or(rest.len());
        if run > 0 {
            into.extend_from_slice(&rest[..run]);
            self.next += run;
            self.behind_return = false;
        }
    }

    /// The line of the next byte, counted from 1.
    pub(super) const fn line(&self) -> u64 {
        self.ends + 1
    }
}
