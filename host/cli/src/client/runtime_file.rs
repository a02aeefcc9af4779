//! `DATA/host.json`: where a running host answers. Written after its ports are bound, removed when it stops.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Where a running host answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuntimeFile {
    /// Its process.
    pub(crate) pid: u32,
    /// Where webhooks come in.
    pub(crate) intake: SocketAddr,
    /// Where the admin API answers.
    pub(crate) admin: SocketAddr,
}

impl RuntimeFile {
    /// The one of this data directory; none when no host wrote one.
    pub(crate) fn read(data_dir: &Path) -> Option<Self> {
        let text = std::fs::read(path(data_dir)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Publishes it, whole or not at all.
    pub(crate) fn write(&self, data_dir: &Path) -> std::io::Result<()> {
        let part = data_dir.join("host.json.part");
        std::fs::write(&part, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(part, path(data_dir))
    }

    /// Takes it back.
    pub(crate) fn remove(data_dir: &Path) {
        // Left behind, it does no harm: nobody answers at its address.
        let _ = std::fs::remove_file(path(data_dir));
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("host.json")
}
