//! Follows a JSON Pointer through a document while it is read. Other parts are skipped without being stored.

use gantry_schema::{Cursor, JsonError, Start};

use super::Found;

/// What the tokens lead to in the next value. When a name repeats, the last one counts.
pub(super) fn seek(cursor: &mut Cursor<'_>, tokens: &[String]) -> Result<Found, JsonError> {
    let Some((token, rest)) = tokens.split_first() else { return found(cursor) };
    match cursor.begin()? {
        Start::Object => in_object(cursor, token, rest),
        Start::Array => in_array(cursor, token, rest),
        // A scalar where the path goes on.
        Start::Null | Start::Boolean(_) | Start::Number(_) | Start::Text(_) => Ok(Found::Missing),
    }
}

fn in_object(cursor: &mut Cursor<'_>, wanted: &str, rest: &[String]) -> Result<Found, JsonError> {
    let mut found = Found::Missing;
    let mut first = true;
    while let Some(name) = cursor.next_member(first)? {
        first = false;
        if name.decode().is_ok_and(|name| name == wanted) {
            found = seek(cursor, rest)?;
        } else {
            cursor.skip()?;
        }
    }
    Ok(found)
}

fn in_array(cursor: &mut Cursor<'_>, wanted: &str, rest: &[String]) -> Result<Found, JsonError> {
    let wanted = wanted.parse::<usize>().ok().filter(|index| index.to_string() == wanted);
    let mut found = Found::Missing;
    let mut index = 0;
    while cursor.next_item(index == 0)? {
        if wanted == Some(index) {
            found = seek(cursor, rest)?;
        } else {
            cursor.skip()?;
        }
        index += 1;
    }
    Ok(found)
}

/// The next value, as a key. A text with half of a surrogate pair is taken as it is written: it names something all the
/// same.
fn found(cursor: &mut Cursor<'_>) -> Result<Found, JsonError> {
    if cursor.is_at_container() {
        cursor.skip()?;
        return Ok(Found::Compound);
    }
    Ok(match cursor.begin()? {
        Start::Text(text) => Found::Scalar(text.decode().unwrap_or(text.as_written().into()).into_owned()),
        Start::Number(number) => Found::Scalar(number.to_owned()),
        Start::Boolean(boolean) => Found::Scalar(boolean.to_string()),
        Start::Null | Start::Array | Start::Object => Found::Missing,
    })
}
