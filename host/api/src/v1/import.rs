//! Exported dead letters, taken in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DeadLetter;

/// What came of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    /// Letters that are here now and were not before.
    pub added: usize,
    /// Letters that were here already and were left as they are.
    pub present: usize,
}

/// A line of an export that is no dead letter.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BadLine {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// Reads the dead letter of one line of an export; none where the line is empty.
///
/// # Errors
/// When the line holds no dead letter, or one that is not its message's.
pub fn dead_letter_of_line(line: usize, text: &[u8]) -> Result<Option<DeadLetter>, BadLine> {
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    // What JSON says of its place is about this line alone.
    let read: Result<DeadLetter, _> = serde_json::from_slice(text);
    let letter = read.map_err(|error| BadLine { line, problem: error.to_string() })?;
    if letter.id.message != letter.received.id {
        let problem = format!("the letter is {}, but its message {}", letter.id, letter.received.id);
        return Err(BadLine { line, problem });
    }
    Ok(Some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_told_with_its_number() {
        assert!(dead_letter_of_line(1, b"  ").is_ok_and(|found| found.is_none()));
        let told = dead_letter_of_line(17, b"{\"id\": 4}").map(|_| ()).map_err(|error| error.to_string());
        assert!(told.is_err_and(|text| text.starts_with("line 17: ")));
    }
}
