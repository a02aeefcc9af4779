//! Reads a JSON text piece by piece: the one reader of rules, of schemas and of keys.
//!
//! It holds the whole text to the grammar of RFC 8259 and to UTF-8, and understands only what its caller asks for. A value
//! that nobody asks for may be a number beyond every float, half of a surrogate pair, or nested however deep: reading
//! takes no stack. A byte order mark before the text is dropped.

mod error;
mod text;

use gantry_core::without_mark;

pub use error::JsonError;
pub use text::{JsonText, Unpaired};

/// A place in a JSON text, between two of its tokens.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    json: &'a str,
    at: usize,
}

/// The beginning of a value. A value that is neither array nor object has been read with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, as written.
    Number(&'a str),
    /// A text, as written.
    Text(JsonText<'a>),
    /// `[`: its items follow.
    Array,
    /// `{`: its members follow.
    Object,
}

impl<'a> Cursor<'a> {
    /// Before the first token of a text.
    pub fn new(json: &'a [u8]) -> Result<Self, JsonError> {
        let json = without_mark(json);
        let text = std::str::from_utf8(json).map_err(|error| JsonError::new("not UTF-8", json, error.valid_up_to()))?;
        Ok(Self { json: text, at: 0 })
    }

    /// Whether an array or an object is next.
    pub fn is_at_container(&mut self) -> bool {
        matches!(self.next_token(), Some(b'[' | b'{'))
    }

    /// Begins the next value.
    pub fn begin(&mut self) -> Result<Start<'a>, JsonError> {
        match self.next_token() {
            Some(b'{') => {
                self.at += 1;
                Ok(Start::Object)
            }
            Some(b'[') => {
                self.at += 1;
                Ok(Start::Array)
            }
            Some(b'"') => Ok(Start::Text(self.text()?)),
            Some(b'-' | b'0'..=b'9') => Ok(Start::Number(self.number()?)),
            Some(b'n') => self.word("null", Start::Null),
            Some(b't') => self.word("true", Start::Boolean(true)),
            Some(b'f') => self.word("false", Start::Boolean(false)),
            Some(_) => Err(self.wrong("expected value")),
            None => Err(self.wrong("EOF while parsing a value")),
        }
    }

    /// Whether the array has a further item, which then is next. `first` is true right behind its `[`.
    pub fn next_item(&mut self, first: bool) -> Result<bool, JsonError> {
        match self.next_token() {
            Some(b']') => {
                self.at += 1;
                return Ok(false);
            }
            Some(_) if first => return Ok(true),
            Some(b',') => self.at += 1,
            Some(_) => return Err(self.wrong("expected `,` or `]`")),
            None => return Err(self.wrong("EOF while parsing a list")),
        }
        match self.next_token() {
            Some(b']') => Err(self.wrong("trailing comma")),
            Some(_) => Ok(true),
            None => Err(self.wrong("EOF while parsing a value")),
        }
    }

    /// The name of the object's next member, whose value then is next. `first` is true right behind its `{`.
    pub fn next_member(&mut self, first: bool) -> Result<Option<JsonText<'a>>, JsonError> {
        match self.next_token() {
            Some(b'}') => {
                self.at += 1;
                return Ok(None);
            }
            Some(_) if first => {}
            Some(b',') => self.at += 1,
            Some(_) => return Err(self.wrong("expected `,` or `}`")),
            None => return Err(self.wrong("EOF while parsing an object")),
        }
        match self.next_token() {
            Some(b'"') => {}
            Some(b'}') => return Err(self.wrong("trailing comma")),
            Some(_) => return Err(self.wrong("key must be a string")),
            None => return Err(self.wrong("EOF while parsing an object")),
        }
        let name = self.text()?;
        match self.next_token() {
            Some(b':') => self.at += 1,
            Some(_) => return Err(self.wrong("expected `:`")),
            None => return Err(self.wrong("EOF while parsing an object")),
        }
        Ok(Some(name))
    }

    /// Reads the next value without looking into it, and returns it as written.
    pub fn skip(&mut self) -> Result<&'a str, JsonError> {
        self.next_token();
        let start = self.at;
        // One byte for each array and object that is open.
        let mut open = Vec::new();
        loop {
            match self.begin()? {
                Start::Array if self.next_item(true)? => open.push(b'['),
                Start::Object if self.next_member(true)?.is_some() => open.push(b'{'),
                _ => {
                    if self.close(&mut open)? {
                        return Ok(&self.json[start..self.at]);
                    }
                }
            }
        }
    }

    /// Behind a value: leaves the arrays and objects that end with it. Returns whether all have ended.
    fn close(&mut self, open: &mut Vec<u8>) -> Result<bool, JsonError> {
        while let Some(innermost) = open.last() {
            let goes_on = if *innermost == b'[' { self.next_item(false)? } else { self.next_member(false)?.is_some() };
            if goes_on {
                return Ok(false);
            }
            open.pop();
        }
        Ok(true)
    }

    /// Holds the text to end here.
    pub fn end(&mut self) -> Result<(), JsonError> {
        match self.next_token() {
            None => Ok(()),
            Some(_) => Err(self.wrong("trailing characters")),
        }
    }

    /// The byte that the next token begins with.
    fn next_token(&mut self) -> Option<u8> {
        let rest = &self.json.as_bytes()[self.at..];
        let blank = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        self.at += blank.unwrap_or(rest.len());
        self.peek()
    }

    fn peek(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    fn word(&mut self, word: &str, value: Start<'a>) -> Result<Start<'a>, JsonError> {
        if !self.json[self.at..].starts_with(word) {
            return Err(self.wrong("expected value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        self.take(b"-");
        let is_zero = self.peek() == Some(b'0');
        let digits = self.digits();
        if digits == 0 || (is_zero && digits > 1) {
            return Err(self.wrong("invalid number"));
        }
        if self.take(b".") && self.digits() == 0 {
            return Err(self.wrong("invalid number"));
        }
        if self.take(b"eE") {
            self.take(b"+-");
            if self.digits() == 0 {
                return Err(self.wrong("invalid number"));
            }
        }
        Ok(&self.json[start..self.at])
    }

    /// Takes the next byte if it is one of these.
    fn take(&mut self, any: &[u8]) -> bool {
        let is_there = self.peek().is_some_and(|byte| any.contains(&byte));
        self.at += usize::from(is_there);
        is_there
    }

    fn digits(&mut self) -> usize {
        let rest = &self.json.as_bytes()[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        digits
    }

    /// The text whose opening quote is next.
    fn text(&mut self) -> Result<JsonText<'a>, JsonError> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => return Err(self.wrong("control character found while parsing a string")),
                Some(_) => self.at += 1,
                None => return Err(self.wrong("EOF while parsing a string")),
            }
        }
        let written = &self.json[start..self.at];
        self.at += 1;
        Ok(JsonText::new(written))
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let digits = self.json.as_bytes().get(self.at + 1..self.at + 5);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.wrong("invalid escape"));
                }
                self.at += 5;
            }
            Some(_) => return Err(self.wrong("invalid escape")),
            None => return Err(self.wrong("EOF while parsing a string")),
        }
        Ok(())
    }

    fn wrong(&self, what: &'static str) -> JsonError {
        JsonError::new(what, self.json.as_bytes(), self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(json: &[u8]) -> Result<&str, JsonError> {
        let mut cursor = Cursor::new(json)?;
        let value = cursor.skip()?;
        cursor.end()?;
        Ok(value)
    }

    #[test]
    fn what_the_grammar_allows_is_read_whatever_it_holds() {
        for json in [
            r#"{"a": [1e400, -0, 0.10e-7, "\ud83d", {}, []], "\ude00": null}"#,
            "\u{feff} [true, false]\r\n",
            r#""\u00e4\/\b""#,
        ] {
            assert_eq!(whole(json.as_bytes()).unwrap(), json.trim_start_matches('\u{feff}').trim());
        }
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert!(whole(deep.as_bytes()).is_ok());
    }

    #[test]
    fn an_error_says_what_is_wrong_and_where() {
        for (json, said) in [
            (&b""[..], "EOF while parsing a value at line 1 column 1"),
            (b"{\"type\":\n  strin}", "expected value at line 2 column 3"),
            (b"[1,]", "trailing comma at line 1 column 4"),
            (b"{\"a\" 1}", "expected `:` at line 1 column 6"),
            (b"{a: 1}", "key must be a string at line 1 column 2"),
            (b"[1] 2", "trailing characters at line 1 column 5"),
            (b"[01]", "invalid number at line 1 column 4"),
            (b"[1.]", "invalid number at line 1 column 4"),
            (b"\"a\xff\"", "not UTF-8 at line 1 column 3"),
            (b"\"\\ud8\"", "invalid escape at line 1 column 3"),
            (b"[nul]", "expected value at line 1 column 2"),
            (b"[NaN]", "expected value at line 1 column 2"),
        ] {
            assert_eq!(whole(json).unwrap_err().to_string(), said, "{}", String::from_utf8_lossy(json));
        }
    }

    proptest! {
        #[test]
        fn the_same_texts_are_json_as_for_serde(text in r#"[\[\]{}",:\\u0-9eE.+a-fntrsl -]{0,24}"#) {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(whole(text.as_bytes()).is_ok(), theirs);
        }

        #[test]
        fn what_serde_writes_is_read(text in ".*", number in any::<f64>()) {
            let json = serde_json::json!({ &text: [number, text] }).to_string();
            prop_assert_eq!(whole(json.as_bytes()).unwrap(), json.as_str());
        }
    }
}
