//! `DATA/host.json`: the addresses of a running host. Written after its ports are bound, removed when it stops.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The addresses of a running host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuntimeFile {
    /// Its process id.
    pub(crate) pid: u32,
    /// The address of the webhook server.
    pub(crate) intake: SocketAddr,
    /// The address of the admin API.
    pub(crate) admin: SocketAddr,
    /// Its host file, whether that is there or not.
    #[serde(default)]
    pub(crate) config: Option<PathBuf>,
    /// The reference to the token of the admin API that it was started with; none: the token is in the data directory.
    #[serde(default)]
    pub(crate) token: Option<String>,
}

impl RuntimeFile {
    /// Reads the file of this data directory; none if there is none.
    pub(crate) fn read(data_dir: &Path) -> Option<Self> {
        let text = std::fs::read(path(data_dir)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Writes the file atomically.
    pub(crate) fn write(&self, data_dir: &Path) -> std::io::Result<()> {
        let part = data_dir.join("host.json.part");
        std::fs::write(&part, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(part, path(data_dir))
    }

    /// Whether its process lives. After a crash, the number may be another process's.
    pub(crate) fn is_alive(&self) -> bool {
        let pid = i32::try_from(self.pid).ok().and_then(rustix::process::Pid::from_raw);
        pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
    }

    /// Removes the file.
    pub(crate) fn remove(data_dir: &Path) {
        // A file left behind does no harm: nothing answers at its addresses.
        let _ = std::fs::remove_file(path(data_dir));
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("host.json")
}
