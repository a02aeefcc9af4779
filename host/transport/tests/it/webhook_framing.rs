//! Requests that two readers could understand in two ways: they are refused, whatever they are for.

use crate::client::Client;
use crate::server::{Server, webhook};

/// The answer to these bytes, and whether the connection is closed after it.
async fn answer(server: &Server, sent: &str) -> (u16, String, bool) {
    let mut client = Client::connect(server.address).await;
    client.write(sent).await;
    let answer = client.answer().await;
    let reason = if answer.status < 400 { String::new() } else { answer.reason() };
    (answer.status, reason, client.is_closed().await)
}

#[tokio::test]
async fn a_request_that_can_be_read_in_two_ways_is_refused_and_its_connection_closed() {
    let server = Server::start(webhook("/orders")).await;
    let refused = [
        ("content-length: 2", 400, "invalid_host"),
        ("host: a\r\nhost: b\r\ncontent-length: 2", 400, "invalid_host"),
        ("host: a\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked", 400, "invalid_framing"),
        ("host: a\r\ntransfer-encoding: chunked, chunked", 400, "invalid_framing"),
        ("host: a\r\nexpect: 200-maybe\r\ncontent-length: 2", 417, "unknown_expectation"),
    ];
    for (headers, status, reason) in refused {
        let sent = format!("POST /orders HTTP/1.1\r\n{headers}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n");
        assert_eq!(answer(&server, &sent).await, (status, reason.to_owned(), true), "{headers}");
    }
    assert_eq!(server.intake.inspect(|state| (state.calls, state.refused_without_flow.len())), (0, 5));
}

#[tokio::test]
async fn behind_a_request_with_two_lengths_nothing_is_read_as_another_request() {
    let server = Server::start(webhook("/orders")).await;
    for lengths in
        ["content-length: 4\r\ntransfer-encoding: chunked", "transfer-encoding: chunked\r\ncontent-length: 4"]
    {
        let hidden = "POST /orders HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nhidden";
        let sent = format!("POST /orders HTTP/1.1\r\nhost: a\r\n{lengths}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{hidden}");
        assert_eq!(answer(&server, &sent).await, (202, String::new(), true), "{lengths}");
    }
    assert!(server.intake.inspect(|state| state.arrivals.iter().all(|arrival| arrival.payload == "{}")));
}

#[tokio::test]
async fn http_1_0_needs_no_host() {
    let server = Server::start(webhook("/orders")).await;
    let sent = "POST /orders HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(answer(&server, sent).await, (202, String::new(), true));
}
