//! A power cut: takes back, of what the killed process had written, any part that was not yet on stable storage. See
//! `faults/journal.c` for what is recorded.
//!
//! Each page of each write that no fsync had covered is lost or kept on its own, as a drive would have it. What was
//! lost is as it was before. Names of files are not taken back: a rename or a new file counts as durable.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use anyhow::Result;
use fastrand::Rng;

/// Drives write this much at once.
const PAGE: u64 = 4096;

/// Bytes of a record before its own bytes.
const HEAD: usize = 48;

const WRITE: u64 = 1;

/// One write, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Write {
    /// Where it stands in the journal.
    place: u64,
    offset: u64,
    old: Vec<u8>,
    new: Vec<u8>,
    /// The file's size before.
    size: u64,
}

/// What is known of one file.
#[derive(Debug, Default)]
struct Recorded {
    writes: Vec<Write>,
    /// Everything recorded before this place is on stable storage.
    durable: u64,
}

/// Cuts the power: of the files below `data`, each page that was not durable is kept with this likelihood. How many were
/// lost.
pub fn cut(journal: &Path, data: &Path, kept: f64, dice: &mut Rng) -> Result<usize> {
    let paths = paths_below(data)?;
    let mut lost = 0;
    for (inode, recorded) in read(&std::fs::read(journal)?) {
        // A file that was removed since is gone either way.
        let Some(path) = paths.get(&inode) else { continue };
        lost += take_back(&File::options().read(true).write(true).open(path)?, &recorded, kept, dice)?;
    }
    Ok(lost)
}

fn take_back(file: &File, recorded: &Recorded, kept: f64, dice: &mut Rng) -> Result<usize> {
    let volatile: Vec<_> = recorded.writes.iter().filter(|write| write.place >= recorded.durable).collect();
    for write in volatile.iter().rev() {
        file.write_all_at(&write.old, write.offset)?;
        file.set_len(write.size)?;
    }
    let mut lost = 0;
    for (at, page) in volatile.iter().flat_map(|write| pages(write)) {
        if dice.f64() < kept {
            file.write_all_at(page, at)?;
        } else {
            lost += 1;
        }
    }
    Ok(lost)
}

/// A write as its pages, cut where the file's pages are.
fn pages(write: &Write) -> Vec<(u64, &[u8])> {
    let (mut at, mut rest, mut pages) = (write.offset, write.new.as_slice(), Vec::new());
    while !rest.is_empty() {
        let room = usize::try_from(PAGE - at % PAGE).unwrap_or(usize::MAX);
        let (page, more) = rest.split_at(room.min(rest.len()));
        pages.push((at, page));
        at += page.len() as u64;
        rest = more;
    }
    pages
}

/// The records by file; a record that the kill cut short is none.
fn read(mut journal: &[u8]) -> BTreeMap<u64, Recorded> {
    let mut files: BTreeMap<u64, Recorded> = BTreeMap::new();
    let whole = journal.len();
    while let Some((head, rest)) = journal.split_at_checked(HEAD) {
        let place = (whole - journal.len()) as u64;
        let number = |n: usize| u64::from_ne_bytes(std::array::from_fn(|byte| head[n * 8 + byte]));
        let [kind, inode, offset, length, old_length, reach] = std::array::from_fn(number);
        let (length, old_length) = (length as usize, old_length as usize);
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
        let (path, journal) = (dir.path().join("db"), dir.path().with_extension("journal"));
        std::fs::write(&path, "AABBCC").unwrap();
        let inode = std::fs::metadata(&path).unwrap().ino();
        let durable = record(WRITE, inode, 0, b"..", b"AA", 2);
        let synced = record(2, inode, 0, b"", b"", durable.len() as u64);
        let volatile = [record(WRITE, inode, 2, b"", b"BB", 2), record(WRITE, inode, 4, b"", b"CC", 4)].concat();
        let cut_short = record(WRITE, inode, 0, b"", b"lost", 0)[..50].to_vec();
        std::fs::write(&journal, [durable, synced, volatile, cut_short].concat()).unwrap();
        let mut dice = Rng::with_seed(1);
        assert_eq!(cut(&journal, dir.path(), 1.0, &mut dice).unwrap(), 0);
        assert_eq!(std::fs::read(&path).unwrap(), b"AABBCC");
        assert_eq!(cut(&journal, dir.path(), 0.0, &mut dice).unwrap(), 2);
        assert_eq!(std::fs::read(&path).unwrap(), b"AA");
        std::fs::remove_file(journal).unwrap();
    }
}
