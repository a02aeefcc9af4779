//! The real `gantry` program: started as a child process, used through its commands, stopped with SIGTERM.
//!
//! The child never outlives the story: dropping the [`Host`] stops it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;

use super::admin::Admin;
use super::stage::Stage;

/// Longest wait until the host is ready: it compiles two plugins first, which takes long on a slow machine.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// Longest wait until it has stopped; longer than the host's own deadline.
const STOP_WITHIN: Duration = Duration::from_secs(40);
/// Time between two checks.
const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// A running host.
#[derive(Debug)]
pub(super) struct Host {
    child: Child,
    program: PathBuf,
    data: PathBuf,
    log: PathBuf,
    /// Where webhooks come in.
    pub(super) intake: String,
    /// Its admin API.
    pub(super) admin: Admin,
}

/// `DATA/host.json`
#[derive(Deserialize)]
pub(super) struct HostFile {
    pub(super) pid: u32,
    pub(super) intake: String,
    pub(super) admin: String,
}

impl HostFile {
    /// Reads the file that a running host writes into its data directory, and its admin token; none if there is no such
    /// file.
    pub(super) fn read(data: &Path) -> Option<(Self, String)> {
        let file = std::fs::read_to_string(data.join("host.json")).ok()?;
        let token = std::fs::read_to_string(data.join("admin.token")).ok()?;
        Some((serde_json::from_str(&file).ok()?, token.trim().to_owned()))
    }
}

impl Host {
    /// Starts `gantry run` and waits until it is ready.
    pub(super) async fn start(program: &Path, stage: &Stage, client: &Client) -> anyhow::Result<Self> {
        let data = stage.work("data");
        let log = stage.work("host.log");
        let output = File::create(&log)?;
        let child = Command::new(program)
            .args(["run", "--log-format", "json", "--config"])
            .arg(stage.work("gantry.toml"))
            .arg(stage.work("flows"))
            .env("SHOP_SECRET", &stage.secrets.shop)
            .env("ERP_TOKEN", &stage.secrets.erp)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("failed to start {}", program.display()))?;
        let admin = Admin::unknown(client.clone());
        let mut host = Self { child, program: program.to_owned(), data, log, intake: String::new(), admin };
        match host.until_ready().await {
            Ok(()) => Ok(host),
            Err(error) => Err(host.explain(&error)),
        }
    }

    async fn until_ready(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < READY_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                bail!("the host ended before it was ready: {status}");
            }
            if self.find() && self.admin.is_ready().await {
                return Ok(());
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        bail!("the host was not ready within {} s", READY_WITHIN.as_secs())
    }

    /// Reads where the host listens. Returns whether that is known.
    fn find(&mut self) -> bool {
        let Some((file, token)) = HostFile::read(&self.data).filter(|(file, _)| file.pid == self.child.id()) else {
            return false;
        };
        self.intake = file.intake;
        self.admin.found(&file.admin, &token);
        true
    }

    /// Runs a `gantry` command about this host and returns what it printed.
    pub(super) async fn command(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = tokio::process::Command::new(&self.program);
        command.args(arguments).env("GANTRY_DATA", &self.data).env_remove("GANTRY_CONFIG").env_remove("GANTRY_FORMAT");
        let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await?;
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        let errors: Vec<_> = errors.lines().take(20).collect();
        ensure!(output.status.success(), "`{}`: {}\n{}", command_line(arguments), output.status, errors.join("\n"));
        Ok(text.trim_end().to_owned())
    }

    /// SIGTERM, then waits for the end.
    pub(super) async fn stop(mut self) -> anyhow::Result<ExitStatus> {
        self.terminate();
        let begun = Instant::now();
        while begun.elapsed() < STOP_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        bail!("the host did not stop within {} s of SIGTERM", STOP_WITHIN.as_secs())
    }

    /// The error with the end of the host's log below it.
    pub(super) fn explain(&self, error: &anyhow::Error) -> anyhow::Error {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(15)..].join("\n");
        anyhow::anyhow!("{error:#}\n\nThe end of {}:\n{last}", short(&self.log))
    }

    fn terminate(&self) {
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            // An error means that it has ended already.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        self.terminate();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(3) {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A path as one would type it: relative if it is below the current directory.
pub(super) fn short(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

/// A `gantry` command as one would type it, once `env` is read.
pub(super) fn command_line(arguments: &[&str]) -> String {
    let mut line = "gantry".to_owned();
    for argument in arguments {
        if argument.chars().all(needs_no_quotes) {
            line.push_str(&format!(" {argument}"));
        } else {
            line.push_str(&format!(" \"{argument}\""));
        }
    }
    line
}

fn needs_no_quotes(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_./=:".contains(c)
}
