//! Success that the answer's body decides.

use std::io::Write as _;

use gantry_core::{ErrorClass, FailureCause};
use gantry_transport::target::http::{BodyCondition, HttpTarget, Success, ValueTest};
use gantry_transport::{Accepted, Failure};

use crate::http_target::{Peer, build, delivery, http, send};

async fn judged(success: &Success, status: u16, body: &str) -> Result<Accepted, Failure> {
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let peer = Peer::answering(answer).await;
    send(&build(HttpTarget { success: success.clone(), ..http(peer.url("/")) }), &delivery()).await
}

fn value(pointer: &str, test: ValueTest) -> Option<BodyCondition> {
    Some(BodyCondition::Value { pointer: pointer.into(), test })
}

#[tokio::test]
async fn an_error_in_the_body_of_a_200_is_a_failure() {
    let success = Success { body: value("/error", ValueTest::Present(false)), ..Success::default() };
    let good = r#"{"jsonrpc": "2.0", "result": 7}"#;
    assert_eq!(judged(&success, 200, good).await.unwrap().excerpt, good);
    let failure = judged(&success, 200, r#"{"error": {"code": 200}}"#).await.unwrap_err();
    assert_eq!((failure.class, failure.status), (ErrorClass::Permanent, Some(200)));
    assert_eq!(failure.cause, FailureCause::AnswerRefused);
    assert_eq!(failure.excerpt, r#"the answer is no success: `/error` is present: {"error": {"code": 200}}"#);
    assert!(judged(&success, 200, "<html>log in</html>").await.is_err());
}

#[tokio::test]
async fn a_fault_in_a_text_is_a_failure() {
    let success = Success { body: Some(BodyCondition::Lacks("Fault>".into())), ..Success::default() };
    assert!(judged(&success, 200, "<soap:Envelope/>").await.is_ok());
    assert!(judged(&success, 200, "<soap:Fault>no</soap:Fault>").await.is_err());
}

#[tokio::test]
async fn only_the_stated_statuses_are_success() {
    let success = Success { status: vec![200, 409], ..Success::default() };
    assert_eq!(judged(&success, 409, "it exists").await.unwrap().status, Some(409));
    let failure = judged(&success, 202, "queued").await.unwrap_err();
    assert_eq!((failure.class, failure.cause), (ErrorClass::Permanent, FailureCause::AnswerRefused));
    assert_eq!(failure.excerpt, "the answer is no success: 202 is not among `success.status` -- queued");
    assert_eq!(judged(&success, 503, "").await.unwrap_err().class, ErrorClass::Unavailable);
}

#[tokio::test]
async fn an_answer_without_success_is_retried_where_the_target_says_so() {
    let locked = value("/error/code", ValueTest::OneOf(vec!["LOCKED".into(), "-32000".into()]));
    let success = Success { body: value("/error", ValueTest::Present(false)), retry: locked, ..Success::default() };
    for (status, body, class) in [
        (200, r#"{"error": {"code": "LOCKED"}}"#, ErrorClass::Unavailable),
        (200, r#"{"error": {"code": -32000}}"#, ErrorClass::Unavailable),
        (400, r#"{"error": {"code": "LOCKED"}}"#, ErrorClass::Unavailable),
        (200, r#"{"error": {"code": "WRONG"}}"#, ErrorClass::Permanent),
        (400, "not JSON", ErrorClass::Permanent),
    ] {
        assert_eq!(judged(&success, status, body).await.unwrap_err().class, class, "{status} {body}");
    }
    let always = Success { retries: true, retry: None, ..success };
    assert_eq!(judged(&always, 200, r#"{"error": 1}"#).await.unwrap_err().class, ErrorClass::Unavailable);
    assert_eq!(judged(&always, 422, r#"{"error": 1}"#).await.unwrap_err().class, ErrorClass::Permanent);
}

#[tokio::test]
async fn a_long_body_is_judged_whole_and_one_beyond_the_bound_is_no_success() {
    let success = Success { body: value("/status", ValueTest::OneOf(vec!["ok".into()])), ..Success::default() };
    let padded = |bytes: usize| format!(r#"{{"padding": "{}", "status": "ok"}}"#, "x".repeat(bytes));
    assert!(judged(&success, 200, &padded(500 << 10)).await.is_ok());
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(padded(500 << 10).as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let head = format!("HTTP/1.1 200 X\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len());
    let peer = Peer::answering([head.into_bytes(), packed].concat()).await;
    let config = HttpTarget { success: success.clone(), ..http(peer.url("/")) };
    assert!(send(&build(config), &delivery()).await.is_ok());
    let failure = judged(&success, 200, &padded(2 << 20)).await.unwrap_err();
    assert!(failure.excerpt.contains("too long"), "{}", failure.excerpt);
}
