//! Indents JSON for an editor or a page without changing a token: numbers keep all digits; members keep their order and
//! duplicates.

/// What is nested deeper is not indented: each level takes two more columns of every line.
const DEPTH: usize = 127;

/// The same JSON with one line per member; none if the text is not JSON, or nested too deep to be read by anybody.
pub(crate) fn indented(json: &[u8]) -> Option<String> {
    serde_json::from_slice::<serde::de::IgnoredAny>(json).ok()?;
    let text = std::str::from_utf8(json).ok()?;
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0;
    let mut in_string = false;
    let mut escaped = false;
    // Unescaped control characters occur only between tokens: JSON escapes them in strings.
    let mut characters = text.chars().filter(|c| !c.is_ascii_control()).peekable();
    while let Some(c) = characters.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            ' ' => {}
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while characters.next_if_eq(&' ').is_some() {}
                if let Some(close) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    if depth > DEPTH {
                        return None;
                    }
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => out.push(other),
        }
    }
    out.push('\n');
    Some(out)
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_touched() {
        let json = r#" {"price":1.10,"id":12345678901234567890123, "a":"x \" , { ] \\","e":[ ],"o":{},"l":[1,[true]]}"#;
        let laid_out = indented(json.as_bytes()).unwrap();
        let expected = r#"{
  "price": 1.10,
  "id": 12345678901234567890123,
  "a": "x \" , { ] \\",
  "e": [],
  "o": {},
  "l": [
    1,
    [
      true
    ]
  ]
}
"#;
        assert_eq!(laid_out, expected);
        assert_eq!(indented(laid_out.as_bytes()), Some(laid_out));
    }

    #[test]
    fn text_that_is_not_json_or_too_deep_is_left_alone() {
        let deep = |depth: usize| indented(format!("{}1{}", "[".repeat(depth), "]".repeat(depth)).as_bytes());
        assert!(deep(DEPTH).is_some());
        assert_eq!(deep(100_000), None);
        for other in ["", "a,b\n1,2", "{\"a\":}", "{} {}"] {
            assert_eq!(indented(other.as_bytes()), None, "{other}");
        }
    }
}
