//! What failures of one kind have in common where a status or a code alone doesn't say it: the text of the answer or of the
//! fault, without what differs from message to message.
//!
//! Targets and the writer of dead letters make the text; the fingerprint takes it in. Whoever states free text can state
//! it anew with each message, so the store bounds the kinds of one code: the rest fall into [`ReasonKind::Other`]. Whoever
//! states codes can state those anew as well, so it bounds the new kinds of a flow in an hour too: the rest fall into
//! [`ReasonKind::Many`].

use serde::{Deserialize, Serialize};

/// Most kinds that a code is divided into, for one flow, stage and target: by a text, or by the rules that were broken.
pub const MAX_KINDS: usize = 64;

/// Most kinds that are new in a flow within an hour, of all codes.
pub const MAX_NEW_KINDS: usize = 60;

/// Most characters of a kind's text.
const MAX_TEXT: usize = 200;

/// Most characters of a text that are looked at.
const READ: usize = 4096;

/// What takes the place of each part that differs from message to message.
const PLACEHOLDER: char = '*';

/// Which of the failures with one code this is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// The one with this text, in which `*` stands for what differs from message to message.
    Text(String),
    /// One of those beyond the first [`MAX_KINDS`].
    Other,
    /// One of those beyond the first [`MAX_NEW_KINDS`] within an hour, whatever its code.
    Many,
}

impl ReasonKind {
    /// The kind of a free text about this message; none if nothing of the text is the same for another message.
    #[must_use]
    pub fn of_text(text: &str, payload: &[u8]) -> Option<Self> {
        folded(text, payload).map(Self::Text)
    }

    /// The kind as commands and reports show it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Other => "any other kind",
            Self::Many => "many new kinds at once",
        }
    }
}

/// A text without what differs from message to message, in at most 200 characters; none if nothing is left.
///
/// `*` replaces quoted values, e-mail addresses, every word with a digit (numbers, dates, UUIDs and other ids), and names:
/// words with a capital that occur in the message's payload as well, or that stand within a sentence of small letters.
/// Markup is dropped, white space folded.
#[must_use]
pub fn folded(text: &str, payload: &[u8]) -> Option<String> {
    let text: String = text.chars().take(READ).collect();
    let text = without_quoted(&without_markup(&text));
    let payload = String::from_utf8_lossy(payload);
    let folded = Folder { text: &text, payload: &payload, has_names: is_prose(&text) }.fold();
    folded.chars().any(char::is_alphanumeric).then(|| bounded(&folded))
}

/// A code or another short text that is the same for all messages: as it is, with white space folded and bounded.
#[must_use]
pub fn verbatim(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let text = words.collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then(|| bounded(&text))
}

fn bounded(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect::<String>().trim_end().to_owned()
}

/// The text between the tags of XML or HTML.
fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let behind = &rest[at + 1..];
        let is_tag = behind.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let end = behind.find('>').filter(|_| is_tag);
        out.push_str(&rest[..at]);
        match end {
            Some(end) => {
                out.push(' ');
                rest = &behind[end + 1..];
            }
            None => {
                out.push('<');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The text with a placeholder for each quoted value. An apostrophe within a word is no quote.
fn without_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.chars().next() {
        rest = &rest[open.len_utf8()..];
        let follows_word = out.ends_with(char::is_alphanumeric);
        match closing(open).filter(|_| !follows_word).and_then(|close| end_of_quote(rest, close)) {
            Some(end) => {
                out.push(PLACEHOLDER);
                rest = &rest[end..];
            }
            None => out.push(open),
        }
    }
    out
}

const fn closing(open: char) -> Option<char> {
    Some(match open {
        '"' => '"',
        '\'' => '\'',
        '`' => '`',
        '«' => '»',
        '“' => '”',
        '‘' => '’',
        '„' => '“',
        _ => return None,
    })
}

/// Where the text behind the closing quote begins: one that no word follows, on the same line.
fn end_of_quote(text: &str, close: char) -> Option<usize> {
    let line = text.split('\n').next().unwrap_or_default();
    line.char_indices()
        .filter(|(_, c)| *c == close)
        .map(|(at, c)| at + c.len_utf8())
        .find(|end| !line[*end..].starts_with(char::is_alphanumeric))
}

/// Whether capitals say something: in most sentences few words have one, in a title all have.
fn is_prose(text: &str) -> bool {
    let mut small = 0;
    let mut capital = 0;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        match word.chars().next() {
            Some(c) if c.is_lowercase() => small += 1,
            Some(c) if c.is_uppercase() => capital += 1,
            _ => {}
        }
    }
    small >= capital
}

/// Replaces the words of a text that differ from message to message.
struct Folder<'a> {
    text: &'a str,
    payload: &'a str,
    /// Whether a capital within a sentence makes a name.
    has_names: bool,
}

impl Folder<'_> {
    fn fold(&self) -> String {
        let mut out = String::new();
        let mut rest = self.text;
        let mut begins_sentence = true;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c: char| !is_of_word(c)).unwrap_or(rest.len());
            if end == 0 {
                push(&mut out, first);
                begins_sentence |= matches!(first, '.' | '!' | '?' | '\n');
                rest = &rest[first.len_utf8()..];
                continue;
            }
            // What ends a sentence or a clause is no part of the word.
            let word = rest[..end].trim_end_matches(['.', '-', '\'']);
            match word.is_empty() || !self.differs(word, begins_sentence) {
                true => word.chars().for_each(|c| out.push(c)),
                false => push_placeholder(&mut out),
            }
            begins_sentence &= word.is_empty();
            let behind = &rest[word.len()..end];
            behind.chars().for_each(|c| push(&mut out, c));
            begins_sentence |= behind.contains('.');
            rest = &rest[end..];
        }
        out.trim().to_owned()
    }

    /// Whether another message of the same kind would have another word here.
    fn differs(&self, word: &str, begins_sentence: bool) -> bool {
        if word.contains('@') || word.chars().any(char::is_numeric) {
            return true;
        }
        let mut letters = word.chars();
        if !letters.next().is_some_and(char::is_uppercase) {
            return false;
        }
        let is_name = self.has_names && !begins_sentence && is_plain_name(word);
        is_name || has_word(self.payload, word)
    }
}

/// One capital, then small letters only: `Jane`, but neither `GmbH`, `NullPointerException` nor `ERP`. Parts may be joined.
fn is_plain_name(word: &str) -> bool {
    word.split(['-', '\'', '.']).all(|part| {
        let mut letters = part.chars();
        let starts = letters.next().is_some_and(char::is_uppercase);
        starts && letters.clone().next().is_some() && letters.all(char::is_lowercase)
    })
}

/// Whether a text contains a word as a whole.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, found)| {
        !text[..at].ends_with(char::is_alphanumeric) && !text[at + found.len()..].starts_with(char::is_alphanumeric)
    })
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '\'')
}

/// Adds a character that is no part of a word; white space is folded.
fn push(out: &mut String, c: char) {
    match c.is_whitespace() || c.is_control() {
        true if out.is_empty() || out.ends_with(' ') => {}
        true => out.push(' '),
        false if c == PLACEHOLDER => push_placeholder(out),
        false => out.push(c),
    }
}

/// Adds a placeholder, unless there is one before it with no word between: a list of values is one.
fn push_placeholder(out: &mut String) {
    let before = out.rfind(|c: char| c.is_alphanumeric() || c == PLACEHOLDER);
    match before {
        Some(at) if out[at..].starts_with(PLACEHOLDER) => out.truncate(at + PLACEHOLDER.len_utf8()),
        _ => out.push(PLACEHOLDER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        folded(text, b"").unwrap_or_default()
    }

    #[test]
    fn what_differs_from_message_to_message_is_folded() {
        for (text, kind) in [
            ("customer 4711 is blocked by credit control", "customer * is blocked by credit control"),
            ("posting period 2026-11 is closed", "posting period * is closed"),
            ("order 7d0e2c1a-77aa-4c0e-9d5e-1f2a3b4c5d6e: no stock", "order *: no stock"),
            ("no account for anna.meier@example.com.", "no account for *."),
            ("article \"Chair, red\" is unknown", "article * is unknown"),
            ("article 'Chair' doesn't exist", "article * doesn't exist"),
            ("customer Jane Doe is blocked", "customer * is blocked"),
            ("unknown customer: Müller-Lüdenscheidt", "unknown customer: *"),
            ("since 2026-11-30T08:00:00Z,  12 of 13\n orders failed", "since * of * orders failed"),
            ("articles A1, B2 and C3 are unknown", "articles * and * are unknown"),
        ] {
            assert_eq!(of(text), kind);
        }
    }

    #[test]
    fn what_is_the_same_for_all_messages_stays() {
        for text in [
            "Customer is blocked",
            "Invalid Customer Number",
            "UNKNOWN_ARTICLE",
            "Internal error: java.lang.NullPointerException",
            "the ERP says no",
        ] {
            assert_eq!(of(text), text);
        }
        assert_eq!(of("<html><title>Bad Gateway</title><body bgcolor=\"x\">nginx</body>"), "Bad Gateway nginx");
    }

    #[test]
    fn a_name_at_the_beginning_is_known_from_the_message() {
        let payload = br#"{"customer": {"name": "MEIER"}}"#;
        assert_eq!(folded("MEIER is blocked", payload).unwrap(), "* is blocked");
        assert_eq!(folded("Anna is blocked", payload).unwrap(), "Anna is blocked");
    }

    #[test]
    fn a_text_without_words_is_no_kind() {
        for text in ["", " \n", "4711", "\"a\" 'b'", "<p/>"] {
            assert_eq!(folded(text, b""), None, "{text}");
        }
        assert_eq!(of(&"word ".repeat(2000)).len(), MAX_TEXT - 1);
    }
}
