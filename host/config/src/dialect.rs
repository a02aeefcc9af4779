//! How text files are written: their encoding and, for CSV, the dialect. The same for file sources and for tables.
//!
//! Nothing is guessed from a file's content: a file of another shape than its flow states is refused.

use std::fmt;

/// What the bytes of a text file mean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

/// How a CSV file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between fields.
    pub delimiter: u8,
    /// Around fields that hold a delimiter, a line end or a quote; none: quotes are text.
    pub quote: Option<u8>,
    /// Before a quote, a delimiter or itself, which is then taken literally.
    pub escape: Option<u8>,
    /// Lines that begin with it are skipped.
    pub comment: Option<u8>,
    /// Lines before the header row.
    pub skip_lines: u32,
    /// Whether blanks around fields are dropped.
    pub trim: bool,
}

impl Encoding {
    /// The encoding that the Encoding Standard has under this label; none for one it doesn't have.
    #[must_use]
    pub fn of_label(label: &str) -> Option<Self> {
        let encoding = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes())?;
        Some(Self(encoding))
    }

    /// Its tables.
    #[must_use]
    pub const fn get(self) -> &'static encoding_rs::Encoding {
        self.0
    }
}

impl Default for Encoding {
    /// UTF-8.
    fn default() -> Self {
        Self(encoding_rs::UTF_8)
    }
}

impl Default for Dialect {
    /// As RFC 4180 has it.
    fn default() -> Self {
        Self { delimiter: b',', quote: Some(b'"'), escape: None, comment: None, skip_lines: 0, trim: false }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}
