//! How messages name keys, choices and types.

/// How similar a typed word must be to a known one for a suggestion, from 0 to 1.
const ALIKE: f64 = 0.8;

/// The known key or name that was probably meant.
pub fn nearest<'k>(typed: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let likeness = known.map(|key| (strsim::jaro_winkler(typed, key), key)).filter(|(alike, _)| *alike >= ALIKE);
    likeness.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, key)| key)
}

pub(super) fn listed<'k>(names: impl Iterator<Item = &'k str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn first_sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    text.split_once(". ").map_or(text.trim_end_matches('.'), |(first, _)| first).to_owned()
}

/// A type as TOML calls it, with its article.
pub(super) fn toml_type(name: &str) -> &str {
    match name {
        "object" | "table" => "a table",
        "array" => "an array",
        "integer" => "a whole number",
        "number" | "float" => "a number",
        "boolean" => "true or false",
        "string" => "a text in quotes",
        "datetime" => "a date",
        other => other,
    }
}
