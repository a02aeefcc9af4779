//! Moves files that the source is done with. Nothing is ever overwritten but an older report, no link is followed, and a move
//! is on disk before the source forgets the file.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Permissions};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use gantry_core::escape::{escape, escape_lines};
use gantry_core::{Digest, Timestamp};
use rustix::io::Errno;

use super::folder::Folder;
use crate::defect::Defect;

/// Where a file is now.
#[derive(Debug)]
pub(super) struct Archived {
    pub(super) path: PathBuf,
    /// Whether it is the same file, and not a copy on another file system.
    pub(super) is_same: bool,
}

/// Moves a file to `done` or `failed`. `open` is the file that was read; none if it could not be opened.
pub(super) fn put(file: &Path, open: Option<&File>, dir: &Path, now: Timestamp) -> io::Result<Archived> {
    let from = Folder::watched(file.parent().unwrap_or(Path::new(".")))?;
    let to = Folder::real(dir)?;
    let name = file.file_name().unwrap_or_default();
    for candidate in candidates(&to, name, now) {
        let is_same = match from.move_to(name, &to, &candidate) {
            Ok(()) => true,
            Err(Errno::EXIST) => continue,
            Err(Errno::XDEV) => match copy(&from, name, open, &to, &candidate) {
                Ok(()) => false,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            },
            Err(error) => return Err(error.into()),
        };
        to.sync()?;
        from.sync()?;
        return Ok(Archived { path: dir.join(candidate), is_same });
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Writes the reason beside a bad file that was moved, for whoever may read the file.
pub(super) fn report(file: &Path, archived: &Path, defect: &Defect) -> io::Result<()> {
    let failed = Folder::real(archived.parent().unwrap_or(Path::new(".")))?;
    let bad = archived.file_name().unwrap_or_default();
    let name = named(&failed, bad, ".error.txt");
    // Under a name of its own first: what has the name by now may be a link to any file of the host's.
    let part = named(&failed, bad, ".error.part");
    failed.remove(&part).ok();
    let mut report = failed.create(&part)?;
    report.write_all(explain(file, defect).as_bytes())?;
    let mode = failed.file(bad)?.metadata()?.permissions().mode() & 0o666;
    report.set_permissions(Permissions::from_mode(mode | 0o600))?;
    report.sync_all()?;
    failed.replace(&part, &name)?;
    failed.sync()
}

fn explain(file: &Path, defect: &Defect) -> String {
    // Whoever drops files names them, and operators read this on a terminal.
    let name = escape(&file.file_name().unwrap_or_default().to_string_lossy(), usize::MAX);
    let back = file.parent().unwrap_or(Path::new(".")).display();
    let defect_text = escape_lines(&defect.to_string(), usize::MAX);
    format!(
        "{name} was not taken in. Nothing of it was sent on.\n\n{defect_text}\n\nTo fix it: {}.\nThen put the file back into {back}.\n",
        defect.fix
    )
}

/// The name itself, then with the time, then with the time and a counter.
fn candidates(dir: &Folder, name: &OsStr, now: Timestamp) -> impl Iterator<Item = OsString> {
    let longest = dir.longest_name();
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
        within(longest, &stem, &end)
    });
    std::iter::once(name.to_owned()).chain(later)
}

/// The name with this end, as the directory allows it.
fn named(dir: &Folder, name: &OsStr, end: &str) -> OsString {
    within(dir.longest_name(), name, end.as_ref())
}

/// The name with this end. If that is longer than `longest`, the end of the name gives way to a digest of it.
fn within(longest: usize, name: &OsStr, end: &OsStr) -> OsString {
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

/// Copies the file that was read, with its mode, and removes it if its name is still its own.
fn copy(from: &Folder, name: &OsStr, open: Option<&File>, to: &Folder, new: &OsStr) -> io::Result<()> {
    let mut source = match open {
        Some(open) => open.try_clone()?,
        None => from.file(name)?,
    };
    let metadata = source.metadata()?;
    let mut target = to.create(new)?;
    let copied = source.rewind().and_then(|()| io::copy(&mut source, &mut target)).and_then(|_| {
        target.set_permissions(Permissions::from_mode(metadata.permissions().mode() & 0o777))?;
        target.sync_all()
    });
    if let Err(error) = copied {
        to.remove(new).ok();
        return Err(error);
    }
    if from.is_at(name, &metadata)? { from.remove(name) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

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
            put(&file, None, &done, NOW).unwrap();
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
        let archived = put(&file, None, &failed, NOW).unwrap();
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
                let archived = put(&file, None, &failed, NOW).unwrap();
                report(&file, &archived.path, &defect).unwrap();
            }
        }
        let names: Vec<_> = fs::read_dir(&failed).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let reports = names.iter().filter(|name| name.to_str().unwrap().ends_with(".error.txt")).count();
        assert_eq!((names.len(), reports), (8, 4), "{names:?}");
    }

    #[test]
    fn a_link_in_the_place_of_a_folder_or_a_report_is_never_followed() {
        let dir = tempfile::tempdir().unwrap();
        let foreign = dir.path().join("foreign");
        let failed = dir.path().join("failed");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("precious.txt"), "precious").unwrap();
        let file = dir.path().join("bad.csv");
        fs::write(&file, "x").unwrap();

        symlink(&foreign, &failed).unwrap();
        let refused = put(&file, None, &failed, NOW).unwrap_err().to_string();
        assert!(refused.contains("it is a link"), "{refused}");
        assert!(file.exists());
        fs::remove_file(&failed).unwrap();

        fs::create_dir(&failed).unwrap();
        symlink(foreign.join("precious.txt"), failed.join("bad.csv.error.txt")).unwrap();
        symlink(foreign.join("precious.txt"), failed.join("bad.csv.error.part")).unwrap();
        let archived = put(&file, None, &failed, NOW).unwrap();
        report(&file, &archived.path, &Defect::new(Place::Line(7), "the row is odd", "make it even")).unwrap();
        assert_eq!(fs::read_to_string(foreign.join("precious.txt")).unwrap(), "precious");
        let report = failed.join("bad.csv.error.txt");
        assert!(fs::symlink_metadata(&report).unwrap().is_file());
        assert!(fs::read_to_string(report).unwrap().contains("the row is odd"));
    }

    #[test]
    fn a_report_can_be_read_by_whoever_may_read_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let failed = dir.path().join("failed");
        fs::create_dir(&failed).unwrap();
        for (name, mode) in [("closed.csv", 0o600), ("group.csv", 0o640), ("open.csv", 0o4755)] {
            let file = dir.path().join(name);
            fs::write(&file, "x").unwrap();
            fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            let archived = put(&file, None, &failed, NOW).unwrap();
            report(&file, &archived.path, &Defect::new(Place::File, "odd", "make it even")).unwrap();
            let report = fs::metadata(failed.join(format!("{name}.error.txt"))).unwrap();
            assert_eq!(report.permissions().mode() & 0o777, mode & 0o666, "{name}");
        }
    }

    #[test]
    fn a_copy_to_another_file_system_is_of_the_file_that_was_read_and_has_its_mode() {
        let dir = tempfile::tempdir().unwrap();
        let done = dir.path().join("done");
        fs::create_dir(&done).unwrap();
        let file = dir.path().join("a.csv");
        fs::write(&file, "mine").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        let read = File::open(&file).unwrap();
        let from = Folder::watched(dir.path()).unwrap();
        let to = Folder::real(&done).unwrap();
        // Another file takes the name before the copy.
        fs::rename(&file, dir.path().join("elsewhere")).unwrap();
        fs::write(&file, "another").unwrap();
        copy(&from, "a.csv".as_ref(), Some(&read), &to, "a.csv".as_ref()).unwrap();
        assert_eq!(fs::read_to_string(done.join("a.csv")).unwrap(), "mine");
        assert_eq!(fs::metadata(done.join("a.csv")).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_to_string(&file).unwrap(), "another");
    }
}
