//! The ERP over HTTP: what it promises its callers, and that its faults follow the plan.

use std::num::NonZeroU64;

use gantry_example_quick_win::erp::{Erp, FaultPlan, Settings, Stats};
use gantry_example_quick_win::http;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

const TOKEN: &str = "erp-test-token";

struct Caller {
    erp: Erp,
    client: Client,
}

impl Caller {
    async fn of(faults: FaultPlan) -> Self {
        let holds = vec![("C-2".to_owned(), "limit reached".to_owned())];
        let listen = "127.0.0.1:0".parse().unwrap();
        let settings = Settings { listen, token: TOKEN.to_owned(), faults, holds };
        Self { erp: Erp::start(settings).await.unwrap(), client: http::client().unwrap() }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.erp.address())
    }

    async fn order(&self, key: &str, number: &str, customer: &str) -> reqwest::Response {
        let body = json!({ "external_number": number, "customer_number": customer });
        let request = self.client.post(self.url("/sales-orders")).bearer_auth(TOKEN).header("idempotency-key", key);
        request.json(&body).send().await.unwrap()
    }

    async fn statuses(&self, keys: &[&str]) -> Vec<u16> {
        let mut statuses = Vec::new();
        for key in keys {
            statuses.push(self.order(key, key, "C-1").await.status().as_u16());
        }
        statuses
    }

    async fn stats(&self) -> Stats {
        self.client.get(self.url("/stats")).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn a_caller_without_the_token_is_refused_and_counted() {
    let caller = Caller::of(FaultPlan::none()).await;
    let answer = caller.client.post(caller.url("/debtors")).bearer_auth("guess").json(&json!({})).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(caller.stats().await, Stats { unauthorized: 1, ..Stats::default() });
}

#[tokio::test]
async fn the_same_key_twice_is_booked_once_and_answered_alike() {
    let caller = Caller::of(FaultPlan::none()).await;
    let first = caller.order("k1", "S-1", "C-1").await;
    let second = caller.order("k1", "S-1", "C-1").await;
    assert_eq!((first.status(), second.status()), (StatusCode::CREATED, StatusCode::OK));
    assert_eq!(first.text().await.unwrap(), second.text().await.unwrap());
    let stats = caller.stats().await;
    assert_eq!((stats.sales_orders, stats.repeats), (1, 1));
}

#[tokio::test]
async fn a_key_used_for_something_else_or_an_order_under_a_second_key_is_refused() {
    let caller = Caller::of(FaultPlan::none()).await;
    caller.order("k1", "S-1", "C-1").await;
    let other_body = caller.order("k1", "S-2", "C-1").await;
    let other_key = caller.order("k2", "S-1", "C-1").await;
    assert_eq!([other_body.status(), other_key.status()], [StatusCode::UNPROCESSABLE_ENTITY; 2]);
    assert_eq!(caller.stats().await.sales_orders, 1);
}

#[tokio::test]
async fn faults_come_in_the_planned_order_on_every_run() {
    for _ in 0..2 {
        let caller = Caller::of(FaultPlan {
            maintenance: 2,
            throttle_every: NonZeroU64::new(4),
            lose_every: NonZeroU64::new(3),
        })
        .await;
        let statuses = caller.statuses(&["a", "b", "a", "b", "c", "d", "d", "c", "e"]).await;
        assert_eq!(statuses, [503, 503, 201, 201, 504, 429, 201, 200, 201]);
        let stats = caller.stats().await;
        let counts = (stats.maintenance, stats.throttled, stats.answers_lost, stats.repeats);
        assert_eq!((counts, stats.sales_orders), ((2, 1, 1, 1), 5));
    }
}

#[tokio::test]
async fn a_caller_that_must_wait_gets_a_retry_after() {
    let caller = Caller::of(FaultPlan { maintenance: 1, throttle_every: NonZeroU64::new(1), lose_every: None }).await;
    for status in [503, 429] {
        let answer = caller.order("a", "S-1", "C-1").await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (status, &"1".parse().unwrap()));
    }
}

#[tokio::test]
async fn a_customer_on_hold_orders_nothing_until_the_hold_is_released() {
    let caller = Caller::of(FaultPlan::none()).await;
    let refused = caller.order("k", "S-9", "C-2").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.json::<Value>().await.unwrap()["detail"].as_str().unwrap().contains("limit reached"));

    let release = caller.client.delete(caller.url("/credit-holds/C-2")).bearer_auth(TOKEN);
    assert_eq!(release.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(caller.order("k", "S-9", "C-2").await.status(), StatusCode::CREATED);

    let booked = caller.client.get(caller.url("/sales-orders/S-9")).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(booked.json::<Value>().await.unwrap()["idempotency_key"], "k");
}

#[tokio::test]
async fn a_debtor_with_other_data_under_a_known_key_stays_one_debtor_with_two_numbers() {
    let caller = Caller::of(FaultPlan::none()).await;
    for external in ["C-6", "C-39"] {
        let request = caller.client.post(caller.url("/debtors")).bearer_auth(TOKEN).header("idempotency-key", "same");
        let answer = request.json(&json!({ "external_number": external })).send().await.unwrap();
        assert!(answer.status().is_success());
    }
    let stats = caller.stats().await;
    assert_eq!((stats.debtors, stats.merged), (1, 1));
    let found = caller.client.get(caller.url("/debtors/C-39")).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(found.json::<Value>().await.unwrap()["body"]["external_number"], "C-6");
}
