//! The parts of Rust source that name modules: names, `::` and braces, without comments, texts and `#[cfg(test)]` items.

/// One part of a source.
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

/// The parts of a source, in order. Items under `#[cfg(test)]` are left out.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    without_tests(all(&text.chars().collect::<Vec<_>>()))
}

fn all(text: &[char]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if let Some(end) = end_of_silence(text, at) {
            at = end;
            continue;
        }
        let (token, length) = token(&text[at..]);
        tokens.extend(token);
        at += length;
    }
    tokens
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

/// Where a comment, a text or a character ends that begins here; none: nothing of that begins here.
fn end_of_silence(text: &[char], at: usize) -> Option<usize> {
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
