//! Dead letters as an operator works on them at night: the real binary, its commands and its admin API, with a host
//! that runs, is stopped, or is killed half-way.

mod api;
mod commands;
mod jobs;
mod wire;

use std::path::Path;
use std::process::{Command, Output};

use gantry_e2e::{Answer, FlowText, HostProcess, Sink, eventually, gantry, guest, run_gantry};
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;

/// A flow `orders` to a target that refuses everything, until told otherwise.
struct Night {
    dir: TempDir,
    erp: Sink,
}

impl Night {
    async fn falls() -> Self {
        let erp = Sink::start().await.answers_by(|_| Some(Answer::status(422)));
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("flows")).unwrap();
        let flow = FlowText::new("orders").step(guest("echo"), "").target("erp", &erp, "");
        flow.write(&dir.path().join("flows"));
        Self { dir, erp }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    async fn host(&self) -> HostProcess {
        HostProcess::start(self.path()).await
    }

    /// Sends so many orders, and waits until each is a dead letter.
    async fn fails(&self, host: &HostProcess, orders: usize) {
        let before = self.count("open");
        for n in 0..orders {
            let url = format!("http://{}/orders", host.intake);
            let body = format!("{{\"order\":{n},\"price\":1.10}}");
            let sent = client().post(url).header("content-type", "application/json").body(body).send().await.unwrap();
            assert_eq!(sent.status(), 202);
        }
        eventually("every order to be a dead letter", || async { self.count("open") == before + orders as u64 }).await;
    }

    fn mends(&self) {
        self.erp.set_rule(|_| None);
    }

    /// Runs `gantry dlq …` on the data directory, whatever comes of it.
    fn dlq(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(gantry());
        command.arg("dlq").args(args).arg("--data").arg(self.path().join("data")).stdin(std::process::Stdio::null());
        command
    }

    /// The same, for programs; it must go well.
    fn told(&self, args: &[&str]) -> Value {
        let output = self.dlq(&[args, &["--format", "json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What people see.
    fn seen(&self, args: &[&str]) -> String {
        let output = self.dlq(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn count(&self, state: &str) -> u64 {
        self.told(&["list", "--count"])[state].as_u64().unwrap()
    }

    fn dead_letters(&self) -> Vec<Value> {
        self.told(&["list"])["dead_letters"].as_array().unwrap().clone()
    }
}

fn client() -> Client {
    gantry_e2e::client_builder().build().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_is_there_for_every_command_of_the_night() {
    for command in ["groups", "group", "redrive", "jobs", "job", "edit", "import", "acknowledge"] {
        assert!(run_gantry(["dlq", command, "--help"]).status.success(), "{command}");
    }
}
