//! One row of a CSV text. Its memory is used again for the next one.

use std::borrow::Cow;

#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The values, one behind the other.
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    has_quotes: bool,
    line: u64,
}

impl Row {
    /// The line in which it begins, counted from 1.
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The value of a field. Fields that aren't there are empty.
    pub(crate) fn field(&self, at: usize) -> &str {
        let begin = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(begin);
        // The text is UTF-8 and fields are cut at ASCII characters.
        self.bytes.get(begin..end).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.field(at))
    }

    /// Whether it has no value at all. A quoted empty text is a value.
    pub(super) fn is_blank(&self) -> bool {
        !self.has_quotes && self.bytes.iter().copied().all(is_blank)
    }

    pub(super) const fn has_quotes(&self) -> bool {
        self.has_quotes
    }

    /// What is read so far, for errors.
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    /// Empties it for the row that begins in `line`.
    pub(super) fn begin(&mut self, line: u64) {
        self.bytes.clear();
        self.ends.clear();
        self.has_quotes = false;
        self.line = line;
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Where the bytes of the present field go.
    pub(super) const fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    pub(super) fn mark_quoted(&mut self) {
        self.has_quotes = true;
    }

    pub(super) fn end_field(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// Drops blanks at the end of the field that is not ended yet.
    pub(super) fn trim_field(&mut self) {
        let begin = self.ends.last().copied().unwrap_or(0);
        while self.bytes.len() > begin && self.bytes.last().copied().is_some_and(is_blank) {
            self.bytes.pop();
        }
    }
}

pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
