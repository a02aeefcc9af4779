//! Opens a store: lock, format, upgrade, the state kept in memory, and what an interrupted run left behind.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use gantry_core::Timestamp;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use crate::audit::write as audit;
use crate::blocks;
use crate::committer::Committer;
use crate::dead_letters::counters::Counters;
use crate::disk::{Disk, Read, guarded};
use crate::draft::Draft;
use crate::error::{Failure, OpenError, StoreError};
use crate::flows::Flows;
use crate::health::Health;
use crate::lock::LOG_FILE;
use crate::store::{Inner, Store, StoreConfig};
use crate::sweep::progress::Progress;
use crate::{groups, keys, queue, recovery, upgrade};

/// The format that this version writes, and the newest it reads.
const FORMAT: u32 = 3;

impl Store {
    /// Whether there is a store in `dir`. Creates nothing.
    pub fn is_in(dir: &Path) -> io::Result<bool> {
        dir.join(LOG_FILE).try_exists()
    }

    /// Opens the store in `dir`, or creates it. Blocks: reads the index of all queued messages, no payloads.
    pub fn open(dir: &Path, config: StoreConfig) -> Result<Self, OpenError> {
        let lock = recovery::prepare(dir)?;
        let disk = Arc::new(Disk::open(dir, config.cache_bytes, config.log_bytes, lock).map_err(OpenError::Engine)?);
        guarded(|| Ok::<_, Failure>(Self::start(dir, disk, config))).map_err(OpenError::Engine)?
    }

    fn start(dir: &Path, disk: Arc<Disk>, config: StoreConfig) -> Result<Self, OpenError> {
        let now = config.clock.now();
        let found = check_format(dir, &disk)?;
        if found < FORMAT {
            tracing::info!(format = FORMAT, "upgrading the store to this version's format");
        }
        if found == 1 {
            upgrade::from_1(&disk, now).map_err(engine)?;
        }
        if found < FORMAT {
            write_format(&disk)?;
        }
        let flows = Arc::new(Flows::default());
        blocks::load(&disk, &flows).map_err(engine)?;
        flows.former().load(&disk).map_err(engine)?;
        let (mut next_seq, damaged) = queue::load(&disk, &flows).map_err(engine)?;
        quarantine_all(&disk, &flows, &mut next_seq, &damaged, now).map_err(engine)?;
        audit::close_interrupted(&disk, &flows, &mut next_seq, now).map_err(engine)?;
        let quarantined = disk.scan(&[keys::QUARANTINE], None).count() as u64 + disk.damaged_pieces();
        let dead_letters = count_dead_letters(&disk, now).map_err(engine)?;
        let health = Arc::new(Health::new(flows.clone()));
        let (committer, threads) = Committer::start(&disk, &flows, &health, &config.clock, next_seq)
            .map_err(|source| OpenError::Io { path: dir.to_owned(), source })?;
        let inner = Inner {
            dir: dir.to_owned(),
            disk: RwLock::new(Some(disk)),
            committer,
            threads: Mutex::new(Some(threads)),
            flows,
            health,
            dead_letters,
            job_started: Arc::new(Notify::new()),
            damaged: AtomicU64::new(quarantined),
            sweep: Progress::default(),
            clock: config.clock,
        };
        Ok(Self { inner: Arc::new(inner), audit: None })
    }
}

/// The format of the store; a new store gets this version's format.
fn check_format(dir: &Path, disk: &Disk) -> Result<u32, OpenError> {
    match disk.get(keys::FORMAT).map_err(OpenError::Engine)? {
        Some(bytes) => match <[u8; 4]>::try_from(bytes.as_slice()).map(u32::from_be_bytes) {
            Ok(found) if found > FORMAT => Err(OpenError::NewerFormat { found, known: FORMAT }),
            Ok(found) => Ok(found),
            Err(_) => Err(OpenError::NotAStore(dir.to_owned())),
        },
        None if disk.is_empty() => write_format(disk).map(|()| FORMAT),
        None => Err(OpenError::NotAStore(dir.to_owned())),
    }
}

// In the base, where earlier versions look for it.
fn write_format(disk: &Disk) -> Result<(), OpenError> {
    disk.write_through(keys::FORMAT, &FORMAT.to_be_bytes()).map_err(OpenError::Engine)
}

/// Sums up the groups; recounts them if one is damaged.
fn count_dead_letters(disk: &Disk, now: Timestamp) -> Result<Counters, StoreError> {
    let (mut all, damaged) = groups::load_all(disk)?;
    if damaged {
        all = upgrade::recount(disk, all, now)?;
    }
    let counters = Counters::default();
    for group in &all {
        counters.replace(None, Some(group));
        counters.new_kinds().remember(group, now);
    }
    counters.unsettled_bytes().load(disk)?;
    Ok(counters)
}

/// Moves damaged index entries to quarantine, with their messages.
fn quarantine_all(
    disk: &Disk,
    flows: &Flows,
    next_seq: &mut u64,
    damaged: &[Vec<u8>],
    now: Timestamp,
) -> Result<(), StoreError> {
    if damaged.is_empty() {
        return Ok(());
    }
    let mut draft = Draft::new(disk, flows, next_seq, now);
    for key in damaged {
        tracing::error!(?key, "the index entry of a queued message was damaged on disk and was put in quarantine");
        draft.quarantine(key)?;
        if let Some(seq) = keys::read_index(key) {
            draft.quarantine(&keys::message(seq))?;
        }
    }
    draft.accept();
    disk.apply(draft.into_writes())?;
    Ok(disk.write_out().and_then(|()| disk.sync())?)
}

fn engine(error: StoreError) -> OpenError {
    match error {
        StoreError::Unavailable(failure) => OpenError::Engine(failure),
        other => OpenError::Engine(Failure::new(crate::FailureKind::Corrupt, other.to_string())),
    }
}
