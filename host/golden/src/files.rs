//! The golden cases of a folder: `cases/*.json` beside a plugin's `plugin.toml`.

use std::path::Path;

use gantry_component::CaseFile;
use gantry_core::file_name::is_hidden;
use gantry_core::text_without_mark;

use crate::error::FilesError;

/// The golden cases of a folder, in the order of their names; none where it has no `*.json`.
///
/// # Errors
/// When the folder or one of its cases can't be read, or a case is not text.
pub fn files(folder: &Path) -> Result<Vec<CaseFile>, FilesError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| FilesError::Io { path, source }
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        let file = entry.map_err(io(folder))?.path();
        let is_case = file.extension().is_some_and(|extension| extension == "json");
        if is_case && !is_hidden(&file.file_name().unwrap_or_default().to_string_lossy()) {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = std::fs::read(&file).map_err(io(&file))?;
            let text = String::from_utf8(bytes).map_err(|_| FilesError::NotText { path: file })?;
            files.push(CaseFile { name, text: text_without_mark(&text).to_owned() });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_come_by_name_and_other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("b.json", "{}"), ("a.json", "\u{feff}[]"), ("notes.md", ""), ("._a.json", "\0")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let names: Vec<_> = files(folder.path()).unwrap().into_iter().map(|case| (case.name, case.text)).collect();
        assert_eq!(names, [("a".into(), "[]".into()), ("b".into(), "{}".into())]);
    }

    #[test]
    fn a_case_that_is_no_text_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("odd.json"), b"\xff").unwrap();
        let error = files(folder.path()).unwrap_err().to_string();
        assert!(error.contains("odd.json is not UTF-8"), "{error}");
        assert!(files(&folder.path().join("absent")).unwrap_err().to_string().contains("absent"));
    }
}
