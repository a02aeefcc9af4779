//! How a CSV file is written, as typed. Each kind of file has a table of its own with these keys.

use crate::at::At;

/// The keys that describe a CSV file; [`crate::Lower::dialect`] interprets them.
#[derive(Debug, Default)]
pub struct DialectKeys {
    /// Between fields.
    pub delimiter: Option<At<String>>,
    /// Around fields; empty for none.
    pub quote: Option<At<String>>,
    /// Takes the next character literally.
    pub escape: Option<At<String>>,
    /// Begins a line that is skipped.
    pub comment: Option<At<String>>,
    /// Lines before the header row.
    pub skip_lines: Option<u32>,
    /// Whether blanks around fields are dropped.
    pub trim: Option<bool>,
}
