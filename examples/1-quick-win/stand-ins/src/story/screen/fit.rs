//! Fitting text into columns. A column is a character here, which is right for all that the story prints.

/// Columns where there is no terminal, and the most that are used where there is one.
const WIDEST: usize = 104;
/// The least that are assumed of a terminal.
const NARROWEST: usize = 60;

/// Columns of the terminal; none where there is no terminal.
pub(super) fn terminal() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Columns of the layout.
pub(super) fn layout() -> usize {
    terminal().map_or(WIDEST, |columns| columns.clamp(NARROWEST, WIDEST))
}

/// The text with blanks behind it.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// How many columns the text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// The text, or as much of it as fits and an ellipsis.
pub(super) fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// The text in lines of this width, broken between words; the second and later ones are indented. Blanks within the
/// text stay as they are.
pub(super) fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let line = lines.last().map_or(0, |line| columns(line));
        if line > 0 && line + columns(word.trim_end()) > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
    }
    let lines: Vec<_> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join(&format!("\n{}", " ".repeat(indent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_cut_at_a_character_and_says_so() {
        assert_eq!([cut("Müller", 6), cut("Müller", 4), cut("", 0)], ["Müller", "Mül…", ""]);
    }

    #[test]
    fn text_wraps_between_words_and_a_word_that_is_too_long_stays_whole() {
        assert_eq!(wrap("one two three", 7, 2), "one two\n  three");
        assert_eq!(wrap("a unbreakable b", 4, 0), "a\nunbreakable\nb");
        assert_eq!(wrap("  5 × 503", 80, 2), "  5 × 503");
    }
}
