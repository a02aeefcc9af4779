//! `compile_flags.txt`: the compiler flags of a C or C++ project, one per line, with paths relative to the plugin's
//! folder.

use std::path::Path;

use crate::command::plugin::build::error::BuildError;

const FILE: &str = "compile_flags.txt";

/// The header that identifies the SDK.
const HEADER: &str = "gantry.h";

/// A project's flags, and the SDK's folder, which one of them leads to.
pub(super) struct Flags {
    all: Vec<String>,
    sdk: String,
}

impl Flags {
    pub(super) fn read(directory: &Path) -> Result<Self, BuildError> {
        let file = directory.join(FILE);
        // Without the file, the error below names it.
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let all: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let includes = all.iter().filter_map(|flag| flag.strip_prefix("-I")).map(str::trim);
        let mut includes = includes.map(|folder| folder.trim_end_matches('/'));
        let include = includes.find(|folder| directory.join(folder).join(HEADER).is_file());
        let sdk = include.and_then(|folder| folder.strip_suffix("/include")).map(str::to_owned);
        let sdk = sdk.ok_or(BuildError::NoSdk { file, flag: "-IPATH/TO/sdk/c/include" })?;
        Ok(Self { all, sdk })
    }

    /// The folder `sdk/c`, as written in the flags.
    pub(super) fn sdk(&self) -> &str {
        &self.sdk
    }

    /// All flags, for the language of the project.
    pub(super) fn all(&self) -> &[String] {
        &self.all
    }

    /// The flags that mean the same in C and in C++.
    pub(super) fn of_any_language(&self) -> Vec<String> {
        self.all.iter().filter(|flag| flag.starts_with("-I") || flag.starts_with("-D")).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_is_where_a_flag_finds_its_header() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        assert!(matches!(Flags::read(directory.path()), Err(BuildError::NoSdk { .. })));
        write("sdk/c/include/gantry.h", "");
        write("compile_flags.txt", "-std=c++23\n-Isdk/cpp/include\n-Isdk/c/include/\n-DX=1\n");
        let flags = Flags::read(directory.path()).unwrap();
        assert_eq!(flags.sdk(), "sdk/c");
        assert_eq!(flags.of_any_language(), ["-Isdk/cpp/include", "-Isdk/c/include/", "-DX=1"]);
        assert_eq!(flags.all().len(), 4);
    }
}
