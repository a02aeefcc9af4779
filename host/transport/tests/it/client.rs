//! An HTTP client that can misbehave: it writes exactly the given bytes, and reads one answer at a time.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpSocket, TcpStream};

pub(crate) struct Client(pub(crate) BufReader<TcpStream>);

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The problem document's countable reason; checks the document's form on the way.
    pub(crate) fn reason(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        assert!(problem["title"].is_string() && problem["detail"].is_string());
        problem["reason"].as_str().unwrap().to_owned()
    }
}

impl Client {
    pub(crate) async fn connect(to: SocketAddr) -> Self {
        Self(BufReader::new(TcpStream::connect(to).await.unwrap()))
    }

    /// Another client of this machine.
    pub(crate) async fn connect_from(from: [u8; 4], to: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        Self(BufReader::new(socket.connect(to).await.unwrap()))
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(bytes.as_ref()).await.unwrap();
    }

    pub(crate) async fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        self.write(head("POST", path, headers, body.len())).await;
        self.write(body).await;
    }

    /// The next answer.
    pub(crate) async fn answer(&mut self) -> Answer {
        crate::soon("an answer", self.read_answer()).await.expect("an answer before the connection closed")
    }

    /// Whether the other side has closed, with nothing more to say.
    pub(crate) async fn is_closed(&mut self) -> bool {
        crate::soon("the close", self.0.fill_buf()).await.map_or(true, <[u8]>::is_empty)
    }

    async fn read_answer(&mut self) -> Option<Answer> {
        let first = self.line().await?;
        let status = first.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: String::new() };
        let mut body = vec![0; answer.header("content-length").map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).await.ok()?;
        answer.body = String::from_utf8(body).unwrap();
        Some(answer)
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        Some(line.trim_end().to_owned())
    }
}

pub(crate) fn head(method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{method} {path} HTTP/1.1\r\nhost: gantry\r\ncontent-length: {length}\r\n{headers}\r\n")
}

/// One request on a connection of its own.
pub(crate) async fn post(to: SocketAddr, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut client = Client::connect(to).await;
    client.post(path, headers, body).await;
    client.answer().await
}

pub(crate) async fn request(to: SocketAddr, method: &str, path: &str) -> Answer {
    let mut client = Client::connect(to).await;
    client.write(head(method, path, &[], 0)).await;
    client.answer().await
}
