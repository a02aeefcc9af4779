//! Watches the free space of the data directory's disk, so that intake stops before the store can't write; and whether
//! the store's files are still there, so that the host stops before anything is written to files that nobody will read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gantry_config::SettingsInForce;
use gantry_store::Store;
use tokio_util::sync::CancellationToken;

/// How often the disk is checked. At 100 MB/s of intake, a reserve of 256 MiB lasts for several checks.
const CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// Knows whether less disk space is free than the operator's reserve.
#[derive(Clone)]
pub struct DiskGuard {
    low: Arc<AtomicBool>,
    dir: PathBuf,
    settings: SettingsInForce,
}

impl DiskGuard {
    /// Checks once; [`DiskGuard::watch`] checks again and again.
    #[must_use]
    pub fn new(dir: &Path, settings: SettingsInForce) -> Self {
        let guard = Self { low: Arc::default(), dir: dir.to_path_buf(), settings };
        guard.check();
        guard
    }

    /// Whether less is free than the reserve.
    #[must_use]
    pub fn is_low(&self) -> bool {
        self.low.load(Ordering::Relaxed)
    }

    /// The directory whose disk it checks.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
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
        let reserve = self.settings.now().disk_reserve_bytes;
        let low = free_bytes < reserve;
        if self.low.swap(low, Ordering::Relaxed) != low {
            if low {
                tracing::error!(
                    free_bytes,
                    reserve_bytes = reserve,
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
    use gantry_config::HostConfig;

    use super::*;

    fn reserve(bytes: u64) -> HostConfig {
        HostConfig { disk_reserve_bytes: bytes, ..HostConfig::default() }
    }

    #[test]
    fn a_reserve_larger_than_the_disk_is_low_and_none_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let settings = SettingsInForce::new(reserve(u64::MAX));
        let guard = DiskGuard::new(dir.path(), settings.clone());
        assert!(guard.is_low());
        assert!(!DiskGuard::new(dir.path(), SettingsInForce::new(reserve(0))).is_low());
        settings.take_over(&reserve(0));
        guard.check();
        assert!(!guard.is_low(), "a reload has lowered it");
    }
}
