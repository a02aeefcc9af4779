//! Makes text safe to print on a terminal: names, keys and answers come from outside and may hold escape sequences.

use std::borrow::Cow;

use gantry_core::escape::is_unsafe;

/// The text with control characters escaped, except line ends and tabs; in colour, colours stay as well.
pub(super) fn text(text: &str, in_color: bool) -> Cow<'_, str> {
    if !text.contains(is_moving) {
        return Cow::Borrowed(text);
    }
    let mut printable = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_moving) {
        printable.push_str(&rest[..at]);
        rest = &rest[at..];
        let kept = if in_color { color(rest) } else { None };
        let length = match kept {
            Some(color) => {
                printable.push_str(color);
                color.len()
            }
            None => {
                let c = rest.chars().next().unwrap_or_default();
                printable.extend(c.escape_default());
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    printable.push_str(rest);
    Cow::Owned(printable)
}

fn is_moving(c: char) -> bool {
    is_unsafe(c) && c != '\n' && c != '\t'
}

/// The colour that the text begins with: ESC, `[`, numbers, `m`.
fn color(text: &str) -> Option<&str> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    parameters[end..].starts_with('m').then(|| &text[..end + 3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_move_the_cursor_is_shown_and_not_done() {
        let hostile = "key \u{1b}[2J\u{1b}[31mred\u{7}\r\u{9b}x\u{202e}\tend\n";
        let shown = "key \\u{1b}[2J\\u{1b}[31mred\\u{7}\\r\\u{9b}x\\u{202e}\tend\n";
        assert_eq!(text(hostile, false), shown);
        assert_eq!(text("plain ä\n", false), "plain ä\n");
    }

    #[test]
    fn colours_of_our_own_stay_where_there_is_colour() {
        assert_eq!(text("\u{1b}[1;32mok\u{1b}[0m \u{1b}[2J", true), "\u{1b}[1;32mok\u{1b}[0m \\u{1b}[2J");
    }
}
