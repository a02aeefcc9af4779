//! A client of the host's admin API, as an operator uses it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::StreamExt as _;
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::ledger::{End, State};
use crate::load::{FLOWS, Flow};

/// Requests at the same time.
const CONCURRENCY: usize = 16;

/// The longest that a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The admin API of one running host.
#[derive(Clone)]
pub struct AdminClient {
    client: reqwest::Client,
    address: SocketAddr,
    token: String,
}

/// An open dead letter.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// Its id.
    pub id: String,
    /// Whether one delivery failed, or the whole message.
    pub is_delivery: bool,
}

impl AdminClient {
    /// A client for the host with this data directory.
    pub fn new(client: reqwest::Client, address: SocketAddr, data: &Path) -> Result<Self> {
        let token = std::fs::read_to_string(data.join("admin.token")).context("can't read the admin token")?;
        Ok(Self { client, address, token: token.trim().to_owned() })
    }

    /// The status of `/readyz`; none when nobody answers.
    pub async fn ready(&self) -> Option<u16> {
        let url = format!("http://{}/readyz", self.address);
        Some(self.client.get(url).timeout(TIMEOUT).send().await.ok()?.status().as_u16())
    }

    /// How many messages are waiting or under way.
    pub async fn in_queues(&self) -> Result<u64> {
        let flows = self.get("/v1/flows").await?.unwrap_or_default();
        let flows = flows.as_array().context("flows are a list")?;
        Ok(flows.iter().map(in_queue).sum())
    }

    /// Open dead letters of a flow, some of them.
    pub async fn open_dead_letters(&self, flow: &str) -> Result<Vec<DeadLetter>> {
        let page = self.get(&format!("/v1/dead-letter-summaries?flow={flow}&state=open&limit=500")).await?;
        let page = page.unwrap_or_default();
        let found = page["dead_letters"].as_array().context("dead letters are a list")?;
        let ids = found.iter().filter_map(|found| found["id"].as_str());
        Ok(ids.map(|id| DeadLetter { id: id.to_owned(), is_delivery: id.contains('.') }).collect())
    }

    /// Replays a dead letter.
    pub async fn replay(&self, dead_letter: &DeadLetter) -> Result<()> {
        self.post(&format!("/v1/dead-letters/{}/replay", dead_letter.id), json!({"by": "torture"})).await
    }

    /// Discards a dead letter.
    pub async fn discard(&self, dead_letter: &DeadLetter) -> Result<()> {
        let body = json!({"by": "torture", "reason": "sent to become a dead letter"});
        self.post(&format!("/v1/dead-letters/{}/discard", dead_letter.id), body).await
    }

    /// The states of these messages; messages that the host doesn't know are absent.
    pub async fn ends(&self, ids: Vec<String>) -> Result<HashMap<String, End>> {
        let requests = futures_util::stream::iter(ids).map(|id| async move {
            let history = self.get(&format!("/v1/messages/{id}")).await?;
            history.map(|history| Ok((id, end_of(&history)?))).transpose()
        });
        let answers: Vec<_> = requests.buffer_unordered(CONCURRENCY).collect().await;
        answers.into_iter().filter_map(Result::transpose).collect()
    }

    async fn get(&self, path: &str) -> Result<Option<Value>> {
        let request = self.client.get(format!("http://{}{path}", self.address)).bearer_auth(&self.token);
        let response = request.timeout(TIMEOUT).send().await?;
        if response.status() == 404 {
            return Ok(None);
        }
        Ok(Some(response.error_for_status()?.json().await?))
    }

    /// A conflict is no error: something else was faster, for instance the flow itself.
    async fn post(&self, path: &str, body: Value) -> Result<()> {
        let request = self.client.post(format!("http://{}{path}", self.address)).bearer_auth(&self.token);
        let response = request.timeout(TIMEOUT).json(&body).send().await?;
        if response.status() != 409 {
            response.error_for_status()?;
        }
        Ok(())
    }
}

fn in_queue(flow: &Value) -> u64 {
    ["queued", "leased", "scheduled"].iter().filter_map(|state| flow["queue"][state].as_u64()).sum()
}

/// Reads a history: the state of the message, and which of its deliveries are dead letters.
fn end_of(history: &Value) -> Result<End> {
    let flow = FLOWS.into_iter().find(|flow| history["flow"] == flow.name());
    let timeline = history["timeline"].as_array().map(Vec::as_slice).unwrap_or_default();
    let given_up = timeline.iter().filter(|entry| entry["event"]["what"] == "dead_lettered");
    let ids = given_up.filter_map(|entry| entry["event"]["dead_letter"].as_str());
    let dead_letters = ids.map(|id| target_of(id, flow?)).collect();
    let state = State::deserialize(&history["state"]).context("a history has a state")?;
    Ok(End { state, dead_letters })
}

/// The target of a dead letter's delivery; none when the dead letter is of the whole message.
fn target_of(id: &str, flow: Flow) -> Option<String> {
    let (_, position) = id.split_once('.')?;
    flow.targets().get(position.parse::<usize>().ok()?).map(|target| (*target).to_owned())
}
