//! Reads JSON as it is written, with the one reader of JSON.

use gantry_core::without_mark;

use super::{Json, Text};
use crate::json::{Cursor, JsonError, JsonText, Start, Unpaired};

/// Arrays and objects are read this deep: comparing and writing them takes stack.
const DEPTH: usize = 127;

/// A text that can't be held as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHeld {
    /// It is not JSON.
    #[error(transparent)]
    Syntax(#[from] JsonError),
    /// Readers differ in whether they allow it.
    #[error("a byte order mark before the JSON")]
    Mark,
    /// A text in it has no meaning.
    #[error("a text with half of a surrogate pair")]
    Unpaired,
    /// Nested too deep.
    #[error("arrays and objects nested deeper than {DEPTH}")]
    TooDeep,
}

impl From<Unpaired> for NotHeld {
    fn from(_: Unpaired) -> Self {
        Self::Unpaired
    }
}

impl Json {
    /// Reads a whole JSON text.
    ///
    /// # Errors
    /// When it is not JSON, or JSON that can't be held.
    pub fn parse(text: &[u8]) -> Result<Self, NotHeld> {
        if without_mark(text).len() < text.len() {
            return Err(NotHeld::Mark);
        }
        let mut cursor = Cursor::new(text)?;
        let value = value(&mut cursor, DEPTH)?;
        cursor.end()?;
        Ok(value)
    }
}

fn value(cursor: &mut Cursor<'_>, depth: usize) -> Result<Json, NotHeld> {
    Ok(match cursor.begin()? {
        Start::Null => Json::Null,
        Start::Boolean(boolean) => Json::Boolean(boolean),
        Start::Number(written) => Json::Number(written.into()),
        Start::Text(written) => Json::Text(text(written)?),
        Start::Array => Json::Array(array(cursor, depth.checked_sub(1).ok_or(NotHeld::TooDeep)?)?),
        Start::Object => Json::Object(object(cursor, depth.checked_sub(1).ok_or(NotHeld::TooDeep)?)?),
    })
}

fn array(cursor: &mut Cursor<'_>, depth: usize) -> Result<Vec<Json>, NotHeld> {
    let mut items = Vec::new();
    while cursor.next_item(items.is_empty())? {
        items.push(value(cursor, depth)?);
    }
    Ok(items)
}

fn object(cursor: &mut Cursor<'_>, depth: usize) -> Result<Vec<(Text, Json)>, NotHeld> {
    let mut members = Vec::new();
    while let Some(name) = cursor.next_member(members.is_empty())? {
        members.push((text(name)?, value(cursor, depth)?));
    }
    Ok(members)
}

fn text(text: JsonText<'_>) -> Result<Text, NotHeld> {
    let written = text.as_written();
    let meant = text.decode()?;
    Ok(Text { written: written.into(), meant: (meant != written).then(|| meant.into()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_held_is_named() {
        let deep = |depth: usize| Json::parse(format!("{}{}", "[".repeat(depth), "]".repeat(depth)).as_bytes());
        assert!(deep(127).is_ok());
        assert_eq!(deep(100_000), Err(NotHeld::TooDeep));
        assert_eq!(Json::parse(br#"["\ud83d"]"#), Err(NotHeld::Unpaired));
        assert_eq!(Json::parse("\u{feff}1".as_bytes()), Err(NotHeld::Mark));
        let broken = Json::parse(b"{\"a\":\n01}").unwrap_err().to_string();
        assert_eq!(broken, "invalid number at line 2 column 3");
    }
}
