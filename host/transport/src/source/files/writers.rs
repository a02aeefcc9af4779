//! Which files another program has open for writing, as far as the system can tell: such a file is not finished, however
//! long its writer pauses.
//!
//! The system tells in two ways. Its notifications say which files were written and not closed since the directory is
//! watched, whoever writes them. `/proc` lists the open files of the processes of this user, also those opened before.
//! Neither sees a writer on another machine, so a file must also be unchanged for a while.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RenameMode};
use notify::{Event, EventKind};
use parking_lot::Mutex;

/// What the notifications said.
#[derive(Debug, Default)]
pub(super) struct Writers(Mutex<Noted>);

#[derive(Debug, Default)]
struct Noted {
    /// Written, and not closed since.
    written: HashSet<OsString>,
    /// Made, and neither written nor closed since. A link is made, too.
    made: HashSet<OsString>,
}

impl Writers {
    /// Takes note of what happened.
    pub(super) fn note(&self, event: &Event) {
        let mut noted = self.0.lock();
        if event.need_rescan() {
            // Notifications were lost.
            *noted = Noted::default();
            return;
        }
        let names: Vec<_> = event.paths.iter().filter_map(|path| path.file_name()).collect();
        let Some(name) = names.first() else { return };
        match event.kind {
            EventKind::Create(CreateKind::File | CreateKind::Any) => drop(noted.made.insert((*name).to_owned())),
            EventKind::Modify(ModifyKind::Data(_)) => drop(noted.written.insert((*name).to_owned())),
            EventKind::Access(AccessKind::Close(AccessMode::Write)) | EventKind::Remove(_) => noted.forget(name),
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => {
                if let Some(to) = names.get(1) {
                    noted.rename(name, to);
                }
            }
            _ => {}
        }
    }

    /// Whether a file was written, or made without content, and not closed since.
    pub(super) fn is_open(&self, name: &OsStr, size: u64) -> bool {
        let noted = self.0.lock();
        noted.written.contains(name) || (size == 0 && noted.made.contains(name))
    }

    /// Forgets everything, as when another directory is watched.
    pub(super) fn clear(&self) {
        *self.0.lock() = Noted::default();
    }
}

impl Noted {
    fn forget(&mut self, name: &OsStr) {
        self.written.remove(name);
        self.made.remove(name);
    }

    fn rename(&mut self, from: &OsStr, to: &OsStr) {
        // What had the name before is gone.
        self.forget(to);
        if self.written.remove(from) {
            self.written.insert(to.to_owned());
        }
        if self.made.remove(from) {
            self.made.insert(to.to_owned());
        }
    }
}

/// Which of these files in `directory` a process has open for writing. Processes of other users, and systems without
/// `/proc`, say nothing.
pub(super) fn open_in_proc(directory: &Path, names: &[OsString]) -> HashSet<OsString> {
    let mut open = HashSet::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let is_process = process.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit);
        let files = is_process.then(|| fs::read_dir(process.path().join("fd")).ok()).flatten();
        for file in files.into_iter().flatten().flatten() {
            let Ok(target) = fs::read_link(file.path()) else { continue };
            let name = names.iter().find(|name| target.file_name() == Some(name));
            if let Some(name) = name
                && is_same_file(&file.path(), &directory.join(name))
                && is_for_writing(&process.path().join("fdinfo").join(file.file_name()))
            {
                open.insert(name.clone());
            }
        }
    }
    open
}

fn is_same_file(open: &Path, named: &Path) -> bool {
    let Ok(open) = fs::metadata(open) else { return false };
    let Ok(named) = fs::symlink_metadata(named) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

/// The access mode is in the last two bits of the flags, which are octal.
fn is_for_writing(info: &Path) -> bool {
    let Ok(info) = fs::read_to_string(info) else { return false };
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & 0o3 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::DataChange;
    use std::io::Write as _;

    fn event(kind: EventKind, names: &[&str]) -> Event {
        names.iter().fold(Event::new(kind), |event, name| event.add_path(Path::new("/inbox").join(name)))
    }

    fn written(name: &str) -> Event {
        event(EventKind::Modify(ModifyKind::Data(DataChange::Any)), &[name])
    }

    fn closed(name: &str) -> Event {
        event(EventKind::Access(AccessKind::Close(AccessMode::Write)), &[name])
    }

    fn is_open(writers: &Writers, name: &str) -> bool {
        writers.is_open(OsStr::new(name), 1)
    }

    #[test]
    fn a_file_is_open_from_the_first_write_to_the_close_under_any_name() {
        let writers = Writers::default();
        writers.note(&written("a.part"));
        writers.note(&event(EventKind::Modify(ModifyKind::Name(RenameMode::Both)), &["a.part", "a.csv"]));
        assert!(is_open(&writers, "a.csv") && !is_open(&writers, "a.part"));
        writers.note(&closed("a.csv"));
        assert!(!is_open(&writers, "a.csv"));
    }

    #[test]
    fn a_file_that_was_made_and_holds_nothing_yet_is_open_and_a_link_is_not() {
        let writers = Writers::default();
        writers.note(&event(EventKind::Create(CreateKind::File), &["a.csv"]));
        assert!(writers.is_open(OsStr::new("a.csv"), 0));
        assert!(!writers.is_open(OsStr::new("a.csv"), 1));
        writers.note(&closed("a.csv"));
        assert!(!writers.is_open(OsStr::new("a.csv"), 0));
    }

    #[test]
    fn lost_notifications_hold_back_no_file_for_ever() {
        let writers = Writers::default();
        writers.note(&written("a.csv"));
        writers.note(&Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan));
        assert!(!is_open(&writers, "a.csv"));
    }

    #[test]
    fn the_open_files_of_this_user_are_in_proc() {
        let dir = tempfile::tempdir().unwrap();
        let names: Vec<OsString> = ["a.csv", "b.csv"].map(OsString::from).into();
        let mut file = fs::File::create(dir.path().join("a.csv")).unwrap();
        file.write_all(b"x").unwrap();
        fs::write(dir.path().join("b.csv"), "x").unwrap();
        let _reader = fs::File::open(dir.path().join("b.csv")).unwrap();
        assert_eq!(open_in_proc(dir.path(), &names), HashSet::from(["a.csv".into()]));
        drop(file);
        assert!(open_in_proc(dir.path(), &names).is_empty());
    }
}
