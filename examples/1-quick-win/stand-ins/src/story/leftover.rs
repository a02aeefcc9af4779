//! Stops a host that an earlier run of the story left behind because that run was killed.
//!
//! A process id alone proves nothing: another process may have it by now. The process is stopped only if it answers as a
//! host to the token in the same data directory.

use std::path::Path;
use std::time::Duration;

use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};

use super::admin::Admin;
use super::host::HostFile;
use super::screen;

/// How often to check whether the old host has ended, before giving up.
const MAX_CHECKS: u32 = 400;
/// Time between two checks.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Stops the host that still runs with this data directory, if there is one.
pub(super) async fn stop(data: &Path, client: &Client) -> anyhow::Result<()> {
    let Some((file, token)) = HostFile::read(data) else { return Ok(()) };
    let mut admin = Admin::unknown(client.clone());
    admin.found(&file.admin, &token);
    let pid = Pid::from_raw(file.pid.cast_signed());
    let (Ok(_), Some(pid)) = (admin.flows().await, pid) else { return Ok(()) };
    screen::labelled("Gantry", &format!("process {}, left behind by an earlier run, is being stopped", file.pid));
    kill_process(pid, Signal::TERM)?;
    for _ in 0..MAX_CHECKS {
        if admin.flows().await.is_err() {
            return Ok(());
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    anyhow::bail!("process {} of an earlier run does not stop; end it and try again", file.pid)
}
