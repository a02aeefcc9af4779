//! Makes foreign text safe to show: no control characters, none that can't be seen or turn the reading direction, no more than
//! so many bytes. Everything that prints uses it: the log, the command line, alerts and reports.
//!
//! Logs end on terminals and in line-based files; a guest or a sender that could write escape sequences or line breaks
//! could forge lines or hide its own.

use std::borrow::Cow;

/// The text with everything that could move a cursor, end a line, turn the reading direction or hide escaped, cut at
/// `max_bytes` (of what is shown) with an ellipsis.
#[must_use]
pub fn escape(text: &str, max_bytes: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(max_bytes) + 8);
    for c in text.chars() {
        if shown.len() >= max_bytes {
            shown.push('…');
            break;
        }
        if is_unsafe(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// [`escape`], but line breaks and tabs stay: for text shown as a block.
#[must_use]
pub fn escape_lines(text: &str, max_bytes: usize) -> String {
    let mut left = max_bytes;
    let mut lines = Vec::new();
    for line in text.trim_end().lines() {
        let line = escape(&line.replace('\t', "    "), left);
        left = left.saturating_sub(line.len() + 1);
        lines.push(line);
        if left == 0 {
            break;
        }
    }
    lines.join("\n")
}

/// A JSON document with such characters as JSON escapes them, except line ends and tabs, which stand between its tokens: its
/// values stay as they are.
#[must_use]
pub fn escape_json(document: &str) -> Cow<'_, str> {
    if document.chars().all(may_stand_in_json) {
        return Cow::Borrowed(document);
    }
    let mut escaped = String::with_capacity(document.len() + 64);
    for c in document.chars() {
        match c {
            c if may_stand_in_json(c) => escaped.push(c),
            c => escaped.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
    }
    Cow::Owned(escaped)
}

fn may_stand_in_json(c: char) -> bool {
    matches!(c, '\n' | '\t') || !is_unsafe(c)
}

/// Whether a character could move a cursor, end a line or turn the reading direction, or can't be seen: two texts that look the
/// same must not differ by it.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || turns_or_ends_a_line(c) || is_ignorable(c)
}

const fn turns_or_ends_a_line(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that Unicode lets programs show as nothing (`Default_Ignorable_Code_Point`), and the annotations of text.
const fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}'
            | '\u{034f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_ends_a_line_or_turns_text_around_survives() {
        assert_eq!(escape("a\u{1b}[2Jb\r\nc\u{202e}d\u{9b}", 99), r"a\u{1b}[2Jb\r\nc\u{202e}d\u{9b}");
        assert_eq!(escape("Größe 5 µm", 99), "Größe 5 µm");
        for unseen in
            ['\u{61c}', '\u{ad}', '\u{200b}', '\u{200d}', '\u{2060}', '\u{2069}', '\u{feff}', '\u{e0041}', '\u{fe0f}']
        {
            assert!(escape(&unseen.to_string(), 99).is_ascii(), "{unseen:?}");
        }
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({"key": "a\u{9b}2J\u{7f}\u{202e}\u{1b}\u{e0041}"});
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let printed = escape_json(&pretty);
        assert!(!printed.contains(|c| c != '\n' && is_unsafe(c)), "{printed}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), value);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(escape(&"ä".repeat(10), 6), "äää…");
    }

    #[test]
    fn a_block_keeps_its_lines() {
        assert_eq!(escape_lines("one\n\ttwo\u{7}\n\n", 99), "one\n    two\\u{7}");
        assert_eq!(escape_lines(&"x\n".repeat(99), 6), "x\nx\nx");
    }
}
