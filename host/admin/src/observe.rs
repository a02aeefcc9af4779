//! Health and metrics, for orchestrators and Prometheus.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::state::Running;

/// 200 while the process works; 503 if it should be restarted.
#[utoipa::path(get, path = "/healthz", tag = "health", operation_id = "healthz",
    responses((status = 200, description = "the process works", body = Object),
              (status = 503, description = "it should be restarted", body = Object)))]
pub(crate) async fn healthz(Running(host): Running) -> Response {
    if host.is_healthy() {
        Json(json!({"status": "ok"})).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "failed"}))).into_response()
    }
}

/// 200 while the host should get traffic; otherwise 503 with the reason. The answer also states the time and result of
/// the last reload, and names the flows that can't run as `broken_flows`; `last_good` says since when the configuration was
/// in force that one of them runs with. Neither a refused reload nor a broken flow affects
/// the status, because the others keep running.
#[utoipa::path(get, path = "/readyz", tag = "health", operation_id = "readyz",
    responses((status = 200, description = "the host should get traffic", body = Object),
              (status = 503, description = "the host should get no traffic; `reason` says why", body = Object)))]
pub(crate) async fn readyz(Running(host): Running) -> Response {
    let (status, mut answer) = match host.ready() {
        Ok(()) => (StatusCode::OK, json!({"status": "ready"})),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, json!({"status": "not_ready", "reason": reason.name()})),
    };
    let broken = host.broken_flows();
    if !broken.is_empty() {
        answer["broken_flows"] = json!(broken);
    }
    let last_good = host.flows_on_last_good();
    if !last_good.is_empty() {
        let times: BTreeMap<_, _> = last_good.iter().map(|(flow, at)| (flow.as_str(), at.to_string())).collect();
        answer["last_good"] = json!(times);
    }
    if let Some(last) = host.last_reload() {
        answer["last_reload"] = json!({"at": last.at, "result": last.result.name()});
    }
    (status, Json(answer)).into_response()
}

/// Returns all metrics in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "health", operation_id = "metrics",
    responses((status = 200, description = "all metrics", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(Running(host): Running) -> Response {
    match host.scrape() {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "failed to render metrics");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
