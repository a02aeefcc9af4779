//! A host that an earlier run of the story left behind, because that run was killed the hard way.
//!
//! A process id alone proves nothing: it may belong to somebody else by now. The process is stopped only when it
//! answers as a host to the token in the very data directory it was left in.

use std::path::Path;
use std::time::Duration;

use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};

use super::admin::Admin;
use super::host::HostFile;
use super::screen;

/// Looks at the old host until it has ended, or somebody should know that it won't.
const LOOKS: u32 = 400;
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// Stops the host that still works in `data`, if there is one.
pub(super) async fn stop(data: &Path, client: &Client) -> anyhow::Result<()> {
    let Some((file, token)) = HostFile::read(data) else { return Ok(()) };
    let mut admin = Admin::unknown(client.clone());
    admin.found(&file.admin, &token);
    let pid = Pid::from_raw(file.pid.cast_signed());
    let (Ok(_), Some(pid)) = (admin.flows().await, pid) else { return Ok(()) };
    screen::say("Gantry", &format!("process {}, left behind by an earlier run, is being stopped", file.pid));
    kill_process(pid, Signal::TERM)?;
    for _ in 0..LOOKS {
        if admin.flows().await.is_err() {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    anyhow::bail!("process {} of an earlier run does not stop; end it and try again", file.pid)
}
