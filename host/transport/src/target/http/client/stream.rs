//! A connection to a target, plain or TLS, with a tap on what it reads.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::tap::Tap;

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A connection.
pub(in crate::target::http) struct Stream {
    io: Box<dyn Io>,
    /// None with HTTP/2, which has no status lines.
    tap: Option<Tap>,
}

impl Stream {
    pub(super) fn plain(io: TcpStream) -> Self {
        Self { io: Box::new(io), tap: Some(Tap::default()) }
    }

    pub(super) fn tls(io: TlsStream<TcpStream>) -> Self {
        let is_h2 = io.get_ref().1.alpn_protocol() == Some(b"h2");
        Self { io: Box::new(io), tap: (!is_h2).then(Tap::default) }
    }

    fn note_write(&self) {
        if let Some(tap) = &self.tap {
            tap.written();
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        match &self.tap {
            Some(tap) => Connected::new().extra(tap.clone()),
            None => Connected::new().negotiated_h2(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.io).poll_read(cx, buf);
        if let (Some(tap), Poll::Ready(Ok(()))) = (&self.tap, &polled) {
            tap.read(&buf.filled()[before..]);
        }
        polled
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.note_write();
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.note_write();
        Pin::new(&mut self.io).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
