//! The targets: one server for all of them. It uses plain TCP, because it must violate HTTP. It records each request
//! before it answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::behaviour::{Behaviour, FailureRate};
use crate::ledger::{Accepted, Ledger, Receipt};
use crate::load::Load;

/// How long the host waits for an answer; the flow files use it, too.
pub const TIMEOUT: Duration = Duration::from_millis(250);

/// A complete request.
struct Request {
    path: String,
    idempotency_key: String,
    body: Vec<u8>,
}

/// All targets of a run.
pub struct Targets {
    ledger: Arc<Ledger>,
    load: Load,
    seed: u64,
    connections: AtomicU64,
    /// How often they fail.
    pub failure_rate: FailureRate,
}

impl Targets {
    /// Targets that write into this ledger.
    #[must_use]
    pub fn new(ledger: Arc<Ledger>, load: Load, seed: u64) -> Arc<Self> {
        Arc::new(Self { ledger, load, seed, connections: AtomicU64::new(0), failure_rate: FailureRate::default() })
    }

    /// Listens on a free port until `stop`.
    pub async fn listen(self: &Arc<Self>, tasks: &TaskTracker, stop: &CancellationToken) -> Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let targets = Arc::clone(self);
        let stop = stop.clone();
        let connections = tasks.clone();
        tasks.spawn(async move {
            while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
                let Ok((stream, _)) = accepted else { continue };
                let targets = Arc::clone(&targets);
                let stop = stop.clone();
                connections.spawn(async move { stop.run_until_cancelled(targets.serve(stream)).await });
            }
        });
        Ok(address)
    }

    /// Answers one request after the other until either side closes the connection.
    async fn serve(&self, stream: TcpStream) {
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let mut rng = fastrand::Rng::with_seed(self.seed ^ number.wrapping_mul(0xD134_2543_DE82_EF95));
        let mut stream = BufReader::new(stream);
        loop {
            let behaviour = self.failure_rate.choose(&mut rng);
            if behaviour == Behaviour::ResetsEarly && matches!(stream.fill_buf().await, Ok([_, ..])) {
                return reset(&stream);
            }
            let Some(request) = read(&mut stream).await else { return };
            let index = self.ledger.received(self.receipt(request));
            let answer = behaviour.answer(&mut rng);
            match behaviour {
                Behaviour::ResetsLate => return reset(&stream),
                Behaviour::Hangs => {
                    // Until the host sends more, disconnects, or time is up.
                    let _ = tokio::time::timeout(TIMEOUT * 8, stream.read(&mut [0; 64])).await;
                    return;
                }
                Behaviour::SaysTooLate => tokio::time::sleep(TIMEOUT * 3 / 2).await,
                _ => {}
            }
            // Recorded before the host can know.
            self.ledger.answered(index, behaviour.accepts());
            if stream.write_all(&answer).await.is_err() || stream.flush().await.is_err() {
                return;
            }
            let keeps_open = matches!(behaviour, Behaviour::Well | Behaviour::Refuses | Behaviour::Fails)
                || matches!(behaviour, Behaviour::ThrottlesByDate | Behaviour::ThrottlesBySeconds);
            if !keeps_open {
                return;
            }
        }
    }

    fn receipt(&self, Request { path, idempotency_key, body }: Request) -> Receipt {
        let mut parts = path.split('/').skip(1);
        let flow = parts.next().unwrap_or_default();
        let target = parts.next().unwrap_or_default();
        // A body for another flow or target was not sent to this one.
        let read = Load::read(&body).filter(|(name, to)| name.flow.name() == flow && to == target);
        let name = read.map(|(name, _)| name);
        let intact = name.is_some_and(|name| self.load.text(name, target).as_bytes() == body);
        Receipt { target: target.to_owned(), name, idempotency_key, intact, accepted: Accepted::No }
    }
}

/// Makes the kernel reset the connection instead of closing it.
fn reset(stream: &BufReader<TcpStream>) {
    let _ = stream.get_ref().set_zero_linger();
}

/// One request with its body; none when the connection ends before.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut request = Request { path: String::new(), idempotency_key: String::new(), body: Vec::new() };
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    line.split(' ').nth(1)?.clone_into(&mut request.path);
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "idempotency-key" => value.trim().clone_into(&mut request.idempotency_key),
            _ => {}
        }
    }
    // The head is incomplete: there is no empty line.
    if !line.ends_with("\r\n") {
        return None;
    }
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}
