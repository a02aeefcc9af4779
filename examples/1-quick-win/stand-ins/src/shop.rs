//! The shop: sends each order as a webhook, signed by the Standard Webhooks specification, and retries when the receiver
//! fails. Some orders it sends twice, as if it had missed the answer.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

/// How often one order is sent before the shop gives up.
const ATTEMPTS: u32 = 6;
/// Wait after the first failed attempt; doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// An order of the shop: the bytes that it sends, and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The shop's number.
    pub number: String,
    /// JSON, sent as it stands.
    pub body: String,
}

/// Where the shop sends to, and how it signs.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The webhook's address.
    pub url: String,
    /// `whsec_…`, shared with the receiver.
    pub secret: String,
    /// Every order whose number in the list is a multiple of this is sent twice; none: no order is.
    pub repeat_every: Option<NonZeroUsize>,
    /// The time between two orders.
    pub pace: Duration,
}

/// An order that the receiver accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The shop's number.
    pub number: String,
    /// The receiver's id for it.
    pub message_id: String,
    /// How often it was sent on purpose.
    pub copies: u32,
}

#[derive(Deserialize)]
struct Receipt {
    id: String,
}

/// Reads orders from NDJSON: one order a line, with its number at `/order_number`. An order without a number is known
/// by its line.
pub fn read_orders(file: &Path) -> anyhow::Result<Vec<Order>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| order(at + 1, line).with_context(|| format!("{}:{}", file.display(), at + 1))).collect()
}

fn order(line: usize, text: &str) -> anyhow::Result<Order> {
    let body: Value = serde_json::from_str(text)?;
    let number = body["order_number"].as_str().map_or_else(|| format!("line-{line}"), str::to_owned);
    Ok(Order { number, body: text.to_owned() })
}

impl Shop {
    /// Sends all orders, one after the other, and returns what the receiver accepted.
    pub async fn send(&self, client: &Client, orders: &[Order]) -> anyhow::Result<Vec<Accepted>> {
        let mut accepted = Vec::with_capacity(orders.len());
        for (at, order) in orders.iter().enumerate() {
            let mut sent = self.send_one(client, order).await?;
            if self.repeat_every.is_some_and(|every| (at + 1).is_multiple_of(every.get())) {
                let again = self.send_one(client, order).await?;
                if again.message_id != sent.message_id {
                    bail!("order {} was accepted twice: {} and {}", order.number, sent.message_id, again.message_id);
                }
                sent.copies += 1;
            }
            accepted.push(sent);
            tokio::time::sleep(self.pace).await;
        }
        Ok(accepted)
    }

    /// Sends one order until it is accepted.
    async fn send_one(&self, client: &Client, order: &Order) -> anyhow::Result<Accepted> {
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            match self.offer(client, order).await {
                Ok(response) if response.status() == StatusCode::ACCEPTED => {
                    let receipt: Receipt = response.json().await.context("the receipt is not what was promised")?;
                    return Ok(Accepted { number: order.number.clone(), message_id: receipt.id, copies: 1 });
                }
                Ok(response) if !is_transient(response.status()) => {
                    let status = response.status();
                    let text = response.text().await.unwrap_or_default();
                    bail!("order {} was refused with {status}: {text}", order.number);
                }
                Ok(response) if attempt == ATTEMPTS => bail!("order {}: still {}", order.number, response.status()),
                Err(error) if attempt == ATTEMPTS => return Err(error).context(format!("order {}", order.number)),
                Ok(_) | Err(_) => tokio::time::sleep(wait).await,
            }
            wait *= 2;
        }
        unreachable!("the loop ends with its last attempt")
    }

    /// One request. Each has its own timestamp and signature; all for one order have the same id.
    pub async fn offer(&self, client: &Client, order: &Order) -> anyhow::Result<Response> {
        let id = format!("msg_{}", order.number);
        let now = jiff::Timestamp::now().as_second();
        let signature = Webhook::new(&self.secret)?.sign(&id, now, order.body.as_bytes())?;
        let request = client
            .post(&self.url)
            .header("content-type", "application/json")
            .header(HEADER_WEBHOOK_ID, id)
            .header(HEADER_WEBHOOK_TIMESTAMP, now)
            .header(HEADER_WEBHOOK_SIGNATURE, signature)
            .body(order.body.clone());
        Ok(request.send().await?)
    }
}

fn is_transient(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
}
