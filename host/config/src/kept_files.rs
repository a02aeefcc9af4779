//! Copies of the files that a flow is made of, below one directory, each at the path it was copied from. A flow that is
//! read with them names the copies instead of its own files.

use std::path::{Component, Path, PathBuf};

/// A directory with copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFiles {
    root: PathBuf,
}

impl KeptFiles {
    /// The copies below this directory.
    #[must_use]
    pub const fn below(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where the copy of a file is, or would be. The path must be absolute.
    #[must_use]
    pub fn copy_of(&self, file: &Path) -> PathBuf {
        let below = file.components().filter(|part| matches!(part, Component::Normal(_)));
        self.root.join(below.collect::<PathBuf>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_below_the_directory_at_the_path_of_its_original() {
        let kept = KeptFiles::below("/data/kept".into());
        assert_eq!(kept.copy_of("/srv/flows/prices.csv".as_ref()), Path::new("/data/kept/srv/flows/prices.csv"));
        assert_eq!(kept.copy_of("/srv/../../x".as_ref()), Path::new("/data/kept/srv/x"), "never outside");
    }
}
