//! Moves files that the source is done with. Nothing is ever overwritten, and a move is on disk before the source forgets
//! the file.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use gantry_core::Timestamp;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::record::Defect;

/// Moves a finished file to `done`.
pub(super) fn finish(file: &Path, done: &Path, now: Timestamp) -> io::Result<PathBuf> {
    put(file, done, now)
}

/// Moves a bad file to `failed`, with the reason beside it.
pub(super) fn fail(file: &Path, failed: &Path, defect: &Defect, now: Timestamp) -> io::Result<PathBuf> {
    let archived = put(file, failed, now)?;
    let mut report = archived.clone().into_os_string();
    report.push(".error.txt");
    let mut report = File::create(report)?;
    report.write_all(explain(file, defect).as_bytes())?;
    report.sync_all()?;
    sync_dir(failed)?;
    Ok(archived)
}

fn explain(file: &Path, defect: &Defect) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let back = file.parent().unwrap_or(Path::new(".")).display();
    format!(
        "{name} was not taken in. Nothing of it was sent on.\n\n{defect}\n\nTo fix it: {}.\nThen put the file back into {back}.\n",
        defect.fix
    )
}

fn put(file: &Path, dir: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let name = file.file_name().unwrap_or_default();
    for candidate in candidates(name, now) {
        let to = dir.join(candidate);
        match rename_new(file, &to) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
            Ok(()) => {
                sync_dir(dir)?;
                sync_dir(file.parent().unwrap_or(Path::new(".")))?;
                return Ok(to);
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The name itself, then with the time, then with the time and a counter.
fn candidates(name: &OsStr, now: Timestamp) -> impl Iterator<Item = OsString> {
    let path = Path::new(name);
    let stem = path.file_stem().unwrap_or_default().to_owned();
    let extension = path.extension().map(OsStr::to_owned);
    let time = now.to_string().replace(['-', ':'], "");
    let later = (1..1000).map(move |n: u32| {
        let mut candidate = stem.clone();
        candidate.push(if n == 1 { format!(".{time}") } else { format!(".{time}-{n}") });
        if let Some(extension) = &extension {
            candidate.push(".");
            candidate.push(extension);
        }
        candidate
    });
    std::iter::once(name.to_owned()).chain(later)
}

/// Renames without replacing. Copies if the two are on different file systems.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::XDEV) => copy_new(from, to),
        // Not every file system supports renaming without replacing.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            if to.try_exists()? {
                Err(io::ErrorKind::AlreadyExists.into())
            } else {
                fs::rename(from, to)
            }
        }
        other => Ok(other?),
    }
}

fn copy_new(from: &Path, to: &Path) -> io::Result<()> {
    let mut target = File::create_new(to)?;
    let copied = File::open(from).and_then(|mut source| io::copy(&mut source, &mut target));
    if let Err(error) = copied.and_then(|_| target.sync_all()) {
        fs::remove_file(to).ok();
        return Err(error);
    }
    fs::remove_file(from)
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files::record::Place;

    const NOW: Timestamp = Timestamp(1_614_265_330_000);

    #[test]
    fn a_file_of_the_same_name_gets_the_time_and_then_a_counter() {
        let dir = tempfile::tempdir().unwrap();
        let inbox = dir.path().join("in");
        let done = dir.path().join("done");
        fs::create_dir_all(&inbox).unwrap();
        fs::create_dir_all(&done).unwrap();
        let file = inbox.join("orders.csv");
        for content in ["1", "2", "3"] {
            fs::write(&file, content).unwrap();
            finish(&file, &done, NOW).unwrap();
        }
        let read = |name: &str| fs::read_to_string(done.join(name)).unwrap();
        assert_eq!(read("orders.csv"), "1");
        assert_eq!(read("orders.20210225T150210.000Z.csv"), "2");
        assert_eq!(read("orders.20210225T150210.000Z-2.csv"), "3");
        assert!(!file.exists());
    }

    #[test]
    fn a_failed_file_has_the_place_and_the_fix_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let failed = dir.path().join("failed");
        fs::create_dir(&failed).unwrap();
        let file = dir.path().join("bad.csv");
        fs::write(&file, "x").unwrap();
        fail(&file, &failed, &Defect::new(Place::Line(7), "the row is odd", "make it even"), NOW).unwrap();
        let report = fs::read_to_string(failed.join("bad.csv.error.txt")).unwrap();
        assert!(report.contains("line 7: the row is odd") && report.contains("make it even"), "{report}");
    }
}
