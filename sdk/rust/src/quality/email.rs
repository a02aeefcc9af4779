//! E-mail addresses in one spelling, so that they can serve as a key.

use crate::check::Defect;

/// In bytes, by RFC 5321.
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;
const LONGEST_LABEL: usize = 63;

const SCHEME: &str = "mailto:";

/// Blocks of Unicode without letters: blanks, punctuation, symbols, private use.
const NO_LETTERS: &[std::ops::RangeInclusive<u32>] = &[
    0x80..=0xA9,
    0xAB..=0xB4,
    0xB6..=0xB9,
    0xBB..=0xBF,
    0xD7..=0xD7,
    0xF7..=0xF7,
    0x1680..=0x1680,
    0x2000..=0x2BFF,
    0x2E00..=0x2E7F,
    0x3000..=0x3004,
    0x3008..=0x3020,
    0x3030..=0x3030,
    0xD800..=0xF8FF,
    0xFE10..=0xFE6F,
    0xFEFF..=0xFF0F,
    0xFF1A..=0xFF20,
    0xFF3B..=0xFF40,
    0xFF5B..=0xFF65,
    0xFFE0..=0xFFFF,
    0x1F000..=0x1FAFF,
    0xE0000..=0x10FFFF,
];

/// The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`; anything else is
/// `not-an-email`. Whether somebody reads there can't be told.
///
/// An address is what RFC 5321 allows, a quoted local part included, with letters of any script on both sides (RFC 6531).
/// The domain has two labels or more and isn't an IP address. The part before the `@` is in lower case too: no mail system
/// in use distinguishes `Erika@` from `erika@`, and people type both.
///
/// ```
/// use gantry_sdk::quality::email::normalise;
/// assert_eq!(normalise(" mailto:Jürgen@Müller.DE ").unwrap(), "jürgen@müller.de");
/// assert_eq!(normalise("nobody@localhost").unwrap_err().code, "not-an-email");
/// ```
pub fn normalise(text: &str) -> Result<String, Defect> {
    let bare = bare(text);
    match bare.rsplit_once('@') {
        Some((local, domain)) if bare.len() <= LONGEST && is_local(local) && is_domain(domain) => Ok(lowered(bare)),
        _ => Err(Defect::new("not-an-email", format!("`{text}` is no e-mail address"))),
    }
}

/// Without `mailto:`, and without a name before angle brackets.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let text = match text.split_at_checked(SCHEME.len()) {
        Some((scheme, address)) if scheme.eq_ignore_ascii_case(SCHEME) => address,
        _ => text,
    };
    text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')).map_or(text, |(_, address)| address)
}

fn is_local(text: &str) -> bool {
    if text.len() > LONGEST_LOCAL {
        return false;
    }
    match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').is_some_and(is_quoted),
        None => text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_of_atom)),
    }
}

/// What may stand between quotes: printable characters, and any of them behind a backslash.
fn is_quoted(text: &str) -> bool {
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let fits = match c {
            '"' => false,
            '\\' => rest.next().is_some_and(|c| matches!(c, ' '..='~')),
            c => matches!(c, ' '..='~') || is_foreign_letter(c),
        };
        if !fits {
            return false;
        }
    }
    !text.is_empty()
}

fn is_domain(text: &str) -> bool {
    let is_named = text.rsplit('.').next().is_some_and(|last| last.bytes().any(|byte| !byte.is_ascii_digit()));
    is_named && text.contains('.') && text.split('.').all(is_label)
}

fn is_label(text: &str) -> bool {
    let is_whole = !text.is_empty() && text.len() <= LONGEST_LABEL && !text.starts_with('-') && !text.ends_with('-');
    is_whole && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || is_foreign_letter(c))
}

fn is_of_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_foreign_letter(c)
}

fn is_foreign_letter(c: char) -> bool {
    !c.is_ascii() && !NO_LETTERS.iter().any(|block| block.contains(&u32::from(c)))
}

/// Character by character, whatever stands around it.
fn lowered(text: &str) -> String {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_become_one() {
        for text in ["Max.M@X.de", " max.m@x.DE", "Max M. <max.m@x.de>", "mailto:max.m@x.de"] {
            assert_eq!(normalise(text).as_deref(), Ok("max.m@x.de"), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "max", "max@", "@x.de", "max@x", "max@@x.de", "max m@x.de", "a@x.de, b@x.de", "max@[1.2.3.4]"]
        {
            assert_eq!(normalise(text).unwrap_err().code, "not-an-email", "{text}");
        }
    }
}
