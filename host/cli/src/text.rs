//! Formats text: columns, fields, payloads. Every value is escaped here, so that no caller can forget it: a message can't move
//! the operator's cursor, hide text, or pass off its own as a row or field of the page.

use gantry_api::v1::Change;
use gantry_core::escape::escape;
use serde_json::Value;

use crate::layout;

/// Most characters of a payload to show; `--format json` and `gantry dlq export` contain all of it.
const PAYLOAD_SHOWN: usize = 4 << 10;

/// Rows with their columns aligned; the last column is not padded.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(|cell| line(cell))).collect();
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Names and values, aligned; entries without a value are left out. Further lines of a value stand below its first, so that none
/// looks like a field.
pub(crate) fn fields(fields: &[(&str, String)]) -> String {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let present = fields.iter().filter(|(_, value)| !value.is_empty());
    let mut page = String::new();
    for (name, value) in present {
        let names = std::iter::once(*name).chain(std::iter::repeat(""));
        page.extend(names.zip(value.lines()).map(|(name, text)| format!("{name:width$}  {}\n", line(text))));
    }
    page
}

/// A payload with a title: JSON is indented and no digit of it changed, other text is unchanged, of other bytes only the number is shown.
pub(crate) fn payload(title: &str, content_type: &str, bytes: &[u8]) -> String {
    let body = match std::str::from_utf8(bytes) {
        Ok(text) => {
            let text = layout::indented(bytes).unwrap_or_else(|| text.to_owned());
            text.lines().map(|text| format!("  {}\n", line(text))).collect()
        }
        Err(_) => format!("  {} bytes that are not text\n", bytes.len()),
    };
    let shown: String = body.chars().take(PAYLOAD_SHOWN).collect();
    let cut = if shown.len() < body.len() { "\n  … (shortened; see all of it with --format json)\n" } else { "" };
    format!("\n{title} ({}, {} bytes)\n{shown}{cut}", line(content_type), bytes.len())
}

/// One change in a JSON document: `~` changed, `-` removed, `+` added.
pub(crate) fn change(change: &Change) -> String {
    let path = line(if change.path.is_empty() { "the whole document" } else { &change.path });
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("  ~ {path}: {} → {}\n", json(before), json(after)),
        (Some(before), None) => format!("  - {path}: {}\n", json(before)),
        (None, Some(after)) => format!("  + {path}: {}\n", json(after)),
        (None, None) => format!("  + {path}: \n"),
    }
}

fn json(value: &Value) -> String {
    line(&value.to_string())
}

/// The first line, shortened to `most` characters.
pub(crate) fn first_line(text: &str, most: usize) -> String {
    let first = text.lines().next().unwrap_or_default();
    let mut shown = line(&first.chars().take(most).collect::<String>());
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The text as a part of one line: what can't be seen, line ends among it, is escaped.
pub(crate) fn line(text: &str) -> String {
    escape(text, usize::MAX)
}

#[cfg(test)]
mod tests {
    use gantry_core::escape::is_unsafe;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_is_never_taken_for_a_field_or_row_of_its_own() {
        let hostile = "k\u{1b}[31m\nstate   delivered".to_owned();
        let shown = fields(&[("key", hostile), ("state", "open".into()), ("by", String::new())]);
        assert_eq!(shown, "key    k\\u{1b}[31m\n       state   delivered\nstate  open\n");
        assert_eq!(columns(&[["a\nb".into(), "c".into()]]), "a\\nb  c\n");
        let shown = payload("received", "text/plain\nstate  done", "\u{1b}]0;x\u{7}".as_bytes());
        assert_eq!(shown, "\nreceived (text/plain\\nstate  done, 6 bytes)\n  \\u{1b}]0;x\\u{7}\n");
    }

    proptest! {
        #[test]
        fn whatever_a_value_is_no_line_shows_what_cannot_be_seen(value in hostile(), other in hostile()) {
            let rows = [[value.clone(), other.clone()], ["x".into(), value.clone()]];
            let table = columns(&rows);
            prop_assert_eq!(table.split('\n').count(), 3);
            let change = Change { path: value.clone(), before: None, after: Some(other.clone().into()) };
            let named = fields(&[("key", value.clone()), ("source", other.clone())]);
            let places = ["key     ", "source  ", "        "];
            prop_assert!(named.lines().all(|line| places.iter().any(|place| line.starts_with(place))), "{:?}", named);
            let payload = payload("sent", &value, other.as_bytes());
            for text in [table, named, payload, super::change(&change), first_line(&value, 80)] {
                prop_assert!(!text.contains(|c| c != '\n' && is_unsafe(c)), "{:?}", text);
            }
        }
    }

    /// Texts with many characters that can't be seen.
    fn hostile() -> impl Strategy<Value = String> {
        let unseen = "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{e0000}-\u{e007f}]";
        let part = prop_oneof![unseen, "[a-z ]{1,4}", any::<char>().prop_map(String::from)];
        prop::collection::vec(part, 0..20).prop_map(|parts| parts.concat())
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
