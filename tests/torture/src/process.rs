//! The process under test: `gantry run`, started with the library of faults preloaded.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::process::{Child, Command};

use crate::faults::Faults;

/// How often the host's file is read while it starts.
const POLL_INTERVAL: Duration = Duration::from_millis(4);

/// Where the binary and its files are.
pub struct Place {
    /// The `gantry` binary.
    pub gantry: PathBuf,
    /// Holds `flows`, `data`, `gantry.toml` and `log`.
    pub dir: PathBuf,
}

/// A started host; killed when dropped.
pub struct Process {
    child: Child,
    data: PathBuf,
}

/// Where a host answers.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// Webhooks.
    pub intake: SocketAddr,
    /// Admin API.
    pub admin: SocketAddr,
}

impl Place {
    /// Its data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// Starts a host with this disk reserve. Its output is appended to `log`.
    pub fn start(&self, faults: &Faults, disk_reserve: &str) -> Result<Process> {
        let config = self.dir.join("gantry.toml");
        let listen = "listen = \"127.0.0.1:0\"";
        let text = format!(
            "[intake]\n{listen}\n[admin]\n{listen}\n[store]\ndisk_reserve = \"{disk_reserve}\"\nwal = \"1MiB\"\n\
             [shutdown]\ndeadline = \"10s\"\n[reload]\nwatch = false\n"
        );
        std::fs::write(&config, text)?;
        let log = std::fs::File::options().create(true).append(true).open(self.dir.join("log"))?;
        let mut command = Command::new(&self.gantry);
        command.arg("run").arg(self.dir.join("flows")).arg("--config").arg(&config).arg("--data").arg(self.data());
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        faults.apply_to(&mut command, &self.data());
        let child = command.spawn().with_context(|| format!("can't start {}", self.gantry.display()))?;
        Ok(Process { child, data: self.data() })
    }
}

impl Process {
    /// Waits until it has bound its ports, and returns its addresses; none when it ended instead.
    pub async fn addresses(&mut self) -> Result<Option<Addresses>> {
        loop {
            if let Some(addresses) = self.written() {
                return Ok(Some(addresses));
            }
            if self.child.try_wait()?.is_some() {
                return Ok(None);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// `kill -9`, and waits until the process is gone.
    pub async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Sends SIGTERM.
    pub async fn terminate(&self) -> Result<()> {
        let Some(pid) = self.child.id() else { return Ok(()) };
        let status = Command::new("kill").args(["-TERM", &pid.to_string()]).stderr(Stdio::null()).status().await?;
        // It may have ended by itself meanwhile.
        ensure!(status.success() || self.child.id().is_some(), "kill -TERM {pid} failed");
        Ok(())
    }

    /// How it ended, if it does within this time.
    pub async fn ended_within(&mut self, time: Duration) -> Result<Option<ExitStatus>> {
        Ok(tokio::time::timeout(time, self.child.wait()).await.ok().transpose()?)
    }

    fn written(&self) -> Option<Addresses> {
        let host: serde_json::Value = serde_json::from_slice(&std::fs::read(host_file(&self.data)).ok()?).ok()?;
        let address = |name: &str| host[name].as_str()?.parse().ok();
        let is_ours = self.child.id().is_some_and(|pid| host["pid"] == pid);
        is_ours.then_some(Addresses { intake: address("intake")?, admin: address("admin")? })
    }
}

fn host_file(data: &Path) -> PathBuf {
    data.join("host.json")
}
