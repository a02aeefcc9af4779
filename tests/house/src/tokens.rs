//! The tokens of Rust sources, as far as the tests of the house need them: names, `::`, braces and single characters.
//! Comments and the contents of texts are left out.

/// One token of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A name or a keyword.
    Name(String),
    /// `::`
    PathSeparator,
    /// `{`
    Open,
    /// `}`
    Close,
    /// Any other character.
    Other(char),
}

/// A token and the line it stands in; the first line is 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The token.
    pub token: Token,
    /// Its line.
    pub line: usize,
}

/// The tokens of a source, in order. Items under `#[cfg(test)]` are left out.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    without_tests(located(text).into_iter().map(|located| located.token).collect())
}

/// The tokens of a source, in order, with their lines. Items under `#[cfg(test)]` are among them.
#[must_use]
pub fn located(text: &str) -> Vec<Located> {
    let text: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    let mut line = 1;
    while at < text.len() {
        let end = if let Some(end) = end_of_skipped(&text, at) {
            end
        } else {
            let (token, length) = token(&text[at..]);
            found.extend(token.map(|token| Located { token, line }));
            at + length
        };
        line += text[at..end].iter().filter(|c| **c == '\n').count();
        at = end;
    }
    found
}

/// The token that a text begins with, and its length; none for white space.
fn token(text: &[char]) -> (Option<Token>, usize) {
    match text {
        [first, ..] if first.is_alphabetic() || *first == '_' => {
            let length = text.iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
            (Some(Token::Name(text[..length].iter().collect())), length)
        }
        [':', ':', ..] => (Some(Token::PathSeparator), 2),
        ['{', ..] => (Some(Token::Open), 1),
        ['}', ..] => (Some(Token::Close), 1),
        [other, ..] if !other.is_whitespace() => (Some(Token::Other(*other)), 1),
        _ => (None, 1),
    }
}

/// Where the comment, text or character that begins here ends; none if none begins here.
fn end_of_skipped(text: &[char], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let after_name = at > 0 && (text[at - 1].is_alphanumeric() || text[at - 1] == '_');
    let length = match rest {
        ['/', '/', ..] => rest.iter().take_while(|c| **c != '\n').count(),
        ['/', '*', ..] => block_comment(rest),
        ['"', ..] => quoted(rest),
        ['\'', '\\', ..] => 3 + rest.iter().skip(3).take_while(|c| **c != '\'').count() + 1,
        ['\'', _, '\'', ..] => 3,
        ['r' | 'b' | 'c', ..] if !after_name => raw_text(rest)?,
        _ => return None,
    };
    Some((at + length).min(text.len()))
}

fn block_comment(text: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        match &text[at..] {
            ['/', '*', ..] => {
                depth += 1;
                at += 2;
            }
            ['*', '/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn quoted(text: &[char]) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// A raw text, with its prefix; none when none begins here.
fn raw_text(text: &[char]) -> Option<usize> {
    let prefix = text.iter().take(2).take_while(|c| matches!(c, 'b' | 'c' | 'r')).count();
    let hashes = text[prefix..].iter().take_while(|c| **c == '#').count();
    if text[prefix - 1] != 'r' || text.get(prefix + hashes) != Some(&'"') {
        return None;
    }
    let mut at = prefix + hashes + 1;
    while at < text.len() {
        let closes = text[at] == '"' && text[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
        at += 1;
        if closes {
            return Some(at + hashes);
        }
    }
    Some(at)
}

/// Leaves out each item under `#[cfg(test)]`: up to its `;`, or to the end of its braces.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_test_attribute(&tokens[at..]) {
            at = end_of_item(&tokens, at);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn is_test_attribute(tokens: &[Token]) -> bool {
    let name = |token: &Token, wanted: &str| matches!(token, Token::Name(name) if name == wanted);
    match tokens {
        [Token::Other('#'), Token::Other('['), cfg, Token::Other('('), test, Token::Other(')'), ..] => {
            name(cfg, "cfg") && name(test, "test")
        }
        _ => false,
    }
}

fn end_of_item(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token {
            Token::Other(';') if depth == 0 => return at + 1,
            Token::Open => depth += 1,
            Token::Close if depth <= 1 => return at + 1,
            Token::Close => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}
