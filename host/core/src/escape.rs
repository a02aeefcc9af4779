//! Makes foreign text safe to show: no control characters, no bidirectional overrides, no more than so many bytes.
//!
//! Logs end on terminals and in line-based files; a guest or a sender that could write escape sequences or line breaks
//! could forge lines or hide its own.

/// The text with everything that could move a cursor, end a line or turn the reading direction escaped, cut at
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

/// Whether a character could move a cursor, end a line or turn the reading direction.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_ends_a_line_or_turns_text_around_survives() {
        assert_eq!(escape("a\u{1b}[2Jb\r\nc\u{202e}d\u{9b}", 99), r"a\u{1b}[2Jb\r\nc\u{202e}d\u{9b}");
        assert_eq!(escape("Größe 5 µm", 99), "Größe 5 µm");
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
