//! Formats text: columns, fields, payloads. External text is escaped, so that a message can't move the operator's
//! cursor.

use gantry_api::v1::Change;
use serde_json::Value;

use crate::layout;

/// Most characters of a payload to show; `--format json` and `gantry dlq export` contain all of it.
const PAYLOAD_SHOWN: usize = 4 << 10;

/// Rows with their columns aligned; the last column is not padded.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for row in rows {
        let line: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Names and values, one per line, aligned; entries without a value are left out.
pub(crate) fn fields(fields: &[(&str, String)]) -> String {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let present = fields.iter().filter(|(_, value)| !value.is_empty());
    present.map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
}

/// A payload with a title: JSON is indented and no digit of it changed, other text is unchanged, of other bytes only the number is shown.
pub(crate) fn payload(title: &str, content_type: &str, bytes: &[u8]) -> String {
    let body = match std::str::from_utf8(bytes) {
        Ok(text) => {
            let text = layout::indented(bytes).unwrap_or_else(|| text.to_owned());
            text.lines().map(|line| format!("  {}\n", escape(line))).collect()
        }
        Err(_) => format!("  {} bytes that are not text\n", bytes.len()),
    };
    let shown: String = body.chars().take(PAYLOAD_SHOWN).collect();
    let cut = if shown.len() < body.len() { "\n  … (shortened; see all of it with --format json)\n" } else { "" };
    format!("\n{title} ({content_type}, {} bytes)\n{shown}{cut}", bytes.len())
}

/// One change in a JSON document: `~` changed, `-` removed, `+` added.
pub(crate) fn change(change: &Change) -> String {
    let path = escape(if change.path.is_empty() { "the whole document" } else { &change.path });
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("  ~ {path}: {} → {}\n", json(before), json(after)),
        (Some(before), None) => format!("  - {path}: {}\n", json(before)),
        (None, Some(after)) => format!("  + {path}: {}\n", json(after)),
        (None, None) => format!("  + {path}: \n"),
    }
}

fn json(value: &Value) -> String {
    escape(&value.to_string())
}

/// The first line, shortened to `most` characters.
pub(crate) fn first_line(text: &str, most: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut shown = escape(&line.chars().take(most).collect::<String>());
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// Escapes control characters, except line ends.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push('\n'),
            c if c.is_control() => escaped.extend(c.escape_default()),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_move_the_operators_cursor() {
        assert_eq!(escape("a\u{1b}[2Jb\r"), "a\\u{1b}[2Jb\\r");
        assert!(payload("received", "text/plain", "\u{1b}]0;x\u{7}".as_bytes()).is_ascii());
    }

    #[test]
    fn a_payload_is_shown_with_every_digit_it_has() {
        let shown = payload("received", "application/json", br#"{"price":1.10,"id":12345678901234567890123}"#);
        assert!(shown.contains("    \"price\": 1.10,\n    \"id\": 12345678901234567890123\n"), "{shown}");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "Käse", "x"], ["bbb", "b", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "a    Käse  x\nbbb  b\n");
    }
}
