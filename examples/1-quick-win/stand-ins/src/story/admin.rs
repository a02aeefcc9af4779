//! The host's admin API, as much of it as the story needs.

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

/// The account of one flow.
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

/// A dead letter, as far as the story cares.
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

/// Where a message stands.
#[derive(Debug, Deserialize)]
pub(super) struct History {
    pub(super) state: String,
}

impl DeadLetter {
    /// Whether it stands for a message of this flow with this key.
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
    /// Messages that have come to an end.
    pub(super) const fn ended(self) -> u64 {
        self.delivered + self.skipped + self.dead_lettered
    }
}

impl Admin {
    /// A client that doesn't know yet where the host listens.
    pub(super) const fn unknown(client: Client) -> Self {
        Self { client, address: String::new(), token: String::new() }
    }

    /// Where the host listens, and the token it wants.
    pub(super) fn found(&mut self, address: &str, token: &str) {
        (self.address, self.token) = (address.to_owned(), token.to_owned());
    }

    /// Where it answers.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Whether the host says that it is ready.
    pub(super) async fn is_ready(&self) -> bool {
        let answer = self.client.get(format!("http://{}/readyz", self.address)).send().await;
        answer.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }

    /// The account of every flow.
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

    /// Where a message stands.
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
