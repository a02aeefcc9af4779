//! A host in its own process, which tests can kill.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::{eventually, gantry};

/// A running `gantry run`; killed when dropped.
pub struct HostProcess {
    child: Child,
    /// Where webhooks come in.
    pub intake: SocketAddr,
    /// Where the admin API answers.
    pub admin: SocketAddr,
}

impl HostProcess {
    /// Starts a host on `dir/flows` and `dir/data`, and waits until its ports are bound. Its log goes to `dir/log`.
    pub async fn start(dir: &Path) -> Self {
        Self::start_with(dir, "").await
    }

    /// The same with further lines in the host file.
    pub async fn start_with(dir: &Path, settings: &str) -> Self {
        let config = dir.join("gantry.toml");
        let listen = "listen = \"127.0.0.1:0\"";
        let reserve = if settings.contains("disk_reserve") { "" } else { "disk_reserve = \"1MiB\"\n" };
        let text = format!("[intake]\n{listen}\n[admin]\n{listen}\n[store]\n{reserve}{settings}");
        std::fs::write(&config, text).expect("a host file");
        let log = std::fs::File::options().create(true).append(true).open(dir.join("log")).expect("a log file");
        let child = Command::new(gantry())
            .arg("run")
            .arg(dir.join("flows"))
            .arg("--config")
            .arg(&config)
            .arg("--data")
            .arg(dir.join("data"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("gantry starts");
        let pid = child.id();
        let file = dir.join("data/host.json");
        let addresses = || {
            let host: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).ok()?).ok()?;
            let address = |name: &str| host[name].as_str()?.parse::<SocketAddr>().ok();
            (host["pid"] == pid).then_some((address("intake")?, address("admin")?))
        };
        eventually("the host to bind its ports", || async { addresses().is_some() }).await;
        let (intake, admin) = addresses().expect("just seen");
        Self { child, intake, admin }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`, and waits for the process to be gone.
    pub fn kill(mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process ends");
    }

    /// Sends a signal by name, for instance `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -{name}");
    }

    /// Waits for its end.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("the process ends")
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
