//! The store as a whole: opening, closing, and what its parts share.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use gantry_core::Clock;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use crate::audit::pending::PendingAudit;
use crate::audit::write as audit;
use crate::blocks;
use crate::committer::{Committer, Threads};
use crate::dead_letters::Counters;
use crate::disk::{Disk, LEAST_CACHE_BYTES, Read, guarded};
use crate::draft::Draft;
use crate::error::{CloseError, Failure, OpenError, StoreError};
use crate::flows::Flows;
use crate::health::Health;
use crate::sweep::Progress;
use crate::{groups, keys, queue, recovery, upgrade};

/// The format this version writes, and the newest it reads.
const FORMAT: u32 = 2;

/// How long closing waits for reads that are under way.
const READS_END_WITHIN: Duration = Duration::from_secs(5);

/// How to open a store.
#[derive(Clone)]
pub struct StoreConfig {
    /// Memory for pages of the store, in bytes; at least 64 MiB are used.
    pub cache_bytes: u64,
    /// Where the store reads the time.
    pub clock: Arc<dyn Clock>,
}

impl StoreConfig {
    /// The least memory, and this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { cache_bytes: LEAST_CACHE_BYTES, clock }
    }
}

/// An open store; clones share it. Call [`Store::close`] in the end: dropping it loses nothing, but the files are
/// released some moments later.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
    /// Goes with the next write of this clone.
    pub(crate) audit: Option<PendingAudit>,
}

pub(crate) struct Inner {
    dir: PathBuf,
    /// None once closed.
    disk: RwLock<Option<Arc<Disk>>>,
    pub(crate) committer: Committer,
    threads: Mutex<Option<Threads>>,
    pub(crate) flows: Arc<Flows>,
    pub(crate) health: Arc<Health>,
    pub(crate) letters: Counters,
    /// Rings when a job was started.
    pub(crate) job_bell: Arc<Notify>,
    pub(crate) damaged: AtomicU64,
    pub(crate) sweep: Progress,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Store {
    /// Opens the store in `dir`, or creates it. Blocks: reads the index of all queued messages, no payloads.
    pub fn open(dir: &Path, config: StoreConfig) -> Result<Self, OpenError> {
        let lock = recovery::prepare(dir)?;
        let disk = Arc::new(Disk::open(dir, config.cache_bytes, lock).map_err(OpenError::Engine)?);
        guarded(|| Ok::<_, Failure>(Self::start(dir, disk, config))).map_err(OpenError::Engine)?
    }

    fn start(dir: &Path, disk: Arc<Disk>, config: StoreConfig) -> Result<Self, OpenError> {
        if check_format(dir, &disk)? < FORMAT {
            tracing::info!(format = FORMAT, "the store is brought to this version's format");
            upgrade::from_1(&disk).map_err(engine)?;
            write_format(&disk)?;
        }
        let flows = Arc::new(Flows::default());
        blocks::load(&disk, &flows).map_err(engine)?;
        let (mut next_seq, damaged) = queue::load(&disk, &flows).map_err(engine)?;
        quarantine_all(&disk, &flows, &mut next_seq, &damaged).map_err(engine)?;
        audit::close_interrupted(&disk, &flows, &mut next_seq, config.clock.now()).map_err(engine)?;
        let quarantined = disk.scan(&[keys::QUARANTINE], None).count() as u64;
        let letters = count_letters(&disk).map_err(engine)?;
        let health = Arc::new(Health::new(flows.clone()));
        let (committer, threads) = Committer::start(&disk, &flows, &health, next_seq)
            .map_err(|source| OpenError::Io { path: dir.to_owned(), source })?;
        let inner = Inner {
            dir: dir.to_owned(),
            disk: RwLock::new(Some(disk)),
            committer,
            threads: Mutex::new(Some(threads)),
            flows,
            health,
            letters,
            job_bell: Arc::new(Notify::new()),
            damaged: AtomicU64::new(quarantined),
            sweep: Progress::default(),
            clock: config.clock,
        };
        Ok(Self { inner: Arc::new(inner), audit: None })
    }

    /// False after an I/O error: nothing is acknowledged any more until the store is opened anew.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.inner.health.failure().is_none()
    }

    /// Bytes that are free on the disk of the store: below some reserve, intake should refuse messages rather than run
    /// into a full disk, which the store survives only by being opened anew.
    pub fn free_disk_bytes(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.inner.dir)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Writes everything out, waits for the disk and releases the files; every call after that answers
    /// [`StoreError::Closed`]. Messages still leased are in the queue when the store is opened again.
    pub async fn close(self) -> Result<(), CloseError> {
        let inner = self.inner;
        inner.health.close();
        inner.committer.close().await;
        let (threads, disk) = (inner.threads.lock().take(), inner.disk.write().take());
        let release = move || {
            threads.into_iter().for_each(Threads::join);
            disk.map_or(Ok(()), release)
        };
        let released = tokio::task::spawn_blocking(release).await;
        let released =
            released.unwrap_or_else(|panic| Err(Failure::new(crate::FailureKind::Internal, panic.to_string())));
        match inner.health.failure() {
            Some(failure) => Err(CloseError(failure.into())),
            None => released.map_err(|failure| CloseError(failure.into())),
        }
    }

    /// Runs a read on tokio's blocking pool.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Disk) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let disk = self.inner.disk.read().clone().ok_or_else(|| self.inner.health.why_gone())?;
        let guarded_read = move || guarded(|| Ok::<_, Failure>(read(&disk)));
        match tokio::task::spawn_blocking(guarded_read).await {
            Ok(read) => read?,
            // The runtime is shutting down.
            Err(_) => Err(StoreError::Closed),
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("healthy", &self.is_healthy()).finish_non_exhaustive()
    }
}

/// Syncs once more and drops the engine, so that its files are free when this returns; blocks.
fn release(mut disk: Arc<Disk>) -> Result<(), Failure> {
    let synced = guarded(|| disk.write_out().and_then(|()| disk.sync()));
    let began = Instant::now();
    while began.elapsed() < READS_END_WITHIN {
        match Arc::try_unwrap(disk) {
            // The engine panics on drop when its last sync fails.
            Ok(disk) => {
                let dropped = guarded(move || {
                    drop(disk);
                    Ok::<_, Failure>(())
                });
                return synced.and(dropped);
            }
            Err(shared) => disk = shared,
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    synced
}

/// The format of the store; a new one gets this version's.
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

fn write_format(disk: &Disk) -> Result<(), OpenError> {
    let format = (keys::FORMAT.to_vec(), Some(FORMAT.to_be_bytes().to_vec()));
    disk.apply([format]).and_then(|()| disk.write_out()).and_then(|()| disk.sync()).map_err(OpenError::Engine)
}

/// Sums the groups up; counts them anew when one is damaged.
fn count_letters(disk: &Disk) -> Result<Counters, StoreError> {
    let (mut all, damaged) = groups::load_all(disk)?;
    if damaged {
        all = upgrade::count_anew(disk, all)?;
    }
    let counters = Counters::default();
    all.iter().for_each(|group| counters.replace(None, Some(group)));
    Ok(counters)
}

/// Moves index entries that can't be read to quarantine, with their messages.
fn quarantine_all(disk: &Disk, flows: &Flows, next_seq: &mut u64, damaged: &[Vec<u8>]) -> Result<(), StoreError> {
    if damaged.is_empty() {
        return Ok(());
    }
    let mut draft = Draft::new(disk, flows, next_seq);
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
