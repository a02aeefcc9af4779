//! A host in the test's own process, on free ports, with a data directory that is gone when the test ends.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gantry_config::{HostConfig, PluginTrust, Survey, survey_flows};
use gantry_control::plan::Candidates;
use gantry_control::reload::{FlowFiles, ReloadReport};
use gantry_core::{DeadLetter, MessageId};
use gantry_observe::report::FlowReport;
use gantry_runtime::Host;
use gantry_store::{Filter, Page};
use tempfile::TempDir;

use crate::{Operator as _, PATIENCE, Sink, eventually};

/// A flow file in the making: what a test leaves out is the simplest that works.
#[derive(Clone, Debug)]
pub struct FlowText {
    name: String,
    head: String,
    source: String,
    tables: String,
    steps: String,
    targets: String,
    whole: Option<String>,
}

impl FlowText {
    /// A flow with an unverified webhook at `/NAME`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            head: String::new(),
            source: format!("[source.webhook]\npath = \"/{name}\"\nverify = \"none\"\n"),
            tables: String::new(),
            steps: String::new(),
            targets: String::new(),
            whole: None,
        }
    }

    /// Adds a line to `[flow]`.
    #[must_use]
    pub fn head(mut self, line: &str) -> Self {
        let _ = writeln!(self.head, "{line}");
        self
    }

    /// Adds lines to the webhook source.
    #[must_use]
    pub fn source_line(mut self, line: &str) -> Self {
        let _ = writeln!(self.source, "{line}");
        self
    }

    /// A flow whose whole text is given.
    #[must_use]
    pub fn whole(name: &str, text: &str) -> Self {
        Self { whole: Some(text.to_owned()), ..Self::new(name) }
    }

    /// Replaces the source.
    #[must_use]
    pub fn source(mut self, toml: &str) -> Self {
        toml.clone_into(&mut self.source);
        self
    }

    /// Adds a lookup table.
    #[must_use]
    pub fn table(mut self, name: &str, file: &Path, key: &str) -> Self {
        let _ = writeln!(self.tables, "[table.{name}]\nfile = {:?}\nkey = {key:?}", file.display().to_string());
        self
    }

    /// Adds a step with further lines of its table.
    #[must_use]
    pub fn step(mut self, plugin: impl AsRef<Path>, lines: &str) -> Self {
        let _ = writeln!(self.steps, "[[step]]\nplugin = {:?}\n{lines}", plugin.as_ref().display().to_string());
        self
    }

    /// Adds a file target.
    #[must_use]
    pub fn file_target(mut self, name: &str, path: &Path) -> Self {
        let _ = writeln!(self.targets, "[target.{name}.file]\npath = {:?}", path.display().to_string());
        self
    }

    /// Adds a step of rules: the lines of its table, its rules included.
    #[must_use]
    pub fn rules(mut self, name: &str, lines: &str) -> Self {
        let _ = writeln!(self.steps, "[[step]]\nname = {name:?}\n{lines}");
        self
    }

    /// Adds an HTTP target with quick retries and further lines of its table.
    #[must_use]
    pub fn target(self, name: &str, sink: &Sink, lines: &str) -> Self {
        self.target_at(name, &sink.url(""), lines)
    }

    /// Adds an HTTP target at a URL.
    #[must_use]
    pub fn target_at(mut self, name: &str, url: &str, lines: &str) -> Self {
        let _ = writeln!(self.targets, "[target.{name}.http]\nurl = {url:?}\n{lines}");
        if !lines.contains("retry") {
            let _ = writeln!(self.targets, "retry = {{ attempts = 3, base = \"5ms\" }}");
        }
        // Targets fail on purpose here, more often than a breaker bears: it is on where a test is about it.
        if !lines.contains("breaker") {
            let _ = writeln!(self.targets, "breaker = {{ enabled = false }}");
        }
        self
    }

    /// Writes the file into a directory of flows.
    pub fn write(&self, directory: &Path) {
        std::fs::write(directory.join(format!("{}.toml", self.name)), self.render()).expect("a flow file");
    }

    /// The file's text.
    #[must_use]
    pub fn render(&self) -> String {
        let Self { name, head, source, tables, steps, targets, whole } = self;
        if let Some(text) = whole {
            return text.clone();
        }
        format!("[flow]\nname = \"{name}\"\n{head}\n{source}\n{tables}\n{steps}\n{targets}")
    }
}

/// A host at work.
pub struct TestHost {
    host: Host,
    client: reqwest::Client,
    dir: Arc<TempDir>,
    flows: PathBuf,
    config: HostConfig,
    /// Whether flows may be broken.
    around: bool,
}

impl TestHost {
    /// Starts a host with these flows, an empty store and free ports.
    pub async fn start(flows: &[FlowText]) -> Self {
        Self::start_with(flows, "").await
    }

    /// The same with lines of a host file.
    pub async fn start_with(flows: &[FlowText], settings: &str) -> Self {
        Self::create(flows, settings, false).await
    }

    /// The same with flows of which some are broken.
    pub async fn start_around(flows: &[FlowText], settings: &str) -> Self {
        Self::create(flows, settings, true).await
    }

    async fn create(flows: &[FlowText], settings: &str, around: bool) -> Self {
        let dir = Arc::new(tempfile::tempdir().expect("a temporary directory"));
        let files = dir.path().join("flows");
        std::fs::create_dir(&files).expect("a flows directory");
        flows.iter().for_each(|flow| flow.write(&files));
        let file = dir.path().join("gantry.toml");
        std::fs::write(&file, settings).expect("a host file");
        let (config, _) = HostConfig::load(Some(&file)).unwrap_or_else(|problems| panic!("{problems:?}"));
        let config = HostConfig {
            data_dir: dir.path().join("data"),
            intake_listen: ([127, 0, 0, 1], 0).into(),
            disk_reserve_bytes: if settings.contains("disk_reserve") { config.disk_reserve_bytes } else { 1 << 20 },
            plugin_trust: PluginTrust { allow_unsigned: true, keys: Vec::new() },
            ..config
        };
        Self::open(dir, files, config, around).await
    }

    async fn open(dir: Arc<TempDir>, flows: PathBuf, config: HostConfig, around: bool) -> Self {
        crate::choose_cryptography();
        let survey = survey_flows(&[&flows], &gantry_transport::kinds(), &config.alert_flows());
        let Survey { flows: sound, broken, found, .. } = survey;
        assert!(around || !found.has_errors(), "{found}");
        let candidates = Candidates { flows: sound, broken };
        let host = Host::builder(&config, |name| std::env::var_os(name)).start(candidates).await;
        let host = host.unwrap_or_else(|error| panic!("{error:?}"));
        host.reload_from(FlowFiles {
            paths: vec![flows.clone()],
            env: |name: &str| std::env::var_os(name),
            watch: config.reload_watch,
            host: None,
        });
        assert!(around || host.handle().broken_flows().is_empty(), "{:?}", host.handle().reports());
        let client = crate::client_builder().build().expect("a client");
        Self { host, client, dir, flows, config, around }
    }

    /// Stops in order and starts again on the same data.
    pub async fn restart(self) -> Self {
        let Self { host, dir, flows, config, around, .. } = self;
        host.drain(PATIENCE).await.expect("the host drains in time");
        Self::open(dir, flows, config, around).await
    }

    /// Puts a plugin into the catalogue, unsigned, which this host allows; `NAME@VERSION`.
    pub async fn publish(&self, plugin: Vec<u8>) -> String {
        self.handle().publish(plugin).await.published().plugin.to_string()
    }

    /// The directory of the flow files, to be edited.
    #[must_use]
    pub fn flows(&self) -> &Path {
        &self.flows
    }

    /// Has the host read its flow files again.
    pub async fn reload(&self) -> ReloadReport {
        self.handle().reload().await
    }

    /// Stops in order.
    pub async fn stop(self) {
        self.host.drain(PATIENCE).await.expect("the host drains in time");
    }

    /// Where a path of the intake is.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host.intake_address())
    }

    /// Sends JSON to a webhook, whatever the answer.
    pub async fn send(
        &self,
        path: &str,
        body: impl Into<reqwest::Body>,
        headers: &[(&str, &str)],
    ) -> reqwest::Response {
        let mut request = self.client.post(self.url(path)).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body).send().await.expect("the host answers")
    }

    /// Sends JSON to a webhook that must take it, and returns the message's id.
    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> MessageId {
        let response = self.send(path, body, &[]).await;
        let status = response.status();
        let text = response.text().await.expect("a body");
        assert_eq!(status.as_u16(), 202, "{text}");
        let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        answer["id"].as_str().expect("an id").parse().expect("a message id")
    }

    /// The host's view of itself.
    #[must_use]
    pub fn handle(&self) -> gantry_runtime::HostHandle {
        self.host.handle()
    }

    /// All dead letters of all flows.
    pub async fn dead_letters(&self) -> Vec<DeadLetter> {
        let page = Page::first(10_000);
        self.handle().store().dead_letters(Filter::default(), page).await.expect("the store answers").dead_letters
    }

    /// Waits until every flow's queue is empty and every message received is counted as ended, and returns what the
    /// flows did.
    pub async fn settled(&self) -> Vec<FlowReport> {
        eventually("every message to end", || async { self.handle().reports().iter().all(has_ended) }).await;
        self.handle().reports()
    }

    /// A directory for the test's files, gone when the test ends.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        self.dir.path()
    }

    /// Waits at most a while for the host to break.
    pub async fn breaks_within(&self, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.host.broken()).await.is_ok()
    }
}

/// Whether every message that a flow received has ended.
fn has_ended(report: &FlowReport) -> bool {
    let queue = report.queue;
    let counts = report.counts;
    let waiting = queue.queued + queue.leased + queue.scheduled;
    waiting == 0 && counts.delivered + counts.skipped + counts.dead_lettered >= counts.received
}
