//! A place in a file that somebody wrote, for messages about it.

use std::fmt;
use std::path::PathBuf;

/// A line of a file, or all of it; shown as `file:line`, or as `file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as its reader knows it.
    pub file: PathBuf,
    /// The line, from 1; none: the whole file.
    pub line: Option<usize>,
}

impl Place {
    /// A line of a file.
    #[must_use]
    pub fn at(file: impl Into<PathBuf>, line: usize) -> Self {
        Self { file: file.into(), line: Some(line) }
    }

    /// The whole of a file, or of what stands for one.
    #[must_use]
    pub fn whole(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), line: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file.display()),
            None => write!(f, "{}", self.file.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_editors_take_it() {
        assert_eq!(Place::at("flows/orders.toml", 14).to_string(), "flows/orders.toml:14");
        assert_eq!(Place::whole("cases/empty.json").to_string(), "cases/empty.json");
    }
}
