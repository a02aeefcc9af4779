//! The open store: what its parts share, and how it is closed. Opening is in `open`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use gantry_core::Clock;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use crate::audit::pending::PendingAudit;
use crate::committer::{Committer, Threads};
use crate::dead_letters::counters::Counters;
use crate::disk::{Disk, LEAST_CACHE_BYTES, guarded};
use crate::error::{CloseError, Failure, FailureKind, StoreError};
use crate::flows::Flows;
use crate::health::Health;
use crate::sweep::progress::Progress;

/// How long closing waits for reads that are in progress.
const READS_END_WITHIN: Duration = Duration::from_secs(5);

/// A start reads twice as much within a second, and a disk of 400 MB has room for it.
const LOG_BYTES: u32 = 32 * 1024 * 1024;

/// How to open a store.
#[derive(Clone)]
pub struct StoreConfig {
    /// Memory for pages of the store, in bytes; at least 64 MiB are used.
    pub cache_bytes: u64,
    /// Bytes of the write-ahead log after which its changes are moved into the storage engine. On disk, the log takes up to three
    /// times as much.
    pub log_bytes: u32,
    /// The clock of the store.
    pub clock: Arc<dyn Clock>,
}

impl StoreConfig {
    /// The default sizes, with this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { cache_bytes: LEAST_CACHE_BYTES, log_bytes: LOG_BYTES, clock }
    }
}

/// An open store; clones share it. Call [`Store::close`] at the end: dropping it loses nothing, but the files are
/// released a little later.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
    /// Written with the next write of this clone.
    pub(crate) audit: Option<PendingAudit>,
}

pub(crate) struct Inner {
    pub(crate) dir: PathBuf,
    /// None once the store is closed.
    pub(crate) disk: RwLock<Option<Arc<Disk>>>,
    pub(crate) committer: Committer,
    pub(crate) threads: Mutex<Option<Threads>>,
    pub(crate) flows: Arc<Flows>,
    pub(crate) health: Arc<Health>,
    pub(crate) dead_letters: Counters,
    /// Notified when a job was started.
    pub(crate) job_started: Arc<Notify>,
    pub(crate) damaged: AtomicU64,
    pub(crate) sweep: Progress,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Store {
    /// False after an I/O error: nothing more is acknowledged until the store is opened again.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.inner.health.failure().is_none()
    }

    /// Whether the files are still where they were opened. If not, the store has failed, because what is written from then
    /// on would be lost.
    pub fn check_in_place(&self) -> bool {
        let Some(disk) = self.inner.disk.read().clone() else { return true };
        match disk.check_in_place() {
            Err(failure) if failure.kind == FailureKind::Gone => {
                self.inner.health.fail(&failure);
                false
            }
            _ => true,
        }
    }

    /// The free bytes on the disk of the store. Below a reserve, intake should refuse messages: after writing to a full
    /// disk, the store must be opened again.
    pub fn free_disk_bytes(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.inner.dir)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Writes everything out, waits for the disk and releases the files; every call after that returns
    /// [`StoreError::Closed`]. Messages still leased are in the queue when the store is opened again.
    pub async fn close(self) -> Result<(), CloseError> {
        let inner = self.inner;
        inner.health.close();
        inner.committer.close().await;
        let threads = inner.threads.lock().take();
        let disk = inner.disk.write().take();
        let released = tokio::task::spawn_blocking(move || {
            threads.into_iter().for_each(Threads::join);
            disk.map_or(Ok(()), release)
        })
        .await;
        let released = released.unwrap_or_else(|panic| Err(Failure::new(FailureKind::Internal, panic.to_string())));
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
        let disk = self.inner.disk.read().clone().ok_or_else(|| self.inner.health.closed_reason())?;
        match tokio::task::spawn_blocking(move || guarded(|| Ok::<_, Failure>(read(&disk)))).await {
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

/// Ends with everything in its place and drops the engine, so that its files are free when this returns; blocks.
fn release(mut disk: Arc<Disk>) -> Result<(), Failure> {
    let synced = guarded(|| disk.move_all());
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
