//! Plain text for people: columns, fields, payloads. What came from outside is escaped, so that a message can't move
//! the operator's cursor.

use gantry_api::v1::Change;
use serde_json::Value;

/// Payload bytes shown before it is cut; the whole is in `--format json` and `gantry dlq export`.
const PAYLOAD_SHOWN: usize = 4 << 10;

/// Rows with their columns aligned; the last column is as long as it is.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let line: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Names and values, one a line, aligned; without those that have no value.
pub(crate) fn fields(fields: &[(&str, String)]) -> String {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let stated = fields.iter().filter(|(_, value)| !value.is_empty());
    stated.map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
}

/// A payload under its title: JSON indented, other text as it is, bytes counted.
pub(crate) fn payload(title: &str, content_type: &str, bytes: &[u8]) -> String {
    let body = match std::str::from_utf8(bytes) {
        Ok(text) => {
            let json =
                serde_json::from_str::<serde_json::Value>(text).and_then(|json| serde_json::to_string_pretty(&json));
            let text = json.unwrap_or_else(|_| text.to_owned());
            text.lines().map(|line| format!("  {}\n", escape(line))).collect()
        }
        Err(_) => format!("  {} bytes that are not text\n", bytes.len()),
    };
    let shown: String = body.chars().take(PAYLOAD_SHOWN).collect();
    let cut = if shown.len() < body.len() { "\n  … (the whole: --format json)\n" } else { "" };
    format!("\n{title} ({content_type}, {} bytes)\n{shown}{cut}", bytes.len())
}

/// One change in a JSON document: `~` changed, `-` gone, `+` come.
pub(crate) fn change(change: &Change) -> String {
    let path = escape(if change.path.is_empty() { "the whole" } else { &change.path });
    let shown = |value: &Value| escape(&value.to_string());
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("  ~ {path}: {} → {}\n", shown(before), shown(after)),
        (Some(before), None) => format!("  - {path}: {}\n", shown(before)),
        (None, after) => format!("  + {path}: {}\n", after.as_ref().map(shown).unwrap_or_default()),
    }
}

/// The first line, at most so many characters.
pub(crate) fn first_line(text: &str, most: usize) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut shown = escape(&line.chars().take(most).collect::<String>());
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// Control characters made visible; line ends and everything readable stay.
pub(crate) fn escape(text: &str) -> String {
    let visible = |c: char| match c {
        '\n' => "\n".to_owned(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(visible).collect()
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
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "Käse", "x"], ["bbb", "b", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "a    Käse  x\nbbb  b\n");
    }
}
