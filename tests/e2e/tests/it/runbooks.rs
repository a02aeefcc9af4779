//! Every command of every runbook, run against a real host in the situation that the page is for.

mod host;
mod intake;
mod letters;
mod targets;

use std::collections::BTreeSet;
use std::path::Path;

use gantry_e2e::{FlowText, HostProcess, Ran, Runbook, blocks, eventually, gantry, repository, run_gantry};
use serde_json::Value;

/// The pages that a test below follows.
const FOLLOWED: [&str; 15] = [
    "alerts-dont-arrive",
    "criteria-missed",
    "dead-letters-at-night",
    "disk-low",
    "file-refused",
    "flow-broken",
    "flow-silent",
    "heartbeat-missing",
    "host-wont-start",
    "intake-refusing",
    "plugin-faults",
    "store-damaged",
    "target-disabled",
    "target-down",
    "target-paused",
];

/// Blocks that no test can run, in all pages.
const BY_HAND: usize = 1;

/// A host's directory, and the page that is followed.
struct Site {
    dir: tempfile::TempDir,
    host: Option<HostProcess>,
    client: reqwest::Client,
    page: Runbook,
}

impl Site {
    /// A host with these flows that is to be helped by this page.
    async fn open(page: &str, flows: &[FlowText], settings: &str) -> Self {
        assert!(FOLLOWED.contains(&page));
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("flows")).unwrap();
        flows.iter().for_each(|flow| flow.write(&dir.path().join("flows")));
        let host = Some(HostProcess::start_with(dir.path(), settings).await);
        let client = gantry_e2e::client_builder().build().unwrap();
        let page = Runbook::open(page, dir.path());
        Self { dir, host, client, page }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    /// Sends a message; returns the status.
    async fn post(&self, path: &str, body: &str) -> u16 {
        let url = format!("http://{}{path}", self.host.as_ref().unwrap().intake);
        self.client.post(url).body(body.to_owned()).send().await.unwrap().status().as_u16()
    }

    /// Runs a block of the page.
    #[track_caller]
    fn run(&mut self, command: &str, values: &[(&str, &str)]) -> Ran {
        self.page.run(command, values)
    }

    /// What a command says, in JSON.
    fn asked(&self, words: &str) -> Value {
        let data = self.path("data");
        let output = run_gantry(words.split(' ').chain(["--data", &data, "--format", "json"]));
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// Waits until what a command says holds.
    async fn until(&self, words: &str, holds: impl Fn(&Value) -> bool) -> Value {
        eventually(words, || async { holds(&self.asked(words)) }).await;
        self.asked(words)
    }

    /// Waits for a line in the log.
    async fn logged(&self, text: &str) {
        let log = self.dir.path().join("log");
        eventually(text, || async { std::fs::read_to_string(&log).unwrap_or_default().contains(text) }).await;
    }

    /// Stops the host in order.
    fn stop(&mut self) {
        let host = self.host.take().unwrap();
        host.signal("TERM");
        assert!(host.wait().success());
    }

    /// Starts it again as it was, or with other settings.
    async fn start(&mut self, settings: &str) {
        self.host = Some(HostProcess::start_with(self.dir.path(), settings).await);
    }

    /// Every block was run.
    fn end(self) {
        self.page.end();
    }
}

/// The first dead letter of a flow that is open, with its fingerprint.
fn letter(site: &Site) -> (String, String) {
    let listed = site.asked("dlq list --state open");
    let first = &listed["dead_letters"][0];
    let text = |name: &str| first[name].as_str().unwrap_or_else(|| panic!("{listed}")).to_owned();
    (text("id"), text("fingerprint"))
}

#[test]
fn every_runbook_is_followed_by_a_test() {
    let directory = std::fs::read_dir(repository().join("docs/runbooks")).unwrap();
    let pages: BTreeSet<_> = directory
        .map(|entry| Path::new(&entry.unwrap().file_name()).file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert!(pages.iter().eq(FOLLOWED), "{pages:?}");
    let by_hand = FOLLOWED.iter().flat_map(|page| blocks(page)).filter(|block| block.by_hand).count();
    assert_eq!(by_hand, BY_HAND, "what is done by hand is as little as can be");
}

/// Commands in the text, too: the command exists, and so do its options.
#[test]
fn every_command_in_the_text_of_a_runbook_exists() {
    let mut seen = 0;
    for page in FOLLOWED {
        let text = std::fs::read_to_string(repository().join(format!("docs/runbooks/{page}.md"))).unwrap();
        let spans = text.split('`').skip(1).step_by(2);
        for command in spans.filter_map(|span| span.strip_prefix("gantry ")) {
            let words: Vec<_> = command.split_whitespace().collect();
            let path = words.iter().take_while(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
            let path: Vec<_> = path.take_while(|word| !word.starts_with('-')).copied().collect();
            let output = std::process::Command::new(gantry()).args(&path).arg("--help").output().unwrap();
            assert!(output.status.success(), "{page}: there is no `gantry {command}`");
            let help = String::from_utf8(output.stdout).unwrap();
            for option in words.iter().filter(|word| word.starts_with("--")) {
                assert!(help.contains(option), "{page}: `gantry {command}` has no {option}");
            }
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}
