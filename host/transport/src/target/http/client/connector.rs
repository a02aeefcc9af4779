//! Makes connections to a target: resolves its name, connects, and shakes hands if it is TLS, within one bound of time.
//!
//! The name is resolved for each connection. `gantry check` uses the same connector, so that it finds what a delivery
//! would find.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use std::vec;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::connect_error::{ConnectError, Problem, Unresolved};
use super::stream::Stream;

/// How long a connection is silent before its other side is asked whether it is there, and how often: a connection that
/// a firewall has forgotten is found out within a minute.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVES: u32 = 3;

type Boxed<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// Makes connections.
#[derive(Clone)]
pub(in crate::target::http) struct Connector {
    tcp: HttpConnector<Resolver>,
    tls: Arc<ClientConfig>,
    timeout: Duration,
}

impl Connector {
    pub(super) fn new(tls: ClientConfig, timeout: Duration) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Of several addresses each gets its share, so that one behind which nothing answers doesn't use up the time.
        tcp.set_connect_timeout(Some(timeout));
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        tcp.set_keepalive_retries(Some(KEEPALIVES));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(2 * KEEPALIVE));
        Self { tcp, tls: Arc::new(tls), timeout }
    }

    pub(in crate::target::http) async fn connect(mut self, to: Uri) -> Result<Stream, ConnectError> {
        let place = place(&to);
        let timeout = self.timeout;
        let connected = tokio::time::timeout(timeout, self.connect_at_leisure(to)).await;
        connected.unwrap_or(Err(Problem::Timeout(timeout))).map_err(|problem| ConnectError { place, problem })
    }

    async fn connect_at_leisure(&mut self, to: Uri) -> Result<Stream, Problem> {
        let host = host(&to).to_owned();
        let timeout = self.timeout;
        let is_tls = to.scheme() == Some(&http::uri::Scheme::HTTPS);
        let tcp = self.tcp.call(to).await.map_err(|error| Problem::of_tcp(&error, timeout))?.into_inner();
        if !is_tls {
            return Ok(Stream::plain(tcp));
        }
        let name = ServerName::try_from(host.clone()).map_err(|_| Problem::InvalidName)?;
        let tls = TlsConnector::from(Arc::clone(&self.tls)).connect(name, tcp).await;
        tls.map(Stream::tls).map_err(|error| Problem::of_handshake(&error, &host))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = ConnectError;
    type Future = Boxed<Self::Response, ConnectError>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(to).await.map(TokioIo::new) })
    }
}

/// The resolver of the system, each time anew.
#[derive(Clone, Debug)]
struct Resolver;

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<std::net::SocketAddr>;
    type Error = Unresolved;
    type Future = Boxed<Self::Response, Unresolved>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found = found.map_err(|error| Unresolved(Arc::new(error)))?;
            Ok(found.collect::<Vec<_>>().into_iter())
        })
    }
}

fn host(to: &Uri) -> &str {
    to.host().unwrap_or_default().trim_matches(['[', ']'])
}

fn place(to: &Uri) -> String {
    let is_tls = to.scheme() == Some(&http::uri::Scheme::HTTPS);
    let port = to.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    format!("{}:{port}", host(to))
}
