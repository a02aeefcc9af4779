//! The senders: one for each flow and key, each sending its messages one after the other, as long as there is a host.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::ledger::Ledger;
use crate::load::{Flow, Load, Name};

/// Keys in each flow.
pub const KEYS: u8 = 3;

/// The longest a sender waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a sender does when it was not heard.
const BREATH: Duration = Duration::from_millis(4);

/// A host as its senders see it.
#[derive(Clone, Debug)]
pub struct Door {
    /// Where it takes messages.
    pub address: SocketAddr,
    /// Whether it has told anybody that it takes none.
    pub refused: Arc<AtomicBool>,
}

/// What every sender needs.
#[derive(Clone)]
pub struct Sender {
    /// Asks over this.
    pub client: reqwest::Client,
    /// Where things are written down.
    pub ledger: Arc<Ledger>,
    /// What is sent.
    pub load: Load,
    /// The host there is at the moment.
    pub door: watch::Receiver<Option<Door>>,
}

/// What came of one request.
enum Answer {
    Accepted(String),
    /// The host said why not.
    Refused,
    /// Nobody knows whether it was taken.
    Silence,
}

impl Sender {
    /// Sends the messages of one key until `stop`.
    pub async fn work(self, flow: Flow, key: u8, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let name = self.ledger.next(flow, key);
            // Who repeats under one `Idempotency-Key` may do so until there is an answer; others must not.
            loop {
                let answer = self.send(name).await;
                if let Answer::Accepted(id) = answer {
                    self.ledger.acknowledged(name, id);
                    break;
                }
                tokio::time::sleep(BREATH).await;
                if flow != Flow::Once || stop.is_cancelled() {
                    break;
                }
            }
        }
    }

    async fn send(&self, name: Name) -> Answer {
        let door = self.door.borrow().clone();
        let Some(door) = door else { return Answer::Silence };
        let url = format!("http://{}/{}", door.address, name.flow.name());
        let mut request = self.client.post(url).header("content-type", "application/json").timeout(PATIENCE);
        if name.flow == Flow::Once {
            request = request.header("idempotency-key", format!("\"k{}-{}\"", name.key, name.n));
        }
        let Ok(response) = request.body(self.load.body(name)).send().await else { return Answer::Silence };
        match response.status().as_u16() {
            202 => match response.json::<serde_json::Value>().await.ok().and_then(|answer| text(&answer, "id")) {
                Some(id) => Answer::Accepted(id),
                None => Answer::Silence,
            },
            429 | 503 => {
                door.refused.store(true, Ordering::SeqCst);
                Answer::Refused
            }
            _ => Answer::Refused,
        }
    }
}

fn text(answer: &serde_json::Value, field: &str) -> Option<String> {
    Some(answer[field].as_str()?.to_owned())
}
