//! Where connections come from: a TCP port, or a socket in the file system. Every connection comes with the address that
//! its client is counted under.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// A peer that acknowledges nothing for this long, or reads no answers, counts as gone.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Bits of an IPv6 address that tell clients apart: a client has a whole /64 to choose from.
const CLIENT_BITS: u32 = 64;

/// A listener.
pub trait Door: Send + Sync + 'static {
    /// Its connections.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next connection, and its client.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, IpAddr)>> + Send;
}

impl Door for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, IpAddr)> {
        let (stream, from) = Self::accept(self).await?;
        configure(&stream);
        Ok((stream, client(from.ip())))
    }
}

/// All of its clients are on this machine.
impl Door for UnixListener {
    type Stream = UnixStream;

    async fn accept(&self) -> io::Result<(UnixStream, IpAddr)> {
        let (stream, _) = Self::accept(self).await?;
        Ok((stream, IpAddr::V4(Ipv4Addr::LOCALHOST)))
    }
}

fn configure(stream: &TcpStream) {
    let timeout = u32::try_from(UNACKNOWLEDGED.as_millis()).unwrap_or(u32::MAX);
    // Both are only improvements; the connection works without them.
    stream.set_nodelay(true).ok();
    rustix::net::sockopt::set_tcp_user_timeout(stream, timeout).ok();
}

/// What a client's connections are counted under.
fn client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let mask = u128::MAX << (u128::BITS - CLIENT_BITS);
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_client_is_an_address_of_ipv4_or_a_64_of_ipv6() {
        let client = |text: &str| super::client(text.parse().unwrap()).to_string();
        assert_eq!(client("192.0.2.7"), "192.0.2.7");
        assert_eq!(client("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(client("2001:db8:1:2:3:4:5:6"), client("2001:db8:1:2:ffff::1"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
    }
}
