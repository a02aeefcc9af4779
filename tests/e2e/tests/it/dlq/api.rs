//! The admin API against its own description: every route is there, guarded, and fails as it says.

use gantry_e2e::HostProcess;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Night, client, text};

async fn ask(host: &HostProcess, token: Option<&str>, method: &str, path: &str, body: &Value) -> (u16, String, Value) {
    let method: Method = method.to_uppercase().parse().unwrap();
    let mut request = client().request(method.clone(), format!("http://{}{path}", host.admin));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if method == Method::POST {
        request = request.json(body);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    (status, kind, response.json().await.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_of_the_description_is_served_behind_the_token() {
    let night = Night::falls().await;
    let host = night.host().await;
    let token = std::fs::read_to_string(night.path().join("data/admin.token")).unwrap();
    let token = token.trim();
    let (status, _, api) = ask(&host, Some(token), "get", "/v1/openapi.json", &Value::Null).await;
    assert_eq!((status, text(&api["openapi"])), (200, "3.1.0"));
    let paths = api["paths"].as_object().unwrap();
    assert!(paths.len() > 15);
    for (path, item) in paths {
        let filled = path
            .replace("{id}", "019a0c4e-7a52-7c3e-9d0f-3b1f0a6e4c11")
            .replace("{fingerprint}", "00ff")
            .replace("{action}", "ignore");
        for (method, operation) in item.as_object().unwrap() {
            let (status, kind, answer) = ask(&host, Some(token), method, &filled, &json!({})).await;
            let is_documented = operation["responses"][status.to_string()].is_object();
            assert!(is_documented, "{method} {path} answered {status}, which it doesn't say: {answer}");
            assert_ne!(text_or_empty(&answer["detail"]), format!("there is no resource {filled}"), "{method} {path}");
            if status >= 400 && path.starts_with("/v1") {
                assert_eq!(kind, "application/problem+json", "{method} {path}");
            }
            if path.starts_with("/v1") {
                let (status, _, problem) = ask(&host, None, method, &filled, &json!({})).await;
                assert_eq!((status, text(&problem["code"])), (401, "unauthorized"), "{method} {path}");
            }
        }
    }
}

fn text_or_empty(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_cannot_be_understood_is_a_problem_that_says_what() {
    let night = Night::falls().await;
    let host = night.host().await;
    let token = std::fs::read_to_string(night.path().join("data/admin.token")).unwrap();
    let jobs = "/v1/dead-letter-jobs";
    for (method, path, body, code, detail) in [
        ("get", "/v1/dead-letters?folw=orders", json!({}), "bad-request", "folw"),
        ("get", "/v1/dead-letters?since=yesterday", json!({}), "bad-request", "RFC 3339"),
        ("get", "/v1/dead-letter-summaries?limit=many", json!({}), "bad-request", "limit"),
        ("get", "/v1/dead-letters/17", json!({}), "invalid-id", "dead letter id"),
        ("get", "/v1/dead-letter-groups?state=closed", json!({}), "bad-request", "closed"),
        ("post", "/v1/dead-letter-groups/00ff/forget", json!({}), "bad-request", "forget"),
        ("post", jobs, json!({"kind": "discard"}), "bad-request", "reason"),
        ("post", jobs, json!({"kind": "redrive", "filter": {"folw": "orders"}}), "bad-request", "folw"),
        ("post", jobs, json!({"kind": "redrive", "filter": {"state": "resolved"}}), "bad-request", "resolved"),
        ("get", "/v1/dead-letter-jobs/019a0c4e-7a52-7c3e-9d0f-3b1f0a6e4c11", json!({}), "not-found", "job"),
        ("post", "/v1/flows", json!({}), "method-not-allowed", "POST"),
        ("get", "/v2/flows", json!({}), "not-found", "/v2/flows"),
    ] {
        let (status, kind, problem) = ask(&host, Some(token.trim()), method, path, &body).await;
        assert_eq!((text(&problem["code"]), kind.as_str()), (code, "application/problem+json"), "{path}: {problem}");
        assert_eq!(problem["status"], status);
        assert!(text(&problem["detail"]).contains(detail), "{path}: {problem}");
    }
}
