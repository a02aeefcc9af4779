//! Faults of disk and clock: a library that is preloaded into the host, and the control file that switches faults on and
//! off. `faults/faults.c` says which functions it replaces, and what it can't catch.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

/// The compiled library, embedded so that the command is one file.
const LIBRARY: &[u8] = include_bytes!(env!("FAULTS_LIBRARY"));

/// The fields of the control file, in the order of `struct control`: eight bytes each.
#[derive(Clone, Copy)]
enum Field {
    WriteBudget,
    ReadOnly,
    SyncFails,
    WriteDelay,
    SyncDelay,
    ClockOffset,
    Journals,
    Hits,
}

/// Switches faults in a host that was started with [`Faults::apply_to`].
pub struct Faults {
    control: File,
    library: PathBuf,
    path: PathBuf,
    journal: PathBuf,
}

impl Faults {
    /// Writes library and control file into `dir`, with no fault switched on.
    pub fn new(dir: &Path) -> Result<Self> {
        ensure!(!LIBRARY.is_empty(), "faults of disk and clock need Linux");
        let library = dir.join("libfaults.so");
        let path = dir.join("faults.control");
        let journal = dir.join("faults.journal");
        std::fs::write(&library, LIBRARY).with_context(|| format!("can't write {}", library.display()))?;
        let control = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        let faults = Self { control, library, path, journal };
        faults.clear()?;
        faults.set(Field::Journals, 0)?;
        faults.set(Field::Hits, 0)?;
        Ok(faults)
    }

    /// Preloads the library into this command, for its files below `data` and its clock.
    pub fn apply_to(&self, command: &mut Command, data: &Path) {
        command.env("LD_PRELOAD", &self.library).env("FAULTS_CONTROL", &self.path).env("FAULTS_DIR", data);
        command.env("FAULTS_JOURNAL", &self.journal);
    }

    /// Switches all faults off.
    pub fn clear(&self) -> Result<()> {
        self.clear_disk()?;
        self.clock(0)
    }

    /// Switches all faults of the disk off.
    pub fn clear_disk(&self) -> Result<()> {
        self.set(Field::WriteBudget, -1)?;
        let others = [Field::ReadOnly, Field::SyncFails, Field::WriteDelay, Field::SyncDelay];
        others.into_iter().try_for_each(|field| self.set(field, 0))
    }

    /// The disk is full after so many more bytes.
    pub fn full_after(&self, bytes: u32) -> Result<()> {
        self.set(Field::WriteBudget, bytes.into())
    }

    /// The disk is read-only.
    pub fn read_only(&self) -> Result<()> {
        self.set(Field::ReadOnly, 1)
    }

    /// The disk can't make anything durable.
    pub fn sync_fails(&self) -> Result<()> {
        self.set(Field::SyncFails, 1)
    }

    /// Each write and each sync takes so much longer.
    pub fn slow(&self, write: Duration, sync: Duration) -> Result<()> {
        self.set(Field::WriteDelay, i64::try_from(write.as_micros())?)?;
        self.set(Field::SyncDelay, i64::try_from(sync.as_micros())?)
    }

    /// The clock is off by so many milliseconds.
    pub fn clock(&self, offset_ms: i64) -> Result<()> {
        self.set(Field::ClockOffset, offset_ms)
    }

    /// Starts to record writes that a power cut could lose.
    pub fn record(&self) -> Result<()> {
        File::create(&self.journal)?;
        self.set(Field::Journals, 1)
    }

    /// Stops recording. Returns the path of the record.
    pub fn recorded(&self) -> Result<&Path> {
        self.set(Field::Journals, 0)?;
        Ok(&self.journal)
    }

    /// How many calls failed because of a fault.
    pub fn hits(&self) -> Result<i64> {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, Field::Hits as u64 * 8)?;
        Ok(i64::from_ne_bytes(bytes))
    }

    fn set(&self, field: Field, value: i64) -> Result<()> {
        Ok(self.control.write_all_at(&value.to_ne_bytes(), field as u64 * 8)?)
    }
}
