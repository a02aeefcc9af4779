//! A minimal HTTP target: it reads each request and answers, with 200 unless set otherwise.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::load::read_message;

/// Answers until the benchmark ends.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    count: Arc<watch::Sender<usize>>,
    status: Arc<AtomicU16>,
}

impl Sink {
    /// Listens on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let count = Arc::new(watch::Sender::new(0));
        let status = Arc::new(AtomicU16::new(200));
        let shared_count = Arc::clone(&count);
        let shared_status = Arc::clone(&status);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shared_count), Arc::clone(&shared_status)));
            }
        });
        Self { address, count, status }
    }

    /// Answers with this status from now on.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// How many requests it got.
    #[must_use]
    pub fn received(&self) -> usize {
        *self.count.borrow()
    }

    /// Waits until it got `n` requests.
    pub async fn wait_for(&self, n: usize) {
        let mut count = self.count.subscribe();
        count.wait_for(|count| *count >= n).await.expect("the sink lives as long as the benchmark");
    }
}

async fn answer(mut stream: TcpStream, count: Arc<watch::Sender<usize>>, status: Arc<AtomicU16>) {
    let _ = stream.set_nodelay(true);
    let mut request = Vec::with_capacity(4096);
    while read_message(&mut stream, &mut request).await.is_some() {
        let answer: &[u8] = match status.load(Ordering::Relaxed) {
            200 => b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            status => &format!("HTTP/1.1 {status} Refused\r\ncontent-length: 0\r\n\r\n").into_bytes(),
        };
        if stream.write_all(answer).await.is_err() {
            return;
        }
        count.send_modify(|count| *count += 1);
    }
}
