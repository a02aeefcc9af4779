//! The names that the host's sources define: files, items, fields and variants.

use crate::{SourceFile, code};

/// A name and where it is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defined {
    /// `FILE: NAME`, as messages show it.
    pub place: String,
    /// The words of the name, in lower case: `DeadLetterId` is `dead`, `letter`, `id`.
    pub words: Vec<String>,
}

/// What comes before a name that an item defines.
const KEYWORDS: &[&str] = &["struct", "enum", "trait", "type", "mod", "fn", "const", "static", "union"];

/// Every name that a file defines, its own included. Tests in the file aside: their names are sentences.
#[must_use]
pub fn defined(file: &SourceFile) -> Vec<Defined> {
    let stem = file.path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
    let text = code(&file.text);
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().filter_map(name_of_line);
    let names = lines.chain([stem]);
    names.map(|name| Defined { place: format!("{}: {name}", file.path), words: words(name) }).collect()
}

/// The item, field or variant that a line defines, if it does.
fn name_of_line(line: &str) -> Option<&str> {
    let mut parts = line.split_whitespace().skip_while(|part| {
        matches!(*part, "pub" | "async" | "unsafe" | "const" | "extern") || part.starts_with("pub(")
    });
    let first = parts.next()?;
    if KEYWORDS.contains(&first) {
        return parts.next().map(leading_name).filter(|name| !name.is_empty());
    }
    // `const NAME` lost its keyword to the words that may come before `fn`.
    if line.trim_start().contains("const ") {
        return Some(leading_name(first)).filter(|name| !name.is_empty() && *name != "fn");
    }
    let name = leading_name(first);
    let rest = &first[name.len()..];
    let is_field = rest == ":" && !name.is_empty();
    let is_variant = name.starts_with(|c: char| c.is_ascii_uppercase()) && matches!(rest, "," | "(" | "");
    (is_field || is_variant).then_some(name)
}

fn leading_name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Splits a name at underscores and capitals.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    for c in name.chars() {
        if c == '_' || c == '-' {
            was_lower = false;
            words.push(String::new());
            continue;
        }
        if words.is_empty() || (c.is_ascii_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
