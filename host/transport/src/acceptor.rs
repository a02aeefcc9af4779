//! Accepts connections, for the intake and the admin API: so many at once, and none that is dead for long.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Pause after a failed accept: the usual cause, too many open files, doesn't go away at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A peer that acknowledges nothing for this long, or reads no answers, counts as gone.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// A listener of which at most so many connections are open at once; more wait in the system's backlog.
pub struct Acceptor {
    listener: TcpListener,
    slots: Arc<Semaphore>,
    /// The log message for a connection that could not be accepted.
    failed: &'static str,
}

impl Acceptor {
    /// Accepts from this listener. `failed` is the log message for a connection that could not be accepted.
    #[must_use]
    pub fn new(listener: TcpListener, connections: usize, failed: &'static str) -> Self {
        Self { listener, slots: Arc::new(Semaphore::new(connections)), failed }
    }

    /// The next connection, once the limit allows one, and its place, to be dropped when it is closed; none once stopped.
    pub async fn next(&self, stop: &CancellationToken) -> Option<(TcpStream, OwnedSemaphorePermit)> {
        stop.run_until_cancelled(self.accept()).await.flatten()
    }

    async fn accept(&self) -> Option<(TcpStream, OwnedSemaphorePermit)> {
        let slot = self.slots.clone().acquire_owned().await.ok()?;
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    configure(&stream);
                    return Some((stream, slot));
                }
                Err(error) => {
                    tracing::warn!(%error, "{}", self.failed);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

fn configure(stream: &TcpStream) {
    let timeout = u32::try_from(UNACKNOWLEDGED.as_millis()).unwrap_or(u32::MAX);
    // Both are only improvements; the connection works without them.
    stream.set_nodelay(true).ok();
    rustix::net::sockopt::set_tcp_user_timeout(stream, timeout).ok();
}
