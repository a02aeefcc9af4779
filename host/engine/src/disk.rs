//! Watches the free space of the data directory's disk, so that intake stops before the store can't write; and whether
//! the store's files are still there, so that the host stops before anything is written to files that nobody will read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gantry_store::Store;
use tokio_util::sync::CancellationToken;

/// How often the disk is checked. At 100 MB/s of intake, a reserve of 256 MiB lasts for several checks.
const CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// Knows whether less disk space is free than the operator's reserve.
#[derive(Clone)]
pub struct DiskGuard {
    low: Arc<AtomicBool>,
    dir: PathBuf,
    reserve: u64,
}

impl DiskGuard {
    /// Checks once; [`DiskGuard::watch`] checks again and again.
    #[must_use]
    pub fn new(dir: &Path, reserve: u64) -> Self {
        let guard = Self { low: Arc::default(), dir: dir.to_path_buf(), reserve };
        guard.check();
        guard
    }

    /// Whether less is free than the reserve.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.low.load(Ordering::Relaxed)
    }

    /// Checks until `stop`; cancels `broken` when the store's files are gone.
    pub async fn watch(self, store: Store, broken: CancellationToken, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(CHECK_INTERVAL);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.check();
            if !store.check_in_place() {
                broken.cancel();
                return;
            }
        }
    }

    fn check(&self) {
        let Ok(disk) = rustix::fs::statvfs(&self.dir) else { return };
        let free_bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
        let low = free_bytes < self.reserve;
        if self.low.swap(low, Ordering::Relaxed) != low {
            if low {
                tracing::error!(
                    free_bytes,
                    reserve_bytes = self.reserve,
                    dir = %self.dir.display(),
                    "disk low: intake answers 503 until space is freed"
                );
            } else {
                tracing::info!(free_bytes, "disk no longer low: intake resumes");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_larger_than_the_disk_is_low_and_none_is_not() {
        let dir = tempfile::tempdir().unwrap();
        assert!(DiskGuard::new(dir.path(), u64::MAX).is_low());
        assert!(!DiskGuard::new(dir.path(), 0).is_low());
    }
}
