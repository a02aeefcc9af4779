//! Broken rules as a plugin would report them: a JSON Pointer into the message, a code, and a text for people.
//!
//! A keyword with the same meaning as a check of the SDK has that check's code; `docs/reference/schema-codes.md` lists
//! them all. Texts contain at most an excerpt of the offending value.

use std::fmt::{self, Write as _};

use gantry_core::{Violation, counted, escape};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};

use crate::tree::{Tree, token};

/// Most bytes of a text; the same as in the SDK.
const TEXT_BYTES: usize = 300;
/// Most bytes shown of an offending value.
const EXCERPT_BYTES: usize = 60;
/// Most bytes shown of what the schema says.
const EXPECTED_BYTES: usize = 120;

/// The payload is not JSON.
pub const NOT_JSON: &str = "not-json";
/// An object has a member twice.
pub const DUPLICATE_MEMBER: &str = "duplicate-member";
/// A text holds half of a surrogate pair.
pub const UNPAIRED_SURROGATE: &str = "unpaired-surrogate";
/// An array or object is nested too deep to be looked into.
pub const TOO_DEEP: &str = "too-deep";
/// A pattern was given up on a text.
const PATTERN_LIMIT: &str = "pattern-limit";

/// Keywords whose code is not their own name.
const CODES: [(&str, &str); 16] = [
    ("required", "missing-field"),
    ("dependentRequired", "missing-field"),
    ("dependencies", "missing-field"),
    ("additionalProperties", "unknown-field"),
    ("unevaluatedProperties", "unknown-field"),
    ("type", "wrong-type"),
    ("enum", "wrong-value"),
    ("const", "wrong-value"),
    ("minimum", "out-of-range"),
    ("maximum", "out-of-range"),
    ("exclusiveMinimum", "out-of-range"),
    ("exclusiveMaximum", "out-of-range"),
    ("maxLength", "too-long"),
    ("minLength", "too-short"),
    ("pattern", "wrong-pattern"),
    ("format", "wrong-format"),
];

/// A broken rule, with path, code and text cut to their greatest length.
#[must_use]
pub fn report(path: &str, code: &str, text: &str) -> Violation {
    Violation { path: bounded(path.to_owned()), code: code.to_owned(), text: escape(text, TEXT_BYTES) }
}

/// The payload is no JSON.
pub(crate) fn not_json(text: &str) -> Violation {
    report("", NOT_JSON, text)
}

/// The object has the member at this path twice.
pub(crate) fn duplicate_member(path: &str) -> Violation {
    let advice = "send it once, or say `duplicate_members = \"last\"` under [flow]";
    report(path, DUPLICATE_MEMBER, &format!("this member is there twice, and nobody knows which is meant; {advice}"))
}

/// What is said of a text with half of a surrogate pair, as it is written.
#[must_use]
pub fn unpaired(written: &dyn fmt::Display) -> String {
    format!("expected a text of whole characters, found half of a surrogate pair in {}", excerpt(written))
}

/// What is said of an array or object that is nested too deep.
#[must_use]
pub fn too_deep() -> String {
    "this is nested too deep to be checked".to_owned()
}

/// A value that can't be checked, at its place; none for any other value.
pub(crate) fn unreadable(path: &str, value: &Tree) -> Option<Violation> {
    match value {
        Tree::Unpaired(_) => Some(report(path, UNPAIRED_SURROGATE, &unpaired(value))),
        Tree::TooDeep(_) => Some(report(path, TOO_DEEP, &too_deep())),
        Tree::Text(_) => {
            let text = format!("a `pattern` with look-around takes too many steps for {}", excerpt(value));
            Some(report(path, PATTERN_LIMIT, &text))
        }
        _ => None,
    }
}

/// An error of the library as violations, one for each place it is about.
pub(crate) fn of(error: &ValidationError<'_>, tree: &Tree) -> Vec<Violation> {
    let path = error.instance_path().as_str();
    let one = |path: String, keyword: &str, text: &str| Violation {
        path: bounded(path),
        code: code(keyword),
        text: escape(text, TEXT_BYTES),
    };
    let unknown = |name: &str| one(below(path, name), "additionalProperties", "the schema knows no such member");
    match (error.kind(), tree.at(path)) {
        (Kind::Required { property }, _) => {
            let name = property.as_str().unwrap_or_default();
            vec![one(below(path, name), "required", "this is mandatory")]
        }
        (Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected }, _) => {
            unexpected.iter().map(|name| unknown(name)).collect()
        }
        (Kind::FalseSchema, Some(Tree::Object(members))) if knows_no_member(error) => {
            members.keys().map(|name| unknown(name)).collect()
        }
        (kind, found) => vec![one(path.to_owned(), kind.keyword(), &text(kind, found))],
    }
}

/// Whether the object may have no member at all: the library says so in a way of its own.
fn knows_no_member(error: &ValidationError<'_>) -> bool {
    let place = error.schema_path().as_str();
    place.ends_with("/additionalProperties") && !place.ends_with("/properties/additionalProperties")
}

fn below(path: &str, name: &str) -> String {
    format!("{path}/{}", token(name))
}

/// What is wrong with the value. It says what the schema expects, so that an operator needn't look it up.
fn text(kind: &Kind, found: Option<&Tree>) -> String {
    let found = found.map(|tree| excerpt(tree)).unwrap_or_default();
    let expected = |expected: &dyn fmt::Display| format!("expected {}, found {found}", cut(expected, EXPECTED_BYTES));
    match kind {
        Kind::Type { kind } => expected(&types(kind)),
        Kind::Custom { message, .. } => expected(message),
        Kind::Enum { options } => expected(&format_args!("one of {options}")),
        Kind::Format { format } => expected(&format_args!("the format `{format}`")),
        Kind::Pattern { pattern } => expected(&format_args!("a text that matches `{pattern}`")),
        Kind::MaxLength { limit } => expected(&format_args!("at most {}", counted(*limit, "character"))),
        Kind::MinLength { limit } => expected(&format_args!("at least {}", counted(*limit, "character"))),
        Kind::MaxItems { limit } => expected(&format_args!("at most {}", counted(*limit, "item"))),
        Kind::MinItems { limit } => expected(&format_args!("at least {}", counted(*limit, "item"))),
        Kind::MaxProperties { limit } => expected(&format_args!("at most {}", counted(*limit, "member"))),
        Kind::MinProperties { limit } => expected(&format_args!("at least {}", counted(*limit, "member"))),
        Kind::AdditionalItems { limit } => expected(&format_args!("at most {}", counted(*limit, "item"))),
        Kind::UnevaluatedItems { .. } => "there are items that the schema doesn't know".to_owned(),
        Kind::UniqueItems => "two items are equal".to_owned(),
        Kind::Contains => "not as many items as the schema wants are as `contains` says".to_owned(),
        Kind::AnyOf { context } => format!("none of {} fits {found}", counted(context.len(), "alternative")),
        Kind::OneOfNotValid { context } => {
            format!("none of {} fits {found}", counted(context.len(), "alternative"))
        }
        Kind::OneOfMultipleValid { .. } => format!("more than one alternative fits {found}; exactly one may"),
        Kind::Not { .. } => format!("the schema rules out {found}"),
        Kind::FalseSchema => "nothing may be here".to_owned(),
        Kind::PropertyNames { error } => {
            let name = error.instance().as_str().map(|name| Tree::Text(name.to_owned()));
            format!("the name of a member: {}", text(error.kind(), name.as_ref()))
        }
        other => format!("this breaks `{}`", other.keyword()),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" or "),
    }
}

/// The keyword's code: lower case words joined by hyphens.
fn code(keyword: &str) -> String {
    if let Some((_, code)) = CODES.iter().find(|(known, _)| *known == keyword) {
        return (*code).to_owned();
    }
    let mut code = String::with_capacity(keyword.len() + 2);
    for c in keyword.chars().filter(char::is_ascii_alphanumeric) {
        if c.is_ascii_uppercase() {
            code.push('-');
        }
        code.push(c.to_ascii_lowercase());
    }
    code
}

/// The path, cut at a `/` where it is too long, so that it stays a valid pointer.
fn bounded(mut path: String) -> String {
    while path.len() > Violation::PATH_BYTES {
        path.truncate(path.rfind('/').unwrap_or(0));
    }
    escape(&path, Violation::PATH_BYTES)
}

/// As much of an offending value as a text may show.
#[must_use]
pub fn excerpt(value: &dyn fmt::Display) -> String {
    cut(value, EXCERPT_BYTES)
}

/// The beginning of what something shows, without writing the rest of it.
fn cut(shown: &dyn fmt::Display, most: usize) -> String {
    let mut short = Short { text: String::new(), most };
    match write!(short, "{shown}") {
        Ok(()) => short.text,
        Err(_) => short.text + "…",
    }
}

/// Accepts this many bytes, then fails.
struct Short {
    text: String,
    most: usize,
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.most.saturating_sub(self.text.len());
        let end = text.floor_char_boundary(room.min(text.len()));
        self.text.push_str(&text[..end]);
        if end == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}
