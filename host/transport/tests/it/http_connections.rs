//! Connections to an HTTP target: how long they live, and what is wrong when there is none.

use std::sync::Arc;
use std::time::Duration;

use gantry_core::{CertificateFault, Digest, ErrorClass, FailureCause};
use gantry_transport::target::http::{Authorities, HttpTarget};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::http_target::{Peer, build, delivery, http, read_request, send};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn pem(name: &str) -> String {
    format!("{}/tests/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(pem(name)).unwrap()
}

fn acceptor(name: &str, protocol: &[u8]) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let key = PrivateKeyDer::from_pem_file(pem("server.key")).unwrap();
    let config = versions.unwrap().with_no_client_auth().with_single_cert(vec![certificate(name)], key);
    let mut config = config.unwrap();
    config.alpn_protocols = vec![protocol.to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// A server on loopback with this certificate; its URL.
async fn secured(name: &str) -> String {
    let acceptor = acceptor(name, b"http/1.1");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                while read_request(&mut stream).await.is_some() {
                    stream.write_all(OK.as_bytes()).await.unwrap();
                }
            });
        }
    });
    format!("https://localhost:{port}/")
}

fn trusting(url: String, ca: &str) -> HttpTarget {
    let ca = Authorities {
        file: ca.into(),
        digest: Digest::of(ca.as_bytes()),
        certificates: vec![certificate(ca).to_vec()],
    };
    HttpTarget { ca: Some(ca), ..http(url) }
}

#[tokio::test]
async fn no_connection_is_used_beyond_its_life() {
    let peer = Peer::answering(OK).await;
    let target = build(HttpTarget { connection_life: Duration::from_nanos(1), ..http(peer.url("/")) });
    for _ in 0..5 {
        send(&target, &delivery()).await.unwrap();
    }
    assert_eq!(*peer.connections.lock(), 5);
}

#[tokio::test]
async fn a_certificate_of_an_authority_in_ca_is_trusted() {
    let url = secured("valid.pem").await;
    let target = build(trusting(url, "authority.pem"));
    crate::soon("the probe", target.probe()).await.unwrap();
    assert_eq!(send(&target, &delivery()).await.unwrap().status, Some(200));
}

#[tokio::test]
async fn each_fault_of_a_certificate_is_named_with_what_to_do_by_probe_and_delivery() {
    for (name, ca, fault, remedy) in [
        ("valid.pem", "self-signed.pem", CertificateFault::UnknownIssuer, "`ca` of the target"),
        ("self-signed.pem", "authority.pem", CertificateFault::AuthorityAsServer, "`ca` of the target"),
        ("elsewhere.pem", "authority.pem", CertificateFault::WrongName, "erp.example"),
        ("expired.pem", "authority.pem", CertificateFault::Expired, "expired on Fri, 01 Jan 2021"),
        ("future.pem", "authority.pem", CertificateFault::NotYetValid, "check the clock"),
    ] {
        let target = build(trusting(secured(name).await, ca));
        let failure = send(&target, &delivery()).await.unwrap_err();
        assert_eq!(failure.cause, FailureCause::Certificate(fault), "{name}: {}", failure.excerpt);
        assert_eq!((failure.class, failure.status), (ErrorClass::Network, None), "{name}");
        let probed = crate::soon("the probe", target.probe()).await.unwrap_err();
        for text in [failure.excerpt, probed.to_string()] {
            assert!(text.contains("the certificate") && text.contains(remedy), "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn what_keeps_a_connection_from_standing_is_named() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for (url, cause, text) in [
        (format!("http://{gone}/"), FailureCause::ConnectionRefused, "check the port in `url`"),
        ("http://no-such-host.invalid/".to_owned(), FailureCause::NameUnresolved, "check the host in `url`"),
    ] {
        let target = build(http(url));
        let failure = send(&target, &delivery()).await.unwrap_err();
        assert_eq!(failure.cause, cause, "{}", failure.excerpt);
        assert!(failure.excerpt.contains(text), "{}", failure.excerpt);
        let probed = crate::soon("the probe", target.probe()).await.unwrap_err().to_string();
        assert!(probed.contains(text), "{probed}");
    }
}

#[tokio::test]
async fn a_request_that_http_2_leaves_untouched_is_sent_again_at_once() {
    let acceptor = acceptor("valid.pem", b"h2");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(acceptor.accept(stream).await.unwrap()).await.unwrap();
        let (_, mut refused) = connection.accept().await.unwrap().unwrap();
        refused.send_reset(h2::Reason::REFUSED_STREAM);
        let (request, mut answer) = connection.accept().await.unwrap().unwrap();
        answer.send_response(http::Response::new(()), true).unwrap();
        // Drives the connection until the other side has gone.
        while connection.accept().await.is_some() {}
        request.headers()["idempotency-key"].to_str().unwrap().to_owned()
    });
    let target = build(trusting(format!("https://localhost:{port}/"), "authority.pem"));
    assert_eq!(send(&target, &delivery()).await.unwrap().status, Some(200));
    drop(target);
    assert_eq!(crate::soon("the server's end", server).await.unwrap(), "order-1");
}
