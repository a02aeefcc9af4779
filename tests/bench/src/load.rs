//! Load: HTTP/1.1 over kept-alive connections, each sending its next request when the last is answered. Written by
//! hand because on two cores the generator's own cost is part of every figure.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The result of a load.
#[derive(Clone, Debug)]
pub struct Measured {
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// How long each request waited for its answer, shortest first.
    pub waits: Vec<Duration>,
}

impl Measured {
    /// Requests answered in a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 requests")]
    pub fn per_second(&self) -> f64 {
        self.waits.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// The wait that this share of requests did not exceed.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    pub fn quantile(&self, share: f64) -> Duration {
        self.waits[((self.waits.len() - 1) as f64 * share) as usize]
    }
}

/// Posts `body` to `path` `requests` times over `connections` connections; every answer must be a 202.
pub async fn post(address: SocketAddr, path: &str, body: &str, connections: usize, requests: usize) -> Measured {
    paced(address, path, body, connections, requests, None).await
}

/// The same, with this time between requests; a request that is late is sent at once.
pub async fn paced(
    address: SocketAddr,
    path: &str,
    body: &str,
    connections: usize,
    requests: usize,
    every: Option<Duration>,
) -> Measured {
    let head = format!("POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n");
    let request: Arc<[u8]> = format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes().into();
    let start = Instant::now();
    let schedule = Arc::new(Schedule { start, every, sent: AtomicUsize::new(0), requests });
    let senders: Vec<_> =
        (0..connections).map(|_| tokio::spawn(send(address, Arc::clone(&request), Arc::clone(&schedule)))).collect();
    let mut waits = Vec::with_capacity(requests);
    for sender in senders {
        waits.extend(sender.await.expect("no sender panics"));
    }
    let elapsed = start.elapsed();
    waits.sort_unstable();
    Measured { elapsed, waits }
}

/// When requests are sent.
struct Schedule {
    start: Instant,
    every: Option<Duration>,
    sent: AtomicUsize,
    requests: usize,
}

impl Schedule {
    /// Waits until the next request is due; false when there is no more.
    async fn next(&self) -> bool {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        if let Some(every) = self.every.filter(|_| number < self.requests) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            tokio::time::sleep_until((self.start + every * number).into()).await;
        }
        number < self.requests
    }
}

async fn send(address: SocketAddr, request: Arc<[u8]>, schedule: Arc<Schedule>) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a TCP socket");
    let mut waits = Vec::new();
    let mut answer = Vec::with_capacity(1024);
    while schedule.next().await {
        let sent_at = Instant::now();
        stream.write_all(&request).await.expect("the server reads");
        read_message(&mut stream, &mut answer).await.expect("the server answers");
        assert!(answer.starts_with(b"HTTP/1.1 202"), "{}", String::from_utf8_lossy(&answer));
        waits.push(sent_at.elapsed());
    }
    waits
}

/// Reads one HTTP message with a `content-length` into `message`; none when the other side has closed.
pub(crate) async fn read_message(stream: &mut TcpStream, message: &mut Vec<u8>) -> Option<usize> {
    message.clear();
    loop {
        if let Some(head) = message.windows(4).position(|window| window == b"\r\n\r\n") {
            let whole = head + 4 + content_length(&message[..head]);
            while message.len() < whole {
                if stream.read_buf(message).await.ok()? == 0 {
                    return None;
                }
            }
            return Some(whole);
        }
        if stream.read_buf(message).await.ok()? == 0 {
            return None;
        }
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head);
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0)
}
