//! Moves files that the source is done with. Nothing is ever overwritten, and a move is on disk before the source forgets
//! the file.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use gantry_core::{Digest, Timestamp};
use rustix::fs::{CWD, RenameFlags, renameat_with, statvfs};
use rustix::io::Errno;

use crate::defect::Defect;

/// The longest name in most file systems, in bytes.
const LONGEST_NAME: usize = 255;

/// Where a file is now.
#[derive(Debug)]
pub(super) struct Archived {
    pub(super) path: PathBuf,
    /// Whether it is the same file, and not a copy on another file system.
    pub(super) is_same: bool,
}

/// Moves a finished file to `done`.
pub(super) fn finish(file: &Path, done: &Path, now: Timestamp) -> io::Result<Archived> {
    put(file, done, now)
}

/// Moves a bad file to `failed`.
pub(super) fn fail(file: &Path, failed: &Path, now: Timestamp) -> io::Result<Archived> {
    put(file, failed, now)
}

/// Writes the reason beside a bad file that was moved.
pub(super) fn report(file: &Path, archived: &Path, defect: &Defect) -> io::Result<()> {
    let failed = archived.parent().unwrap_or(Path::new("."));
    let name = named(failed, archived.file_name().unwrap_or_default(), ".error.txt");
    let mut report = File::create(failed.join(name))?;
    report.write_all(explain(file, defect).as_bytes())?;
    report.sync_all()?;
    sync_dir(failed)
}

fn explain(file: &Path, defect: &Defect) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let back = file.parent().unwrap_or(Path::new(".")).display();
    format!(
        "{name} was not taken in. Nothing of it was sent on.\n\n{defect}\n\nTo fix it: {}.\nThen put the file back into {back}.\n",
        defect.fix
    )
}

fn put(file: &Path, dir: &Path, now: Timestamp) -> io::Result<Archived> {
    let name = file.file_name().unwrap_or_default();
    for candidate in candidates(dir, name, now) {
        let path = dir.join(candidate);
        match rename_new(file, &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
            Ok(is_same) => {
                sync_dir(dir)?;
                sync_dir(file.parent().unwrap_or(Path::new(".")))?;
                return Ok(Archived { path, is_same });
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The name itself, then with the time, then with the time and a counter.
fn candidates(dir: &Path, name: &OsStr, now: Timestamp) -> impl Iterator<Item = OsString> {
    let dir = dir.to_owned();
    let path = Path::new(name);
    let stem = path.file_stem().unwrap_or_default().to_owned();
    let extension = path.extension().map_or_else(OsString::new, |extension| {
        let mut end = OsString::from(".");
        end.push(extension);
        end
    });
    let time = now.to_string().replace(['-', ':'], "");
    let later = (1..1000).map(move |n: u32| {
        let mut end = OsString::from(if n == 1 { format!(".{time}") } else { format!(".{time}-{n}") });
        end.push(&extension);
        named(&dir, &stem, end)
    });
    std::iter::once(name.to_owned()).chain(later)
}

/// The name with this end. If that is longer than the directory allows, the end of the name gives way to a digest of it.
fn named(dir: &Path, name: &OsStr, end: impl AsRef<OsStr>) -> OsString {
    let end = end.as_ref();
    let longest = statvfs(dir).ok().and_then(|system| usize::try_from(system.f_namemax).ok());
    let longest = longest.filter(|longest| *longest > 0).unwrap_or(LONGEST_NAME);
    let mut whole = name.to_owned();
    if name.len() + end.len() > longest {
        let digest = Digest::of(name.as_bytes());
        let digest: String = digest.as_bytes()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        let kept = longest.saturating_sub(end.len() + digest.len() + 1);
        whole = cut(name, kept);
        whole.push("~");
        whole.push(digest);
    }
    whole.push(end);
    whole
}

/// The first bytes of a name, without the beginning of a character.
fn cut(name: &OsStr, length: usize) -> OsString {
    let bytes = name.as_bytes();
    let mut length = length.min(bytes.len());
    while length > 0 && bytes.get(length).is_some_and(|byte| byte & 0xc0 == 0x80) {
        length -= 1;
    }
    OsStr::from_bytes(&bytes[..length]).to_owned()
}

/// Renames without replacing. Copies if the two are on different file systems; then the result is false.
fn rename_new(from: &Path, to: &Path) -> io::Result<bool> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::XDEV) => copy_new(from, to).map(|()| false),
        // Not every file system supports renaming without replacing.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            if to.try_exists()? {
                Err(io::ErrorKind::AlreadyExists.into())
            } else {
                fs::rename(from, to).map(|()| true)
            }
        }
        other => Ok(other.map(|()| true)?),
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
    use crate::defect::Place;

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
        let archived = fail(&file, &failed, NOW).unwrap();
        report(&file, &archived.path, &Defect::new(Place::Line(7), "the row is odd", "make it even")).unwrap();
        let report = fs::read_to_string(failed.join("bad.csv.error.txt")).unwrap();
        assert!(report.contains("line 7: the row is odd") && report.contains("make it even"), "{report}");
    }

    #[test]
    fn names_as_long_as_a_directory_allows_leave_room_for_times_and_reports() {
        let dir = tempfile::tempdir().unwrap();
        let failed = dir.path().join("failed");
        fs::create_dir(&failed).unwrap();
        for long in ["a".repeat(251), "ä".repeat(125)] {
            let file = dir.path().join(format!("{long}.csv"));
            let defect = Defect::new(Place::Line(7), "the row is odd", "make it even");
            for _ in 0..2 {
                fs::write(&file, "x").unwrap();
                let archived = fail(&file, &failed, NOW).unwrap();
                report(&file, &archived.path, &defect).unwrap();
            }
        }
        let names: Vec<_> = fs::read_dir(&failed).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let reports = names.iter().filter(|name| name.to_str().unwrap().ends_with(".error.txt")).count();
        assert_eq!((names.len(), reports), (8, 4), "{names:?}");
    }
}
