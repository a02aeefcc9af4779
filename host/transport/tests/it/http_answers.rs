//! What is made of answers that are odd, packed, or say something between the lines.

use std::io::Write as _;
use std::time::Duration;

use gantry_core::{ErrorClass, FailureCause};
use gantry_transport::target::http::HttpTarget;

use crate::http_target::{Manner, Peer, build, delivery, http, send, verdict};

#[tokio::test]
async fn odd_headers_never_make_a_failure_of_a_success() {
    let many: String = (0..150).map(|number| format!("x-{number}: {number}\r\n")).collect();
    let odd_headers = [
        "Server : old\r\n",
        "x-a: one\r\n two\r\n",
        "PHP Warning: x in y.php\r\n",
        "a line without a colon\r\n",
        "set-cookie: a=b\x01c\r\n",
        "x-\x01: y\r\n",
        ": no name\r\n",
        "x-name: K\u{e4}se \u{65e5}\u{672c}\r\n",
        "content-length: 2\r\n",
        many.as_str(),
    ];
    for odd in odd_headers {
        let accepted = verdict(format!("HTTP/1.1 200 OK\r\n{odd}content-length: 2\r\n\r\nok")).await;
        let accepted = accepted.unwrap_or_else(|failure| panic!("{odd}: {failure:?}"));
        assert_eq!((accepted.status, accepted.excerpt.as_str()), (Some(200), "ok"), "{odd}");
    }
}

#[tokio::test]
async fn a_value_beyond_ascii_and_a_missing_reason_are_no_trouble() {
    for answer in [
        &b"HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok"[..],
        b"HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 Cr\xe9\xe9\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nx-name: K\xe4se\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\ncontent-length: 2\n\nok",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 7\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ] {
        let accepted = verdict(answer).await.unwrap();
        assert_eq!((accepted.status, accepted.excerpt.as_str()), (Some(200), "ok"));
    }
}

#[tokio::test]
async fn where_the_rest_of_an_answer_can_not_be_read_its_status_counts() {
    let lines: String = (0..300).map(|number| format!("x-{number}: {number}\r\n")).collect();
    let huge = format!("x-huge: {}\r\n", "x".repeat(1 << 20));
    let odd_rest = [
        "content-length: two\r\n\r\nok",
        "content-length: -1\r\n\r\nok",
        "content-length: 2\r\ncontent-length: 3\r\n\r\nok",
        "content-length: 2, 3\r\n\r\nok",
        "transfer-encoding: chunked\r\n\r\nnot chunked at all",
        &format!("{lines}\r\n"),
        &format!("{huge}\r\n"),
    ];
    for odd in odd_rest {
        let accepted = verdict(format!("HTTP/1.1 201 X\r\n{odd}")).await;
        assert_eq!(accepted.map(|accepted| accepted.status), Ok(Some(201)), "{:.40}", odd);
        let failure = verdict(format!("HTTP/1.1 422 X\r\n{odd}")).await.unwrap_err();
        assert_eq!((failure.class, failure.status), (ErrorClass::Permanent, Some(422)), "{:.40}", odd);
    }
    let spaces = verdict("HTTP/1.1  200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
    assert_eq!(spaces.status, Some(200));
}

#[tokio::test]
async fn the_connection_of_an_answer_that_can_not_be_read_is_not_used_again() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nok").await;
    let target = build(http(peer.url("/")));
    for _ in 0..3 {
        assert_eq!(send(&target, &delivery()).await.unwrap().status, Some(200));
    }
    assert_eq!(*peer.connections.lock(), 3);
}

#[tokio::test]
async fn a_head_that_breaks_off_is_a_network_failure_with_its_status() {
    let peer = Peer::with(Manner::AnswerAndClose("HTTP/1.1 200 OK\r\nx-a: b\r\n")).await;
    let failure = send(&build(http(peer.url("/"))), &delivery()).await.unwrap_err();
    assert_eq!((failure.class, failure.status), (ErrorClass::Network, Some(200)));
    assert_eq!(failure.cause, FailureCause::ConnectionBroken);
}

#[tokio::test]
async fn what_is_not_http_at_all_is_a_network_failure() {
    let failure = verdict("SSH-2.0-OpenSSH_9.6\r\n\r\n").await.unwrap_err();
    assert_eq!((failure.class, failure.cause), (ErrorClass::Network, FailureCause::UnreadableAnswer));
}

#[tokio::test]
async fn an_answer_that_never_says_that_it_ended_counts_by_its_status() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\n\r\nok").await;
    let target = build(HttpTarget { timeout: Duration::from_millis(100), ..http(peer.url("/")) });
    let accepted = send(&target, &delivery()).await.unwrap();
    assert_eq!((accepted.status, accepted.excerpt.as_str()), (Some(200), "ok"));
}

#[tokio::test]
async fn a_reason_is_unpacked_decoded_and_safe_to_show() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"K\xe4se fehlt\x1b[1m\r\n").unwrap();
    let packed = packer.finish().unwrap();
    let head = "HTTP/1.1 422 X\r\ncontent-encoding: gzip\r\ncontent-type: text/plain; charset=latin1\r\n";
    let mut answer = format!("{head}content-length: {}\r\n\r\n", packed.len()).into_bytes();
    answer.extend(packed);
    assert_eq!(verdict(answer).await.unwrap_err().excerpt, r"Käse fehlt\u{1b}[1m");
}

#[tokio::test]
async fn the_ids_of_an_answer_are_kept_with_success_and_failure() {
    let headers = "X-Request-ID: r\u{1b}-7\r\nx-job: 12\r\nlocation: /orders/7\r\nx-other: no\r\ncontent-length: 0\r\n";
    let kept = |names: [&str; 2], values: [&str; 2]| {
        names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    let clean = headers.replace('\u{1b}', "");
    let accepted = verdict(format!("HTTP/1.1 201 X\r\n{clean}\r\n")).await.unwrap();
    assert_eq!(accepted.headers, kept(["location", "x-request-id"], ["/orders/7", "r-7"]));
    let peer = Peer::answering(format!("HTTP/1.1 409 X\r\n{clean}\r\n")).await;
    let config = HttpTarget { answer_headers: vec!["x-job".into(), "x-request-id".into()], ..http(peer.url("/")) };
    let failure = send(&build(config), &delivery()).await.unwrap_err();
    assert_eq!(failure.headers, kept(["x-job", "x-request-id"], ["12", "r-7"]));
    let odd = verdict(format!("HTTP/1.1 201 X\r\n{headers}\r\n")).await.unwrap();
    assert_eq!(odd.headers, kept(["location", "x-request-id"], ["/orders/7", "r-7"])[..1], "control characters");
}

#[tokio::test]
async fn a_redirect_says_where_it_points() {
    let answer = "HTTP/1.1 308 X\r\nlocation: https://new.example/v2\r\ncontent-length: 5\r\n\r\nmoved";
    let failure = verdict(answer).await.unwrap_err();
    assert_eq!((failure.class, failure.cause), (ErrorClass::Redirected, FailureCause::Redirected));
    assert_eq!(
        failure.excerpt,
        "it points to https://new.example/v2; redirects are not followed: put the new place in `url` -- moved"
    );
    let nowhere = verdict("HTTP/1.1 302 X\r\ncontent-length: 0\r\n\r\n").await.unwrap_err();
    assert!(nowhere.excerpt.contains("without saying where to"), "{}", nowhere.excerpt);
}

#[tokio::test]
async fn an_answer_without_a_text_says_what_to_check() {
    let unknown = verdict("HTTP/1.1 405 X\r\nallow: GET, PUT\r\ncontent-length: 0\r\n\r\n").await.unwrap_err();
    assert_eq!(unknown.cause, FailureCause::MethodNotAllowed);
    assert!(unknown.excerpt.contains("it allows GET, PUT): check `method`"), "{}", unknown.excerpt);
    let missing = verdict("HTTP/1.1 404 X\r\ncontent-length: 0\r\n\r\n").await.unwrap_err();
    assert_eq!(missing.cause, FailureCause::NotFound);
    assert!(missing.excerpt.contains("check `url`"), "{}", missing.excerpt);
}

#[tokio::test]
async fn a_refusal_says_which_of_several_causes_behind_one_status_it_is() {
    let refused = |body: &str| format!("HTTP/1.1 422 x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    for (body, kind) in [
        ("customer 4711 is blocked by credit control", Some("customer * is blocked by credit control")),
        (r#"{"error": {"code": "PERIOD", "message": "period 2026-11 is closed"}}"#, Some("PERIOD; period * is closed")),
        ("", None),
    ] {
        let failure = verdict(refused(body)).await.unwrap_err();
        assert_eq!(failure.kind.as_deref(), kind, "{body}");
    }
    let peer = Peer::answering(refused(r#"{"error": {"code": 7, "message": "order 1 is closed"}}"#)).await;
    let config = HttpTarget { error_code: Some("/error/code".into()), ..http(peer.url("/")) };
    let failure = send(&build(config), &delivery()).await.unwrap_err();
    assert_eq!(failure.kind.as_deref(), Some("7"));
}
