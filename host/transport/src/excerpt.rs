//! The beginning of a target's answer, made safe to keep: bounded, and without characters that could move a cursor, forge
//! a log line or hide text.

/// Most characters that are kept: enough for title and detail of a problem document, too few for a page.
const LENGTH: usize = 512;

/// The beginning of `bytes` as text; what is not UTF-8 shows as `U+FFFD`.
pub(crate) fn of(bytes: &[u8]) -> String {
    of_text(&String::from_utf8_lossy(bytes))
}

/// The beginning of `text`.
pub(crate) fn of_text(text: &str) -> String {
    let mut safe = String::new();
    for c in text.trim().chars().take(LENGTH) {
        if is_hazardous(c) { safe.extend(c.escape_default()) } else { safe.push(c) }
    }
    safe
}

/// Control characters, and those that change the direction of text or have no width.
fn is_hazardous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_are_escaped_and_others_kept() {
        assert_eq!(of(b"K\xc3\xa4se\r\n\x1b[31mred"), r"Käse\r\n\u{1b}[31mred");
        assert_eq!(of_text("a\u{202e}b"), r"a\u{202e}b");
    }

    #[test]
    fn a_long_answer_is_cut_by_characters_and_invalid_utf_8_does_not_matter() {
        assert_eq!(of("ä".repeat(600).as_bytes()).chars().count(), LENGTH);
        assert_eq!(of(b"\xff"), "\u{fffd}");
    }
}
