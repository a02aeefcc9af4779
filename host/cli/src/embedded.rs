//! The files that plugin authors need, embedded in this binary: the SDKs, their templates and the contract. `build.rs`
//! lists them.

/// Name and contents of every file, sorted by name. Names are relative to the repository's root, with `/`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The files in this folder, with their names relative to it. The folder's name ends with `/`.
pub(crate) fn files(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().filter_map(move |(name, bytes)| Some((name.strip_prefix(folder)?, *bytes)))
}

/// One file.
pub(crate) fn file(name: &str) -> Option<&'static [u8]> {
    let found = FILES.binary_search_by(|(other, _)| (*other).cmp(name)).ok()?;
    Some(FILES[found].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_and_the_rust_sdk_are_embedded_and_no_files_of_tools() {
        assert!(file("wit/plugin.wit").is_some() && file("sdk/rust/src/lib.rs").is_some());
        assert!(file("sdk/go/adapter/preview1.wasm").is_some(), "components of Go need it");
        assert!(file("sdk/rust/absent").is_none());
        for (name, _) in FILES {
            assert!(!name.contains("node_modules") && !name.contains("/."), "{name}");
        }
    }

    #[test]
    fn a_folders_files_have_names_relative_to_it() {
        assert!(files("sdk/rust/").any(|(name, _)| name == "Cargo.toml"));
        assert_eq!(files("sdk/cobol/").count(), 0);
    }
}
