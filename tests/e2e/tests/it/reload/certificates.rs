//! The certificates that a target trusts, replaced while the host runs.

use std::path::PathBuf;
use std::sync::Arc;

use gantry_control::reload::ReloadResult;
use gantry_e2e::{FlowText, TestHost, eventually, replace};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

fn pem(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../host/transport/tests/tls").join(name)
}

/// A server whose certificate is of the authority in `authority.pem`; its URL. It reads a request and is content.
async fn secured() -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let certificate = CertificateDer::from_pem_file(pem("valid.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(pem("server.key")).unwrap();
    let config = versions.unwrap().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    format!("https://localhost:{port}/")
}

fn authority() -> String {
    std::fs::read_to_string(pem("authority.pem")).unwrap()
}

#[tokio::test]
async fn replaced_certificates_of_a_target_are_taken_up_and_broken_ones_leave_the_old_in_force() {
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    std::fs::copy(pem("authority.pem"), &ca).unwrap();
    let lines = format!("ca = {ca:?}\nretry = {{ attempts = 1000, base = \"5ms\", cap = \"50ms\" }}");
    let flow = FlowText::new("in").target_at("erp", &secured().await, &lines);
    let host = TestHost::start(&[flow]).await;
    let delivered = async || host.settled().await[0].counts.delivered;
    host.post("/in", "{}").await;
    assert_eq!(delivered().await, 1);

    replace(&ca, "no certificate");
    let report = host.reload().await;
    assert_eq!(report.result, ReloadResult::Refused);
    assert!(report.mistakes().contains("ca.pem holds no certificate that can be read"), "{}", report.mistakes());
    let one_is_broken = format!("{}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", authority());
    replace(&ca, one_is_broken);
    let report = host.reload().await;
    assert!(report.mistakes().contains("certificate 2 of"), "{}", report.mistakes());
    host.post("/in", "{}").await;
    assert_eq!(delivered().await, 2, "the old ones are in force");

    replace(&ca, std::fs::read(pem("self-signed.pem")).unwrap());
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    host.post("/in", "{}").await;
    eventually("another authority to be of no use", || async { host.handle().reports()[0].queue.scheduled == 1 }).await;

    replace(&ca, std::fs::read(pem("authority.pem")).unwrap());
    assert_eq!(host.reload().await.result, ReloadResult::Applied);
    assert_eq!(delivered().await, 3);
    assert_eq!(host.reload().await.result, ReloadResult::Unchanged);
    host.stop().await;
}
