//! The faults of disk and clock: a library that is preloaded into the host, and the control file that steers it. See
//! `faults/faults.c` for what it stands before, and what it can't catch.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

/// The compiled library, carried along so that the command needs nothing but itself.
const LIBRARY: &[u8] = include_bytes!(env!("FAULTS_LIBRARY"));

/// The places of the control file, in the order of `struct control`: eight bytes each.
#[derive(Clone, Copy)]
enum Place {
    WriteBudget,
    ReadOnly,
    SyncFails,
    WriteDelay,
    SyncDelay,
    ClockOffset,
    Journals,
    Hits,
}

/// Steers what goes wrong in a host that was started [`Faults::upon`] it.
pub struct Faults {
    control: File,
    library: PathBuf,
    path: PathBuf,
    journal: PathBuf,
}

impl Faults {
    /// Puts library and control file into `dir`, with nothing wrong yet.
    pub fn new(dir: &Path) -> Result<Self> {
        ensure!(!LIBRARY.is_empty(), "faults of disk and clock need Linux");
        let (library, path, journal) =
            (dir.join("libfaults.so"), dir.join("faults.control"), dir.join("faults.journal"));
        std::fs::write(&library, LIBRARY).with_context(|| format!("can't write {}", library.display()))?;
        let control = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        let faults = Self { control, library, path, journal };
        faults.calm()?;
        faults.set(Place::Journals, 0)?;
        faults.set(Place::Hits, 0)?;
        Ok(faults)
    }

    /// Has this command's files below `data` and its clock go through the library.
    pub fn upon(&self, command: &mut Command, data: &Path) {
        command.env("LD_PRELOAD", &self.library).env("FAULTS_CONTROL", &self.path).env("FAULTS_DIR", data);
        command.env("FAULTS_JOURNAL", &self.journal);
    }

    /// Nothing is wrong, and the clock shows the time.
    pub fn calm(&self) -> Result<()> {
        self.calm_disk()?;
        self.clock(0)
    }

    /// Nothing is wrong with the disk.
    pub fn calm_disk(&self) -> Result<()> {
        self.set(Place::WriteBudget, -1)?;
        let others = [Place::ReadOnly, Place::SyncFails, Place::WriteDelay, Place::SyncDelay];
        others.into_iter().try_for_each(|place| self.set(place, 0))
    }

    /// The disk is full once so many more bytes are written.
    pub fn full_after(&self, bytes: u32) -> Result<()> {
        self.set(Place::WriteBudget, bytes.into())
    }

    /// The disk takes no change.
    pub fn read_only(&self) -> Result<()> {
        self.set(Place::ReadOnly, 1)
    }

    /// The disk can't make anything durable.
    pub fn sync_fails(&self) -> Result<()> {
        self.set(Place::SyncFails, 1)
    }

    /// Each write and each wait for the disk takes so much longer.
    pub fn slow(&self, write: Duration, sync: Duration) -> Result<()> {
        self.set(Place::WriteDelay, i64::try_from(write.as_micros())?)?;
        self.set(Place::SyncDelay, i64::try_from(sync.as_micros())?)
    }

    /// The clock is so many milliseconds off.
    pub fn clock(&self, offset_ms: i64) -> Result<()> {
        self.set(Place::ClockOffset, offset_ms)
    }

    /// From now on it is recorded what a power cut could take back.
    pub fn record(&self) -> Result<()> {
        File::create(&self.journal)?;
        self.set(Place::Journals, 1)
    }

    /// No more is recorded; where the record is.
    pub fn recorded(&self) -> Result<&Path> {
        self.set(Place::Journals, 0)?;
        Ok(&self.journal)
    }

    /// How many calls have failed that would have succeeded.
    pub fn hits(&self) -> Result<i64> {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, Place::Hits as u64 * 8)?;
        Ok(i64::from_ne_bytes(bytes))
    }

    fn set(&self, place: Place, value: i64) -> Result<()> {
        Ok(self.control.write_all_at(&value.to_ne_bytes(), place as u64 * 8)?)
    }
}
