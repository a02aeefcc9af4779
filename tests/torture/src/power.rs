//! Simulates a power cut: reverts any part of the killed process's writes that was not yet on stable storage. What is
//! recorded is described in `faults/journal.c`.
//!
//! Each page of each write without a later fsync is lost or kept independently, as on a real drive. A lost page has its
//! content from before. File names are not reverted: a rename or a new file counts as durable.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use anyhow::Result;
use fastrand::Rng;

/// The unit in which drives write.
const PAGE: u64 = 4096;

/// Bytes of a record's header.
const HEAD: usize = 48;

const WRITE: u64 = 1;

/// One recorded write.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Write {
    /// Its offset in the journal.
    place: u64,
    offset: u64,
    old: Vec<u8>,
    new: Vec<u8>,
    /// The file's size before.
    size: u64,
}

/// What was recorded about one file.
#[derive(Debug, Default)]
struct Recorded {
    writes: Vec<Write>,
    /// Everything before this offset in the journal is on stable storage.
    durable: u64,
}

/// Cuts the power: in the files below `data`, each page that was not durable is kept with this probability. Returns how
/// many were lost.
pub fn cut(journal: &Path, data: &Path, kept: f64, rng: &mut Rng) -> Result<usize> {
    let paths = paths_below(data)?;
    let mut lost = 0;
    for (inode, recorded) in read(&std::fs::read(journal)?) {
        // A file that was removed since needs no change.
        let Some(path) = paths.get(&inode) else { continue };
        lost += revert(&File::options().read(true).write(true).open(path)?, &recorded, kept, rng)?;
    }
    Ok(lost)
}

fn revert(file: &File, recorded: &Recorded, kept: f64, rng: &mut Rng) -> Result<usize> {
    let volatile: Vec<_> = recorded.writes.iter().filter(|write| write.place >= recorded.durable).collect();
    for write in volatile.iter().rev() {
        file.write_all_at(&write.old, write.offset)?;
        file.set_len(write.size)?;
    }
    let mut lost = 0;
    for (at, page) in volatile.iter().flat_map(|write| pages(write)) {
        if rng.f64() < kept {
            file.write_all_at(page, at)?;
        } else {
            lost += 1;
        }
    }
    Ok(lost)
}

/// Splits a write at the boundaries of the file's pages.
fn pages(write: &Write) -> Vec<(u64, &[u8])> {
    let mut at = write.offset;
    let mut rest = write.new.as_slice();
    let mut pages = Vec::new();
    while !rest.is_empty() {
        let left = usize::try_from(PAGE - at % PAGE).unwrap_or(usize::MAX);
        let (page, more) = rest.split_at(left.min(rest.len()));
        pages.push((at, page));
        at += page.len() as u64;
        rest = more;
    }
    pages
}

/// The records by file. A record that the kill cut short is ignored.
fn read(mut journal: &[u8]) -> BTreeMap<u64, Recorded> {
    let mut files: BTreeMap<u64, Recorded> = BTreeMap::new();
    let whole = journal.len();
    while let Some((head, rest)) = journal.split_at_checked(HEAD) {
        let place = (whole - journal.len()) as u64;
        let [kind, inode, offset, length, old_length, reach] = std::array::from_fn(|n| number_at(head, n));
        let length = length as usize;
        let old_length = old_length as usize;
        let Some((old, rest)) = rest.split_at_checked(old_length) else { break };
        let Some((new, rest)) = rest.split_at_checked(length) else { break };
        let file = files.entry(inode).or_default();
        if kind == WRITE {
            file.writes.push(Write { place, offset, old: old.to_vec(), new: new.to_vec(), size: reach });
        } else {
            file.durable = file.durable.max(reach);
        }
        journal = rest;
    }
    files
}

/// The header's `n`th number.
fn number_at(head: &[u8], n: usize) -> u64 {
    u64::from_ne_bytes(std::array::from_fn(|byte| head[n * 8 + byte]))
}

fn paths_below(dir: &Path) -> Result<HashMap<u64, PathBuf>> {
    let mut paths = HashMap::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            paths.extend(paths_below(&entry.path())?);
        } else {
            paths.insert(entry.metadata()?.ino(), entry.path());
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn record(kind: u64, inode: u64, offset: u64, old: &[u8], new: &[u8], reach: u64) -> Vec<u8> {
        let head = [kind, inode, offset, new.len() as u64, old.len() as u64, reach];
        [head.map(u64::to_ne_bytes).concat(), old.to_vec(), new.to_vec()].concat()
    }

    #[test]
    fn what_was_synced_stays_and_the_rest_goes_or_stays_page_by_page() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("db");
        let journal = dir.path().with_extension("journal");
        std::fs::write(&path, "AABBCC").unwrap();
        let inode = std::fs::metadata(&path).unwrap().ino();
        let durable = record(WRITE, inode, 0, b"..", b"AA", 2);
        let synced = record(2, inode, 0, b"", b"", durable.len() as u64);
        let volatile = [record(WRITE, inode, 2, b"", b"BB", 2), record(WRITE, inode, 4, b"", b"CC", 4)].concat();
        let cut_short = record(WRITE, inode, 0, b"", b"lost", 0)[..50].to_vec();
        std::fs::write(&journal, [durable, synced, volatile, cut_short].concat()).unwrap();
        let mut rng = Rng::with_seed(1);
        assert_eq!(cut(&journal, dir.path(), 1.0, &mut rng).unwrap(), 0);
        assert_eq!(std::fs::read(&path).unwrap(), b"AABBCC");
        assert_eq!(cut(&journal, dir.path(), 0.0, &mut rng).unwrap(), 2);
        assert_eq!(std::fs::read(&path).unwrap(), b"AA");
        std::fs::remove_file(journal).unwrap();
    }
}
