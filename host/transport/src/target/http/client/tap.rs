//! Remembers the status line of the answer that a connection is reading.
//!
//! What follows the status line may be against the rules in ways that no parser passes over. The target has judged the
//! request all the same, so its status counts: the tap is asked for it when the answer can't be read.

use std::sync::Arc;

use parking_lot::Mutex;

/// Longest status line that is kept: enough for version, status and the words behind it.
const LINE: usize = 256;

/// The beginning of the answer on one connection; clones share it.
#[derive(Clone, Debug, Default)]
pub(in crate::target::http) struct Tap(Arc<Mutex<Head>>);

/// How far a head was read.
#[derive(Debug, Default)]
struct Head {
    line: Vec<u8>,
    has_line: bool,
    /// Bytes of the current line, without its end.
    length: usize,
    is_complete: bool,
}

impl Tap {
    /// The status of the answer that was last read, once its line is complete.
    pub(in crate::target::http) fn status(&self) -> Option<u16> {
        let head = self.0.lock();
        if head.has_line { status_of(&head.line) } else { None }
    }

    pub(super) fn read(&self, bytes: &[u8]) {
        let mut head = self.0.lock();
        for byte in bytes {
            if head.is_complete {
                return;
            }
            head.push(*byte);
        }
    }

    /// A request is written: what is read from now on belongs to its answer. Part of a head is an early answer to the
    /// same request.
    pub(super) fn written(&self) {
        let mut head = self.0.lock();
        if head.is_complete {
            *head = Head::default();
        }
    }
}

impl Head {
    fn push(&mut self, byte: u8) {
        match byte {
            b'\n' => self.end_line(),
            b'\r' => {}
            other => {
                self.length += 1;
                if !self.has_line && self.line.len() < LINE {
                    self.line.push(other);
                }
            }
        }
    }

    fn end_line(&mut self) {
        let was_empty = self.length == 0;
        self.length = 0;
        if !was_empty {
            self.has_line = true;
        } else if self.has_line && status_of(&self.line).is_some_and(|status| status < 200) {
            // The head of an interim answer has ended; the final one follows.
            *self = Self::default();
        } else {
            self.is_complete = self.has_line;
        }
    }
}

/// `HTTP/1.1 200 OK` and whatever resembles it.
fn status_of(line: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(line.get(..line.len().min(24))?).ok().or_else(|| ascii_beginning(line))?;
    let mut words = line.strip_prefix("HTTP/")?.split_ascii_whitespace().skip(1);
    words.next().filter(|status| status.len() == 3)?.parse().ok().filter(|status| *status >= 100)
}

/// The line up to its first byte beyond ASCII.
fn ascii_beginning(line: &[u8]) -> Option<&str> {
    let end = line.iter().position(|byte| !byte.is_ascii())?;
    std::str::from_utf8(&line[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status_after(read: &[u8]) -> Option<u16> {
        let tap = Tap::default();
        for byte in read {
            tap.read(&[*byte]);
        }
        tap.status()
    }

    #[test]
    fn the_status_is_known_once_its_line_is_complete() {
        assert_eq!(status_after(b"HTTP/1.1 200 OK"), None);
        assert_eq!(status_after(b"HTTP/1.1 200 OK\r\n"), Some(200));
        assert_eq!(status_after(b"\r\nHTTP/1.0  404\nx: y\n\n"), Some(404));
        assert_eq!(status_after("HTTP/1.1 201 Créé\r\n\r\nbody".as_bytes()), Some(201));
        assert_eq!(status_after(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 409 X\r\n"), Some(409));
        for other in ["SSH-2.0-OpenSSH\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1 OK\r\n", "\r\n\r\n"] {
            assert_eq!(status_after(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn the_next_request_has_an_answer_of_its_own() {
        let tap = Tap::default();
        tap.read(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 500 is the body");
        assert_eq!(tap.status(), Some(200));
        tap.written();
        assert_eq!(tap.status(), None);
        tap.read(b"HTTP/1.1 413 early\r\n");
        tap.written();
        assert_eq!(tap.status(), Some(413), "an answer may come while its request is still written");
    }
}
