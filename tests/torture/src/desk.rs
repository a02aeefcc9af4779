//! The operator's side: what the host's admin API tells and does.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::ledger::End;
use crate::load::FLOWS;

/// Questions asked at once.
const AT_ONCE: usize = 16;

/// The longest a question may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The admin API of one running host.
#[derive(Clone)]
pub struct Desk {
    client: reqwest::Client,
    address: SocketAddr,
    token: String,
}

/// An open dead letter.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its id.
    pub id: String,
    /// Whether one delivery failed, or the whole message.
    pub is_delivery: bool,
}

impl Desk {
    /// The desk of a host with this data directory.
    pub fn new(client: reqwest::Client, address: SocketAddr, data: &Path) -> Result<Self> {
        let token = std::fs::read_to_string(data.join("admin.token")).context("can't read the admin token")?;
        Ok(Self { client, address, token: token.trim().to_owned() })
    }

    /// The status of `/readyz`; none when nobody answers.
    pub async fn ready(&self) -> Option<u16> {
        let url = format!("http://{}/readyz", self.address);
        Some(self.client.get(url).timeout(PATIENCE).send().await.ok()?.status().as_u16())
    }

    /// Whether no message is waiting or under way.
    pub async fn is_idle(&self) -> Result<bool> {
        let flows = self.get("/v1/flows").await?.unwrap_or_default();
        let flows = flows.as_array().context("flows are a list")?;
        let idle = |flow: &Value| ["queued", "leased", "scheduled"].iter().all(|state| flow["queue"][state] == 0);
        Ok(flows.iter().all(idle))
    }

    /// Open dead letters of a flow, some of them.
    pub async fn open_letters(&self, flow: &str) -> Result<Vec<Letter>> {
        let page = self.get(&format!("/v1/dead-letter-summaries?flow={flow}&state=open&limit=500")).await?;
        let page = page.unwrap_or_default();
        let letters = page["dead_letters"].as_array().context("letters are a list")?;
        let letter = |letter: &Value| {
            let id = letter["id"].as_str()?.to_owned();
            Some(Letter { is_delivery: id.contains('.'), id })
        };
        Ok(letters.iter().filter_map(letter).collect())
    }

    /// Puts a letter back to work.
    pub async fn replay(&self, letter: &Letter) -> Result<()> {
        self.post(&format!("/v1/dead-letters/{}/replay", letter.id), json!({"by": "torture"})).await
    }

    /// Gives a letter up.
    pub async fn discard(&self, letter: &Letter) -> Result<()> {
        let body = json!({"by": "torture", "reason": "it was sent to be given up"});
        self.post(&format!("/v1/dead-letters/{}/discard", letter.id), body).await
    }

    /// How these messages stand; what the host knows nothing of is absent.
    pub async fn ends(&self, ids: Vec<String>) -> Result<HashMap<String, End>> {
        let asked = futures_util::stream::iter(ids).map(|id| async move {
            let history = self.get(&format!("/v1/messages/{id}")).await?;
            anyhow::Ok(history.map(|history| (id, end_of(&history))))
        });
        let answers: Vec<_> = asked.buffer_unordered(AT_ONCE).collect().await;
        answers.into_iter().filter_map(Result::transpose).collect()
    }

    async fn get(&self, path: &str) -> Result<Option<Value>> {
        let request = self.client.get(format!("http://{}{path}", self.address)).bearer_auth(&self.token);
        let response = request.timeout(PATIENCE).send().await?;
        if response.status() == 404 {
            return Ok(None);
        }
        Ok(Some(response.error_for_status()?.json().await?))
    }

    /// A conflict is no error: somebody else was faster, for instance the flow itself.
    async fn post(&self, path: &str, body: Value) -> Result<()> {
        let request = self.client.post(format!("http://{}{path}", self.address)).bearer_auth(&self.token);
        let response = request.timeout(PATIENCE).json(&body).send().await?;
        if response.status() != 409 {
            response.error_for_status()?;
        }
        Ok(())
    }
}

/// Reads a history: its state, and which deliveries were given up at last.
fn end_of(history: &Value) -> End {
    let flow = FLOWS.into_iter().find(|flow| history["flow"] == flow.name());
    let trail = history["trail"].as_array().map(Vec::as_slice).unwrap_or_default();
    let given_up = trail.iter().filter(|entry| entry["event"]["what"] == "dead_lettered");
    let letters = given_up.filter_map(|entry| entry["event"]["letter"].as_str());
    let target = |letter: &str| {
        let (_, position) = letter.split_once('.')?;
        let targets = flow?.targets();
        targets.get(position.parse::<usize>().ok()?).map(|target| (*target).to_owned())
    };
    End { state: history["state"].as_str().unwrap_or_default().to_owned(), letters: letters.map(target).collect() }
}
