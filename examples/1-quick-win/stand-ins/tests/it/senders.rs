//! The shop and the CRM: what they send is signed, repeated and written as their receivers expect.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use gantry_example_quick_win::shop::{Order, Shop, read_orders};
use gantry_example_quick_win::{crm, http};
use parking_lot::Mutex;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A receiver that checks signatures with the reference library and fails so many times first.
#[derive(Default)]
struct Receiver {
    failures: Mutex<u32>,
    ids: Mutex<Vec<String>>,
}

async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> Response {
    if Webhook::new(SECRET).unwrap().verify(&body, &headers).is_err() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut failures = receiver.failures.lock();
    if *failures > 0 {
        *failures -= 1;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    receiver.ids.lock().push(id.clone());
    (StatusCode::ACCEPTED, format!(r#"{{"id":"{id}","status_url":"/"}}"#)).into_response()
}

async fn receiver(failures: u32) -> (String, Arc<Receiver>) {
    let receiver = Arc::new(Receiver { failures: Mutex::new(failures), ids: Mutex::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let app = Router::new().route("/", post(receive)).with_state(Arc::clone(&receiver));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, receiver)
}

fn shop(url: String, repeat_every: Option<NonZeroUsize>) -> Shop {
    Shop { url, secret: SECRET.to_owned(), repeat_every, pace: Duration::ZERO }
}

fn orders(numbers: &[&str]) -> Vec<Order> {
    numbers.iter().map(|n| Order { number: (*n).to_owned(), body: format!(r#"{{"order_number":"{n}"}}"#) }).collect()
}

#[tokio::test]
async fn orders_are_signed_and_every_second_one_is_sent_twice_under_the_same_id() {
    let (url, receiver) = receiver(0).await;
    let accepted =
        shop(url, NonZeroUsize::new(2)).send(&http::client().unwrap(), &orders(&["1", "2", "3"])).await.unwrap();
    assert_eq!(accepted.iter().map(|a| a.copies).collect::<Vec<_>>(), [1, 2, 1]);
    assert_eq!(*receiver.ids.lock(), ["msg_1", "msg_2", "msg_2", "msg_3"]);
}

#[tokio::test]
async fn an_order_is_sent_again_to_a_receiver_that_fails_for_a_while() {
    let (url, receiver) = receiver(2).await;
    let accepted = shop(url, None).send(&http::client().unwrap(), &orders(&["1"])).await.unwrap();
    assert_eq!((accepted.len(), receiver.ids.lock().len()), (1, 1));
}

#[tokio::test]
async fn a_refusal_is_final_and_names_the_order() {
    let (url, _receiver) = receiver(0).await;
    let forger = Shop { secret: "whsec_Zm9yZ2VkLWZvcmdlZC1mb3JnZWQ=".to_owned(), ..shop(url, None) };
    let error = forger.send(&http::client().unwrap(), &orders(&["77"])).await.unwrap_err();
    assert!(error.to_string().contains("order 77 was refused with 401"), "{error}");
}

#[test]
fn the_orders_of_the_example_are_sixty_and_all_have_different_numbers() {
    let orders = read_orders(&data().join("orders.ndjson")).unwrap();
    let numbers: std::collections::HashSet<_> = orders.iter().map(|order| &order.number).collect();
    assert_eq!((orders.len(), numbers.len()), (60, 60));
}

#[test]
fn an_export_arrives_whole_and_leaves_nothing_half_written() {
    let inbox = tempfile::tempdir().unwrap();
    let (file, contacts) = crm::drop_export(&data().join("crm-contacts.json"), inbox.path()).unwrap();
    assert_eq!(contacts, 40);
    assert_eq!(std::fs::read(&file).unwrap(), std::fs::read(data().join("crm-contacts.json")).unwrap());
    assert_eq!(std::fs::read_dir(inbox.path()).unwrap().count(), 1);
}

fn data() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../data"))
}
