//! Compiled code on disk is used when this host wrote it, and only then.

use std::path::{Path, PathBuf};

use gantry_component::ComponentError;
use gantry_core::Secret;
use gantry_sandbox::{CacheConfig, LoadError, Sandbox, SandboxConfig};

use crate::harness::{config, logged, one, text};

/// Loads the echo guest in a new sandbox with this cache, runs it, and tells how many warnings there were.
fn load(dir: &Path, key: u8) -> usize {
    load_guest(gantry_guests::ECHO, dir, key)
}

fn load_guest(guest: &[u8], dir: &Path, key: u8) -> usize {
    load_bounded(guest, dir, key, CacheConfig::MAX_BYTES)
}

fn load_bounded(guest: &[u8], dir: &Path, key: u8, max_bytes: u64) -> usize {
    let cache = CacheConfig { dir: dir.to_path_buf(), key: Secret::new([key; 32]), max_bytes };
    let small = SandboxConfig { cache: Some(cache), instances: 2, ..SandboxConfig::default() };
    let ((), events) = logged(|| {
        let step = Sandbox::new(small).unwrap().load(guest).unwrap().prepare(config()).unwrap();
        assert_eq!(text(&one(&step, "hello")), "hello");
    });
    events.iter().filter(|event| event["level"] == "WARN").count()
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The directory, the only entry after one load, and its bytes.
fn filled() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(load(dir.path(), 1), 0);
    let entry = entries(dir.path()).pop().unwrap();
    let bytes = std::fs::read(&entry).unwrap();
    (dir, entry, bytes)
}

/// Which file it is: a rewritten entry is another one.
#[cfg(unix)]
fn inode(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).unwrap().ino()
}

#[cfg(unix)]
#[test]
fn a_restart_uses_the_entry_and_leaves_it_alone() {
    let (dir, entry, _) = filled();
    let before = inode(&entry);
    assert_eq!(load(dir.path(), 1), 0);
    assert_eq!(inode(&entry), before);
    assert_eq!(entries(dir.path()), [entry]);
}

/// What the cache says while this is loaded, and what came of it.
fn loaded(component: &[u8], dir: &Path) -> (Result<(), LoadError>, bool) {
    let cache = CacheConfig { dir: dir.to_path_buf(), key: Secret::new([1; 32]), max_bytes: CacheConfig::MAX_BYTES };
    let config = SandboxConfig { cache: Some(cache), instances: 2, ..SandboxConfig::default() };
    let (loaded, events) = logged(|| Sandbox::new(config).unwrap().load(component).map(drop));
    (loaded, events.iter().any(|event| event["message"] == "loaded a plugin from the compile cache"))
}

#[test]
fn a_component_is_validated_unless_these_very_bytes_were_compiled_before() {
    let (dir, _, _) = filled();
    let (first, hit) = loaded(gantry_guests::ECHO, dir.path());
    assert!(first.is_ok() && hit);
    // An instruction that no version of WebAssembly has, where the code is; what surrounds it can still be read.
    let mut damaged = gantry_guests::ECHO.to_vec();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let (refused, hit) = loaded(&damaged, dir.path());
    assert!(matches!(refused, Err(LoadError::Component(ComponentError::Invalid { .. }))) && !hit, "{refused:?}");
    assert_eq!(entries(dir.path()).len(), 1, "what is refused is not kept");
}

#[test]
fn what_may_not_be_loaded_is_neither_compiled_nor_kept() {
    let (dir, entry, _) = filled();
    let (refused, hit) = loaded(gantry_guests::NETWORK, dir.path());
    assert!(matches!(refused, Err(LoadError::Import { .. })) && !hit, "{refused:?}");
    assert_eq!(entries(dir.path()), [entry], "what may not be loaded is not compiled");
}

#[test]
fn an_entry_changed_in_any_byte_is_ignored_reported_and_replaced() {
    let (dir, entry, good) = filled();
    for position in [0, 20, 60, good.len() / 2, good.len() - 1] {
        let mut bytes = good.clone();
        bytes[position] ^= 1;
        std::fs::write(&entry, bytes).unwrap();
        assert_eq!(load(dir.path(), 1), 1, "byte {position}");
        assert_eq!(load(dir.path(), 1), 0, "byte {position}: the entry was not replaced");
    }
}

#[test]
fn a_truncated_entry_is_ignored_reported_and_replaced() {
    let (dir, entry, good) = filled();
    for length in [0, 10, 30, 47, good.len() - 1] {
        std::fs::write(&entry, &good[..length]).unwrap();
        assert_eq!(load(dir.path(), 1), 1, "{length} bytes");
        assert_eq!(load(dir.path(), 1), 0, "{length} bytes: the entry was not replaced");
    }
}

#[test]
fn an_entry_written_under_another_key_is_not_trusted() {
    let (dir, _, _) = filled();
    assert_eq!(load(dir.path(), 2), 1);
}

#[test]
fn the_entry_of_another_plugin_is_not_trusted_under_this_ones_name() {
    let (dir, echo, good) = filled();
    assert_eq!(load_guest(gantry_guests::SPIN, dir.path(), 1), 0);
    let spin = entries(dir.path()).into_iter().find(|entry| *entry != echo).unwrap();
    std::fs::write(spin, good).unwrap();
    assert_eq!(load_guest(gantry_guests::SPIN, dir.path(), 1), 1);
}

#[test]
fn a_cache_that_cannot_be_used_is_found_when_the_sandbox_starts() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let dir = file.path().to_path_buf();
    let cache = CacheConfig { dir, key: Secret::new([1; 32]), max_bytes: CacheConfig::MAX_BYTES };
    let error = Sandbox::new(SandboxConfig { cache: Some(cache), ..SandboxConfig::default() }).err().unwrap();
    assert!(error.to_string().contains("can't use"), "{error}");
}

#[test]
fn a_cache_beyond_its_bound_loses_what_was_used_longest_ago() {
    let (dir, echo, _) = filled();
    let first = std::fs::metadata(&echo).unwrap().len();
    age(&echo, 3_000);
    assert_eq!(load_guest(gantry_guests::SPIN, dir.path(), 1), 0);
    let spin = entries(dir.path()).into_iter().find(|entry| *entry != echo).unwrap();
    let second = std::fs::metadata(&spin).unwrap().len();
    age(&spin, 2_000);
    // A hit makes the older one the younger.
    assert_eq!(load(dir.path(), 1), 0);
    assert_eq!(load_bounded(gantry_guests::TRAP_ON, dir.path(), 1, first + second + second / 2), 0);
    let left = entries(dir.path());
    assert!(left.contains(&echo) && !left.contains(&spin) && left.len() == 2, "{left:?}");
}

#[test]
fn the_entry_written_last_stays_even_beyond_the_bound() {
    let (dir, echo, _) = filled();
    assert_eq!(load_bounded(gantry_guests::SPIN, dir.path(), 1, 1), 0);
    let left = entries(dir.path());
    assert!(left.len() == 1 && left[0] != echo, "{left:?}");
}

#[test]
fn what_a_crash_left_half_written_is_removed_in_time() {
    let (dir, _, _) = filled();
    let old = dir.path().join("a-1-0.tmp");
    let young = dir.path().join("b-1-0.tmp");
    [&old, &young].into_iter().for_each(|path| std::fs::write(path, "half").unwrap());
    age(&old, 7_200);
    assert_eq!(load_guest(gantry_guests::SPIN, dir.path(), 1), 0);
    assert!(!old.exists() && young.exists());
}

/// Makes a file look as if it had last been used so long ago.
fn age(path: &Path, seconds: u64) {
    let then = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds);
    std::fs::File::open(path).unwrap().set_modified(then).unwrap();
}
