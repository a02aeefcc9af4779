//! A client of the host's admin API, with what the story needs.

use anyhow::Context as _;
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A client of one host's admin API.
#[derive(Debug)]
pub(super) struct Admin {
    client: Client,
    address: String,
    token: String,
}

/// The report on one flow.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FlowReport {
    pub(super) name: String,
    pub(super) purpose: Purpose,
    pub(super) counts: Counts,
    pub(super) queue: Queue,
    pub(super) criteria: Vec<Criterion>,
}

/// Why a flow exists.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Purpose {
    pub(super) goal: String,
    pub(super) owner: String,
    pub(super) as_is: String,
    pub(super) to_be: String,
}

/// What a flow did.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Counts {
    pub(super) received: u64,
    pub(super) duplicates: u64,
    pub(super) delivered: u64,
    pub(super) skipped: u64,
    pub(super) dead_lettered: u64,
    pub(super) retried: u64,
    pub(super) p50_ms: Option<u64>,
    pub(super) p95_ms: Option<u64>,
}

/// What a flow still has to do.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Queue {
    queued: u64,
    leased: u64,
    scheduled: u64,
}

/// One success criterion of a flow.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Criterion {
    pub(super) name: String,
    pub(super) bound: String,
    pub(super) measured: Option<String>,
    pub(super) met: Option<bool>,
}

/// A dead letter, with what the story needs.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DeadLetter {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) reason: Reason,
    flow: String,
    received: Message,
}

/// A message as received.
#[derive(Clone, Debug, Deserialize)]
struct Message {
    key: Option<String>,
}

/// Why a message was given up.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Reason {
    pub(super) code: String,
}

#[derive(Deserialize)]
struct DeadLetterPage {
    dead_letters: Vec<DeadLetter>,
}

/// The state of a message.
#[derive(Debug, Deserialize)]
pub(super) struct History {
    pub(super) state: String,
}

impl DeadLetter {
    /// Whether it is about a message of this flow with this key.
    pub(super) fn is_of(&self, flow: &str, key: &str) -> bool {
        self.flow == flow && self.received.key.as_deref() == Some(key)
    }
}

impl Queue {
    /// Messages that are not settled.
    pub(super) const fn waiting(self) -> u64 {
        self.queued + self.leased + self.scheduled
    }
}

impl Counts {
    /// Messages that have ended.
    pub(super) const fn ended(self) -> u64 {
        self.delivered + self.skipped + self.dead_lettered
    }
}

impl Admin {
    /// A client that doesn't know yet where the host listens.
    pub(super) const fn unknown(client: Client) -> Self {
        Self { client, address: String::new(), token: String::new() }
    }

    /// Sets where the host listens, and its token.
    pub(super) fn found(&mut self, address: &str, token: &str) {
        address.clone_into(&mut self.address);
        token.clone_into(&mut self.token);
    }

    /// Where it answers.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Whether the host is ready.
    pub(super) async fn is_ready(&self) -> bool {
        let answer = self.client.get(format!("http://{}/readyz", self.address)).send().await;
        answer.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }

    /// The reports on all flows.
    pub(super) async fn flows(&self) -> anyhow::Result<Vec<FlowReport>> {
        self.get("/v1/flows").await
    }

    /// All dead letters, oldest first.
    pub(super) async fn dead_letters(&self) -> anyhow::Result<Vec<DeadLetter>> {
        Ok(self.get::<DeadLetterPage>("/v1/dead-letters?limit=1000").await?.dead_letters)
    }

    /// One dead letter.
    pub(super) async fn dead_letter(&self, id: &str) -> anyhow::Result<DeadLetter> {
        self.get(&format!("/v1/dead-letters/{id}")).await
    }

    /// The state of a message.
    pub(super) async fn message(&self, id: &str) -> anyhow::Result<History> {
        self.get(&format!("/v1/messages/{id}")).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let request = self.client.get(format!("http://{}{path}", self.address)).bearer_auth(&self.token);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        let answer = answer.with_context(|| format!("the host did not answer {path}"))?;
        answer.json().await.with_context(|| format!("the host's answer to {path} is not what was expected"))
    }
}
