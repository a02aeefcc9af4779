//! Paths in commands that people copy into a shell.

use std::path::Path;

/// The path as a word of a command: in quotes if it needs them.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.,+:@%=".contains(c));
    if is_plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_other_signs_than_words_have_is_quoted() {
        assert_eq!(quoted(Path::new("/var/lib/gantry")), "/var/lib/gantry");
        assert_eq!(quoted(Path::new("/srv/it's here")), r"'/srv/it'\''s here'");
    }
}
