//! What a body is taken as: encodings, character sets, media types, forms, arrays, XML.

use std::io::Read as _;

use flate2::Compression;
use flate2::read::GzEncoder;
use gantry_config::{Dedupe, SecretRef, ValueFrom, Verify, XmlPath};
use gantry_security::sign;
use gantry_transport::source::webhook::{Form, Split, Webhook};

use crate::client::{Answer, head, post};
use crate::intake::{Memory, Mood, disk_full};
use crate::server::{Server, limits, webhook};

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn keyed() -> Webhook {
    Webhook { key: Some(ValueFrom::Pointer("/id".into())), ..webhook("/orders") }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(bytes, Compression::best()).read_to_end(&mut packed).unwrap();
    packed
}

async fn send(server: &Server, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
    post(server.address, "/orders", headers, body.as_ref()).await
}

/// The media types and payloads that reached the intake.
fn taken(server: &Server) -> Vec<(String, String)> {
    server.intake.inspect(|state| {
        state.arrivals.iter().map(|arrival| (arrival.content_type.clone(), text(&arrival.payload))).collect()
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(payload: &str) -> (String, String) {
    ("application/json".to_owned(), payload.to_owned())
}

#[tokio::test]
async fn a_packed_body_is_unpacked_and_its_signature_is_that_of_the_bytes_as_sent() {
    let verify = Verify::Github { secrets: vec![SecretRef::Env("HUSH".to_owned())] };
    let keep_headers = vec!["content-encoding".to_owned(), "x-hub-event".to_owned()];
    let server = Server::start(Webhook { verify, keep_headers, ..keyed() }).await;
    let packed = gzip(br#"{"id":1}"#);
    let signature = sign::github("hush", &packed);
    let headers = [JSON, ("content-encoding", "GZIP"), ("x-hub-signature-256", signature.as_str())];
    assert_eq!(send(&server, &headers, &packed).await.status, 202);
    assert_eq!(taken(&server), [json(r#"{"id":1}"#)]);
    assert_eq!(server.intake.inspect(|state| state.arrivals[0].headers.iter().count()), 0, "it is packed no more");
    let unpacked = sign::github("hush", br#"{"id":1}"#);
    let headers = [JSON, ("content-encoding", "gzip"), ("x-hub-signature-256", unpacked.as_str())];
    assert_eq!(send(&server, &headers, &packed).await.status, 401);
}

#[tokio::test]
async fn a_body_that_can_not_be_unpacked_is_refused_by_the_name_of_its_coding() {
    let server = Server::start(Webhook { max_bytes: 1 << 10, ..webhook("/orders") }).await;
    let unknown = send(&server, &[JSON, ("content-encoding", "compress")], "{}").await;
    assert_eq!((unknown.status, unknown.header("accept-encoding")), (415, Some("gzip, deflate, br, zstd")));
    assert!(unknown.json()["detail"].as_str().unwrap().contains("`compress`"));
    assert_eq!(unknown.reason(), "unsupported_encoding");
    let plain = send(&server, &[JSON, ("content-encoding", "gzip")], "{}").await;
    assert_eq!((plain.status, plain.reason()), (400, "invalid_encoding".to_owned()));
    let bomb = send(&server, &[JSON, ("content-encoding", "gzip")], gzip(&vec![b' '; 100 << 10])).await;
    assert_eq!((bomb.status, bomb.reason()), (413, "too_large".to_owned()));
    assert_eq!(send(&server, &[JSON, ("content-encoding", "identity")], "{}").await.status, 202);
    assert_eq!(taken(&server), [json("{}")]);
}

#[tokio::test]
async fn json_becomes_utf_8_without_a_byte_order_mark() {
    let server = Server::start(keyed()).await;
    let wide: Vec<u8> = "\u{feff}{\"id\":\"ä\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(send(&server, &[JSON], "\u{feff}{\"id\":\"ä\"}").await.status, 202);
    assert_eq!(send(&server, &[JSON], &wide).await.status, 202);
    assert_eq!(
        send(&server, &[("content-type", "application/json; charset=latin1")], b"{\"id\":\"\xe4\"}").await.status,
        202
    );
    assert_eq!(
        send(&server, &[("content-type", "application/vnd.x+json;charset=\"UTF-16\"")], &wide).await.status,
        202
    );
    let payloads: Vec<_> = taken(&server).into_iter().map(|(_, payload)| payload).collect();
    assert_eq!(payloads, [r#"{"id":"ä"}"#; 4]);
    assert_eq!(taken(&server)[2].0, "application/json; charset=utf-8");
    assert_eq!(taken(&server)[3].0, "application/vnd.x+json; charset=utf-8");
    assert!(server.intake.inspect(|state| state.arrivals.iter().all(|arrival| arrival.key.as_deref() == Some("ä"))));
}

#[tokio::test]
async fn a_charset_that_is_unknown_or_not_that_of_the_bytes_is_refused_by_name() {
    let server = Server::start(keyed()).await;
    let unknown = send(&server, &[("content-type", "application/json; charset=klingon")], "{}").await;
    assert_eq!((unknown.status, unknown.reason()), (415, "unsupported_charset".to_owned()));
    assert!(unknown.json()["detail"].as_str().unwrap().contains("`klingon`"));
    let latin = send(&server, &[JSON], b"{\"id\":\"\xe4\"}").await;
    assert_eq!((latin.status, latin.reason()), (400, "invalid_charset".to_owned()));
}

#[tokio::test]
async fn json_without_its_type_is_taken_as_json_where_the_flow_reads_json() {
    let server = Server::start(keyed()).await;
    for headers in [
        &[][..],
        &[FORM],
        &[("content-type", "text/plain;charset=UTF-8")],
        &[("content-type", "application/octet-stream")],
    ] {
        assert_eq!(send(&server, headers, r#"{"id":1}"#).await.status, 202, "{headers:?}");
    }
    assert_eq!(taken(&server), vec![json(r#"{"id":1}"#); 4]);
    let schema = Server::start(Webhook { has_schema: true, ..webhook("/orders") }).await;
    assert_eq!(send(&schema, &[("content-type", "text/plain")], "[1]").await.status, 202);
    assert_eq!(taken(&schema), [json("[1]")]);
}

#[tokio::test]
async fn a_body_of_another_type_is_refused_by_that_type_where_the_flow_finds_its_keys_in_json() {
    let server = Server::start(keyed()).await;
    let multipart = ("content-type", "multipart/form-data; boundary=x");
    let refused = send(&server, &[multipart], "--x\r\n\r\n{}\r\n--x--").await;
    assert_eq!((refused.status, refused.reason()), (400, "invalid_json".to_owned()));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.starts_with("the content type is `multipart/form-data; boundary=x` and the body is not JSON"),
        "{detail}"
    );
    assert_eq!(send(&server, &[("content-type", "application/x-order")], r#"{"id": 1}"#).await.status, 202);
}

#[tokio::test]
async fn an_object_of_json_is_no_form_and_none_without_a_type() {
    let server = Server::start(webhook("/orders")).await;
    for headers in [&[FORM][..], &[]] {
        assert_eq!(send(&server, headers, "\u{feff}{\"id\":1}").await.status, 202);
    }
    assert_eq!(send(&server, &[("content-type", "text/plain")], "{}").await.status, 202);
    assert_eq!(send(&server, &[], "7").await.status, 202);
    let plain = ("text/plain".to_owned(), "{}".to_owned());
    let unknown = ("application/octet-stream".to_owned(), "7".to_owned());
    assert_eq!(taken(&server), [json(r#"{"id":1}"#), json(r#"{"id":1}"#), plain, unknown]);
}

#[tokio::test]
async fn the_media_type_that_the_flow_states_counts_and_its_json_is_held_to_be_json() {
    let stated = |content_type: &str| Webhook { content_type: Some(content_type.to_owned()), ..webhook("/orders") };
    let server = Server::start(stated("application/json")).await;
    assert_eq!(send(&server, &[("content-type", "text/csv")], r#"{"id":1}"#).await.status, 202);
    assert_eq!(send(&server, &[FORM], "7").await.status, 202);
    assert_eq!(taken(&server), [json(r#"{"id":1}"#), json("7")]);
    let broken = send(&server, &[JSON], r#"{"id":}"#).await;
    assert_eq!((broken.status, broken.reason()), (400, "invalid_json".to_owned()));
    assert_eq!(broken.json()["detail"], "the payload is not valid JSON: expected value at line 1 column 7");
    assert_eq!(send(&server, &[FORM], "a=1&b=2").await.reason(), "form_encoded");
    let csv = Server::start(stated("text/csv")).await;
    assert_eq!(send(&csv, &[FORM], "a;b").await.status, 202);
    assert_eq!(taken(&csv), [("text/csv".to_owned(), "a;b".to_owned())]);
}

#[tokio::test]
async fn a_form_is_unwrapped_where_the_flow_says_how_and_else_refused_with_a_sentence() {
    let field = Server::start(Webhook { form: Some(Form::Field("payload".to_owned())), ..keyed() }).await;
    assert_eq!(send(&field, &[FORM], "payload=%7B%22id%22%3A1%7D").await.status, 202);
    assert_eq!(send(&field, &[JSON], r#"{"id":2}"#).await.status, 202);
    assert_eq!(taken(&field), [json(r#"{"id":1}"#), json(r#"{"id":2}"#)]);
    let missing = send(&field, &[FORM], "other=1").await;
    assert_eq!((missing.status, missing.reason()), (400, "invalid_form".to_owned()));
    let fields = Server::start(Webhook { form: Some(Form::Fields), ..webhook("/orders") }).await;
    assert_eq!(send(&fields, &[FORM], "command=%2Fship&text=a+b").await.status, 202);
    assert_eq!(taken(&fields), [json(r#"{"command":"/ship","text":"a b"}"#)]);
    let none = Server::start(keyed()).await;
    let refused = send(&none, &[FORM], "payload=%7B%22id%22%3A1%7D").await;
    assert_eq!((refused.status, refused.reason()), (415, "form_encoded".to_owned()));
    assert!(refused.json()["detail"].as_str().unwrap().contains("setting `form`"));
    let bytes = Server::start(webhook("/orders")).await;
    assert_eq!(send(&bytes, &[FORM], "a=1").await.status, 202);
    assert_eq!(taken(&bytes), [("application/x-www-form-urlencoded".to_owned(), "a=1".to_owned())]);
}

fn splitting(pointer: &str) -> Webhook {
    let dedupe = Dedupe { by: ValueFrom::Pointer("/id".into()), window: std::time::Duration::from_secs(60) };
    let split = Split { pointer: pointer.to_owned(), max_messages: 3 };
    Webhook { split: Some(split), dedupe: Some(dedupe), ..webhook("/orders") }
}

#[tokio::test]
async fn an_array_becomes_one_message_for_each_item_and_the_receipt_names_all() {
    let server = Server::start(splitting("/events")).await;
    let answer = send(&server, &[JSON], r#"{"events": [{"id": 1}, {"id": 2.50}, {"id": 1}]}"#).await;
    assert_eq!(answer.status, 202);
    let ids = server.intake.inspect(|state| state.ids.clone());
    let message = |id| serde_json::json!({ "id": id, "status_url": format!("/messages/{id}") });
    let mut again = message(ids[0]);
    again["duplicate"] = true.into();
    assert_eq!(answer.json(), serde_json::json!({ "messages": [message(ids[0]), message(ids[1]), again] }));
    assert_eq!(taken(&server), [json(r#"{"id": 1}"#), json(r#"{"id": 2.50}"#)]);
    assert_eq!(server.intake.inspect(|state| state.chunks.clone()), [3], "all in one write");
    assert_eq!(send(&server, &[JSON], r#"{"events": []}"#).await.json(), serde_json::json!({ "messages": [] }));
}

#[tokio::test]
async fn of_an_array_all_items_are_accepted_or_none() {
    let server = Server::start(splitting("")).await;
    let answer = send(&server, &[JSON], r#"[{"id": 1}, {}]"#).await;
    assert_eq!((answer.status, answer.reason()), (400, "missing_dedupe_key".to_owned()));
    assert!(answer.json()["detail"].as_str().unwrap().starts_with("message 2 of this request: "));
    let many = send(&server, &[JSON], "[1,2,3,4]").await;
    assert_eq!((many.status, many.reason()), (413, "too_many_messages".to_owned()));
    let none = send(&server, &[JSON], "7").await;
    assert_eq!((none.status, none.reason()), (400, "missing_array".to_owned()));
    server.intake.set_mood(Mood::Refusing(1, disk_full));
    assert_eq!(send(&server, &[JSON], r#"[{"id": 1}, {"id": 2}]"#).await.status, 503);
    assert!(taken(&server).is_empty());
    assert_eq!(send(&server, &[JSON], r#"[{"id": 1}, {"id": 2}]"#).await.status, 202);
    assert_eq!(taken(&server).len(), 2);
}

#[tokio::test]
async fn keys_of_xml_are_found_by_path_and_the_document_passes_as_it_came() {
    let path = |text: &str| ValueFrom::XmlPath(XmlPath::parse(text).unwrap());
    let dedupe = Dedupe { by: path("/Order/@id"), window: std::time::Duration::from_secs(60) };
    let server =
        Server::start(Webhook { key: Some(path("/Order/Customer")), dedupe: Some(dedupe), ..webhook("/orders") }).await;
    let body = b"\xef\xbb\xbf<?xml version=\"1.0\"?><Order id=\"7\"><Customer>c1</Customer></Order>";
    let xml = ("content-type", "application/xml");
    assert_eq!(send(&server, &[xml], body).await.status, 202);
    assert_eq!(send(&server, &[xml], body).await.json()["duplicate"], true);
    server.intake.inspect(|state| {
        assert_eq!(state.arrivals[0].payload, &body[..]);
        assert_eq!(state.arrivals[0].key.as_deref(), Some("c1"));
    });
    let broken = send(&server, &[xml], "<Order>").await;
    assert_eq!((broken.status, broken.reason()), (400, "invalid_xml".to_owned()));
}

#[tokio::test]
async fn a_path_that_means_the_same_is_served_and_any_other_is_counted() {
    let server = Server::start(webhook("/shop/orders")).await;
    for same in ["/shop/orders/", "/shop/%6frders", "/shop/%6Frders/"] {
        assert_eq!(post(server.address, same, &[JSON], b"{}").await.status, 202, "{same}");
    }
    for other in ["/shop/order", "/shop%2Forders", "/shop/orders//", "/SHOP/orders"] {
        assert_eq!(post(server.address, other, &[JSON], b"{}").await.reason(), "unknown_path", "{other}");
    }
    assert_eq!(server.intake.inspect(|state| state.refused_without_flow.clone()), ["unknown_path"; 4]);
}

#[tokio::test]
async fn a_packed_body_may_come_in_chunks() {
    let server = Server::start_with(keyed(), limits(), Memory::default()).await;
    let packed = gzip(br#"{"id":1}"#);
    let mut client = crate::client::Client::connect(server.address).await;
    let request = head("POST", "/orders", &[JSON, ("content-encoding", "gzip"), ("transfer-encoding", "chunked")], 0);
    client.write(request.replace("content-length: 0\r\n", "")).await;
    client.write(format!("{:x}\r\n", packed.len())).await;
    client.write(&packed).await;
    client.write("\r\n0\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 202);
    assert_eq!(taken(&server), [json(r#"{"id":1}"#)]);
}
