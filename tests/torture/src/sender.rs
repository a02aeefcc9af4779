//! The senders: one for each flow and key. Each sends its messages one after the other while there is a host.

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

/// The longest that a sender waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The pause after a request without a 202.
const RETRY_PAUSE: Duration = Duration::from_millis(4);

/// The intake of a host, as senders see it.
#[derive(Clone, Debug)]
pub struct IntakeAddress {
    /// Its address.
    pub address: SocketAddr,
    /// Whether it has refused a message.
    pub refused: Arc<AtomicBool>,
}

/// What every sender needs.
#[derive(Clone)]
pub struct Sender {
    /// The HTTP client.
    pub client: reqwest::Client,
    /// Where results are recorded.
    pub ledger: Arc<Ledger>,
    /// What is sent.
    pub load: Load,
    /// The current host.
    pub intake: watch::Receiver<Option<IntakeAddress>>,
}

/// The result of one request.
enum Answer {
    Accepted(String),
    /// The host refused it.
    Refused,
    /// There was no answer, so it may have been accepted or not.
    Silence,
}

impl Sender {
    /// Sends the messages of one key until `stop`.
    pub async fn work(self, flow: Flow, key: u8, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let name = self.ledger.next(flow, key);
            // A sender with an `Idempotency-Key` repeats the request until there is an answer; others must not repeat.
            loop {
                let answer = self.send(name).await;
                if let Answer::Accepted(id) = answer {
                    self.ledger.acknowledged(name, id);
                    break;
                }
                tokio::time::sleep(RETRY_PAUSE).await;
                if flow != Flow::Once || stop.is_cancelled() {
                    break;
                }
            }
        }
    }

    async fn send(&self, name: Name) -> Answer {
        let intake = self.intake.borrow().clone();
        let Some(intake) = intake else { return Answer::Silence };
        let url = format!("http://{}/{}", intake.address, name.flow.name());
        let mut request = self.client.post(url).header("content-type", "application/json").timeout(TIMEOUT);
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
                intake.refused.store(true, Ordering::SeqCst);
                Answer::Refused
            }
            _ => Answer::Refused,
        }
    }
}

fn text(answer: &serde_json::Value, field: &str) -> Option<String> {
    Some(answer[field].as_str()?.to_owned())
}
