//! The store as a whole: what its parts share, and how it is closed; how it is opened is in `open`.

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
use crate::error::{CloseError, Failure, StoreError};
use crate::flows::Flows;
use crate::health::Health;
use crate::sweep::progress::Progress;

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
    pub(crate) dir: PathBuf,
    /// None once closed.
    pub(crate) disk: RwLock<Option<Arc<Disk>>>,
    pub(crate) committer: Committer,
    pub(crate) threads: Mutex<Option<Threads>>,
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
