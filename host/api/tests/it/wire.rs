//! What travels stays what it is: every type is written as it was read, and refuses what the description refuses.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::fmt::Debug;

use gantry_api::v1;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const MESSAGE: &str = "019a0c4e-7a52-7c3e-9d0f-3b1f0a6e4c11";
const DEAD_LETTER: &str = "019a0c4e-7a52-7c3e-9d0f-3b1f0a6e4c11.0";
const JOB: &str = "019a0c4e-7a52-7c3e-9d0f-3b1f0a6e4c22";
const AT: u64 = 1_614_265_330_000;

/// Reads the JSON as a `T`, and holds what is written of that to it.
#[track_caller]
fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(json: Value) {
    let read: T = serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{error}: {json:#}"));
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(written, json);
    assert_eq!(serde_json::from_value::<T>(written).unwrap(), read);
}

fn digest() -> String {
    format!("sha256:{}", "0a".repeat(32))
}

fn plugin() -> Value {
    json!({"name": "order-to-erp", "version": "1.2.0", "digest": digest()})
}

fn message() -> Value {
    json!({
        "id": MESSAGE, "key": "4711", "content_type": "application/json", "headers": [["x-shop", "a"], ["x-shop", "b"]],
        "event_time": AT, "payload": {"text": "{\"order\":1}"},
    })
}

fn timeline() -> Value {
    json!([
        {"at": AT, "event": {"what": "received"}},
        {"at": AT, "event": {"what": "transformed", "outputs": 1, "plugins": [digest()]}},
        {"at": AT, "event": {"what": "postponed", "code": "busy", "until": AT}},
        {"at": AT, "event": {
            "what": "attempted", "position": 0, "target": "erp", "status": 503, "error": "unavailable", "latency_ms": 7,
            "retry_at": AT, "answer": "",
        }},
        {"at": AT, "event": {"what": "logged", "step": "map", "level": "warn", "text": "no price list"}},
        {"at": AT, "event": {"what": "skipped", "code": "not-ours"}},
        {"at": AT, "event": {"what": "dead_lettered", "dead_letter": DEAD_LETTER, "code": "refused"}},
        {"at": AT, "event": {"what": "withdrawn", "by": "anna", "reason": "wrong"}},
        {"at": AT, "event": {"what": "moved", "from": "orders", "to": "shop", "by": "anna"}},
        {"at": AT, "event": {"what": "replayed", "dead_letter": DEAD_LETTER, "by": "anna", "edited": true}},
    ])
}

fn revision(number: u32) -> Value {
    json!({"number": number, "at": AT, "by": "anna", "content_type": "text/plain", "payload": {"base64": "/wA="}})
}

fn dead_letter() -> Value {
    json!({
        "id": DEAD_LETTER, "flow": "orders", "flow_version": "v1", "plugins": [plugin()], "component": digest(),
        "stage": "deliver", "source": "webhook /orders", "target": "erp", "received": message(), "received_at": AT,
        "dedupe_key": "d", "idempotency_key": DEAD_LETTER,
        "transformed": {"content_type": "text/plain", "headers": [], "payload": {"text": "x"}},
        "attempts": [{"at": AT, "latency_ms": 3, "status": 422, "error": "permanent", "excerpt": "no", "kind": "k"}],
        "first_failure": AT, "last_failure": AT,
        "reason": {"code": "refused", "text": "no", "violations": [{"path": "/a", "code": "c", "text": "t"}],
                   "kind": {"text": "k"}},
        "fingerprint": "3f1b0a6e4c117a52", "traceparent": null, "expires_at": AT, "state": "resolved",
        "acknowledged": {"at": AT, "by": "anna"}, "resolution": {"at": AT, "by": "anna", "reason": "done"},
        "replays": [{
            "at": AT, "by": "anna", "job": JOB, "revision": 1, "first_attempt": 1, "outcome": "failed_again",
            "ended_at": AT,
        }],
        "revisions": [revision(0), revision(1)], "timeline": timeline(),
    })
}

fn counts() -> Value {
    json!({"open": 1, "acknowledged": 2, "replaying": 3, "resolved": 4, "discarded": 5, "superseded": 6})
}

fn wait() -> Value {
    json!({
        "reason": "behind_dead_letter", "text": "its key is blocked", "until": AT, "target": "erp", "message": MESSAGE,
        "dead_letters": [DEAD_LETTER], "next": "gantry dlq show",
    })
}

#[test]
fn the_queue_is_written_as_it_was_read() {
    survives::<v1::QueueList>(json!({"next": 7, "messages": [{
        "number": 7, "id": MESSAGE, "flow": "orders", "source": "webhook /orders", "key": "k", "dedupe_key": "d",
        "received_at": AT, "queued_at": AT, "bytes": 450, "replay": DEAD_LETTER, "run": 1, "wait": wait(),
        "deliveries": [{
            "position": 0, "target": "erp", "state": "pending", "attempts": 2, "not_before": AT, "status": 503,
            "error": "unavailable",
        }],
    }]}));
    survives::<v1::QueueCount>(json!({"messages": 3}));
    survives::<v1::QueueExport>(json!({"dead_letters": [dead_letter()], "next": null}));
    survives::<v1::QueueChange>(json!({
        "changed": 3, "stay": 1, "stayed": [{"message": MESSAGE, "reason": "in_progress"}], "next": 9,
    }));
    let filter = json!({
        "flow": "orders", "source": "s", "key": "k", "dedupe_key": "d", "target": "erp", "job": JOB, "since": 1, "until": 2,
    });
    survives::<v1::QueueFilter>(filter.clone());
    survives::<v1::QueueChangeRequest>(json!({
        "messages": [MESSAGE], "filter": filter, "after": 7, "by": "anna", "reason": "wrong",
    }));
    survives::<v1::QueueMoveRequest>(json!({
        "to": "shop", "messages": [], "filter": filter, "after": null, "by": "anna", "reason": "",
    }));
    survives::<v1::IntakeClosure>(json!({"at": AT, "by": "anna", "reason": "stocktaking"}));
    survives::<v1::CloseIntakeRequest>(json!({"by": "anna", "reason": "stocktaking"}));
}

/// Every field there is.
fn filter() -> Value {
    json!({
        "flow": "orders", "version": "v1", "state": "open", "stage": "deliver", "source": "webhook", "target": "erp",
        "key": "k", "dedupe_key": "d", "idempotency_key": "i", "component": digest(), "code": "c", "fingerprint": "f",
        "min_attempts": 1, "max_attempts": 2, "min_replays": 3, "max_replays": 4, "first_since": 5, "first_until": 6,
        "since": 7, "until": 8, "expires_until": 9, "by": "anna", "text": "t", "payload": "p",
    })
}

#[test]
fn messages_and_dead_letters_are_written_as_they_were_read() {
    survives::<v1::Message>(message());
    survives::<v1::History>(json!({
        "id": MESSAGE, "flow": "orders", "source": "webhook /orders", "key": null, "dedupe_key": null,
        "received_at": AT, "state": "dead_lettered", "timeline": timeline(),
    }));
    survives::<v1::History>(json!({
        "id": MESSAGE, "flow": "orders", "source": "webhook /orders", "key": "k", "dedupe_key": "d", "received_at": AT,
        "state": "queued", "wait": wait(), "timeline": [],
    }));
    survives::<v1::DeadLetter>(dead_letter());
    survives::<v1::DeadLetterPage>(json!({"dead_letters": [dead_letter()], "next": DEAD_LETTER}));
    survives::<v1::SummaryPage>(json!({"next": null, "dead_letters": [{
        "id": MESSAGE, "flow": "orders", "flow_version": "v1", "state": "open", "stage": "validate", "source": "s",
        "target": null, "key": null, "dedupe_key": null, "idempotency_key": null, "component": digest(), "code": "c",
        "text": "t", "violations": [], "kind": "other", "fingerprint": "f", "attempts": 0, "replays": 0, "first_failure": AT,
        "last_failure": AT, "expires_at": AT, "announced_at": AT, "acknowledged": null, "replayed_by": null,
        "closed_at": null, "closed_by": null, "bytes": 450,
    }]}));
    survives::<v1::DryReplayReport>(json!({
        "total": 9, "examined": 8, "failing": 2,
        "outcomes": [{
            "kind": "invalid", "flow": "orders", "targets": ["erp"], "code": "invalid", "text": "t",
            "violations": [{"path": "/a", "code": "c", "text": "t"}], "fingerprint": "f", "dead_letters": 2,
            "sample": DEAD_LETTER,
        }],
        "sample": {"dead_letter": DEAD_LETTER, "deliveries": [{
            "target": "erp", "content_type": "text/plain", "headers": [], "payload": {"text": "x"},
        }]},
    }));
    survives::<v1::DeadLetterCounts>(counts());
    survives::<v1::Imported>(json!({"added": 1, "present": 2}));
    survives::<v1::Imported>(json!({"added": 1, "present": 2, "missing_flows": ["stock"]}));
    survives::<v1::Revisions>(json!({"revisions": [revision(0), revision(1)], "diffs": [
        {"from": 0, "to": 1, "diff": {"kind": "same"}},
        {"from": 1, "to": 2, "diff": {"kind": "text", "unified": "-a\n+b\n"}},
        {"from": 2, "to": 3, "diff": {"kind": "binary", "before": 1, "after": 2}},
        {"from": 3, "to": 4, "diff": {"kind": "json", "changes": [
            {"path": "/a", "before": null, "after": 1}, {"path": "/b", "after": null}, {"path": "/c", "before": 2},
        ]}},
    ]}));
}

#[test]
fn groups_jobs_and_quality_are_written_as_they_were_read() {
    survives::<v1::GroupList>(json!({"groups": [{
        "fingerprint": "f", "flow": "orders", "stage": "transform", "target": null, "code": "c", "text": "t",
        "kind": {"text": "k"}, "state": "ignored", "counts": counts(), "failures": 15, "first_seen": AT, "last_seen": AT, "sample": DEAD_LETTER,
        "changed": {"at": AT, "by": "anna", "note": ""}, "acknowledged_until": AT, "regressions": 1, "regressed_at": AT,
    }]}));
    survives::<v1::JobList>(json!({"jobs": [{
        "id": JOB, "kind": "redrive", "filter": filter(), "by": "anna", "reason": "", "rate": 50, "most_replays": 5,
        "force": false, "max_failed_percent": 50, "hold": {"at": AT, "by": null, "reason": "r"}, "state": "cancelled", "created_at": AT, "ended_at": AT, "cancelled_by": "anna", "total": 9,
        "seen": 8, "done": 7, "held_back": 1, "passed_over": 3, "left_out": 2, "waiting": 0, "resolved": 6, "failed_again": 1, "withdrawn": 0,
        "patch": [{"op": "remove", "path": "/a"}], "replay": true, "not_applicable": 1,
        "inapplicable": [{"id": DEAD_LETTER, "why": "w"}],
    }]}));
    survives::<v1::PatchPreview>(json!({
        "total": 3, "applicable": 2, "not_applicable": 1, "edits": [{"id": DEAD_LETTER, "diff": {"kind": "same"}}],
        "inapplicable": [{"id": DEAD_LETTER, "why": "w"}],
    }));
    survives::<v1::QualityReport>(json!({"since": AT, "until": AT, "by": "day", "further": 0, "rows": [{
        "flow": "orders", "step": "map", "code": "c", "field": "/lines/*/sku", "severity": "warning", "messages": 2,
        "violations": 3, "series": [{"at": AT, "messages": 2, "violations": 3}],
    }]}));
}

#[test]
fn flows_targets_and_alerts_are_written_as_they_were_read() {
    survives::<v1::FlowReport>(json!({
        "name": "orders", "version": "v1", "state": "running", "since": AT,
        "plugins": [{"step": "map", "name": "a", "version": "1.0.0", "digest": digest(), "on_trial": plugin()}],
        "steps": ["map", "plausible"], "rules": [{"step": "plausible", "rules": 9}],
        "purpose": {"goal": "g", "owner": "o", "systems": ["shop"], "as_is": "a", "to_be": "b",
                    "success": {"error_rate": 0.01, "p95_latency": {"secs": 2, "nanos": 0}}},
        "counts": {"received": 1, "duplicates": 0, "delivered": 1, "skipped": 0, "dead_lettered": 0, "retried": 0,
                   "p50_ms": 1, "p95_ms": 2, "p99_ms": null},
        "queue": {"queued": 1, "leased": 2, "scheduled": 3, "blocked_keys": 4, "blocked": 5, "bytes": 6},
        "open_dead_letters": 7,
        "criteria": [{"name": "error_rate", "bound": "1.00 %", "measured": null, "met": null}],
    }));
    survives::<v1::TargetReport>(json!({
        "flow": "orders", "target": "erp", "state": "unauthorized",
        "stop": {"kind": "paused", "at": AT, "by": null, "reason": "r", "until": AT, "earlier": [
            {"kind": "paused", "at": AT, "by": "anna", "reason": "r", "until": null},
        ]}, "probing": true, "refusal": {"until": AT, "reason": "it answers 401"},
        "throttle": {"gap_ms": 10, "until": AT},
        "breaker": {"state": "half_open", "since": AT, "until": null, "calls": 20, "failures": 10}, "retries": 1,
        "retries_allowed": 2, "in_flight": 3, "waiting": 4,
    }));
    survives::<v1::AlertReport>(json!({
        "name": "night", "url": "http://x", "format": "gantry", "on": ["dead_letters", "disk_low"], "flows": ["orders"],
        "owners": ["o"], "flow": "alert-night", "waiting": 1, "open_dead_letters": 2, "endpoint": "active",
        "firing": [{
            "dedup_key": "shop/dead_letters/orders/f", "severity": "critical",
            "key": {"kind": "dead_letters", "flow": "orders", "about": "f"}, "summary": "s", "details": {"open": 1},
            "owner": "o", "next": "n", "since": AT, "notified_at": AT, "repeats": 3,
        }],
    }));
    survives::<v1::StatusReport>(json!({
        "at": AT, "instance": "shop", "severity": "info",
        "findings": [{
            "kind": "deployment_on_trial", "severity": "info", "flow": "orders", "about": "map", "summary": "s", "since": AT,
            "owner": "o", "next": "n", "runbook": null,
        }],
        "looked_at": {
            "flows": 1, "targets": 2, "queued": 3, "open_dead_letters": 4, "jobs": 5, "deployments": 6, "alerts": 7,
        },
    }));
    survives::<Vec<v1::TestAnswer>>(json!([
        {"action": "trigger", "accepted": true, "status": 202, "error": null, "answer": "ok"},
        {"action": "resolve", "accepted": false, "status": null, "error": "network", "answer": "no"},
    ]));
}

#[test]
fn deployments_and_plugins_are_written_as_they_were_read() {
    let tally = json!({"messages": 10, "failed": 1, "busy_us": 500});
    let comparison = json!({"new": tally, "old": tally, "newly_failing": 1});
    let shadow = json!({
        "messages": 3, "dead_letters": 1, "same": 1, "changed": 1, "newly_failing": 1, "newly_passing": 0,
        "samples": [{"message": MESSAGE, "kind": "newly_failing", "changes": [{"path": "", "before": 1, "after": 2}]}],
    });
    survives::<v1::ShadowReport>(shadow.clone());
    survives::<v1::Deployment>(json!({
        "number": 2, "flow": "orders", "step": "map", "from": plugin(), "from_file": true, "to": plugin(),
        "to_file": false, "undoes": 1, "by": "olga", "at": AT,
        "terms": {
            "shadow": 200, "changed": "ask", "newly_failing": "refuse", "canary_share": 0.1,
            "canary": {"messages": 200, "time_ms": 1000}, "watch": {"messages": 1000, "time_ms": 1000},
            "max_failure_rate": 0.05,
        },
        "phase": "rolled_back", "since": AT, "golden": {"passed": 3, "failed": ["a"]}, "shadow": shadow,
        "canary": comparison, "watch": comparison,
        "events": [{"at": AT, "phase": "checking", "by": "gantry", "text": "begun"}],
    }));
    survives::<v1::Catalogue>(json!({"plugins": [{
        "plugin": plugin(), "size": 17, "api": "0.1.0",
        "manifest": {"name": "a", "version": "1.2.0", "api": "0.1.0", "description": "d",
                     "wants": {"lookup": ["t"], "clock": true}, "settings": {"type": "object"}},
        "cases": 2, "signatures": [{"key": "3f1b0a6e4c117a52", "signature": format!("{}==", "A".repeat(86))}],
        "trusted_by": {"name": "acme", "key": "3f1b0a6e4c117a52"}, "published_at": AT, "published_by": "olga",
    }]}));
}

#[test]
fn reloads_and_problems_are_written_as_they_were_read() {
    let diagnostic = json!({
        "file": "flows/orders.toml", "line": 3, "column": null, "severity": "error", "code": "plugin_refused",
        "message": "m", "help": "h",
    });
    survives::<v1::ReloadReport>(json!({
        "at": AT, "trigger": "watch", "result": "applied",
        "changes": {"added": ["a"], "changed": [], "removed": [{"flow": "b", "waiting": 2}], "unchanged": ["c"],
                    "settings": [{"setting": "history.keep", "from": "\"7d\"", "to": null}]},
        "diagnostics": [diagnostic],
        "restart": [{"setting": "admin.listen", "from": null, "to": "\"127.0.0.1:9090\""}],
    }));
    survives::<v1::Problem>(json!({
        "code": "reload-refused", "title": "Unprocessable Entity", "status": 422, "detail": "d",
        "diagnostics": [diagnostic],
    }));
    let problem = v1::Problem::new(v1::Code::NotFound, "there is no job");
    let expected = json!({"code": "not-found", "title": "Not Found", "status": 404, "detail": "there is no job"});
    assert_eq!(serde_json::to_value(problem).unwrap(), expected);
}

#[test]
fn requests_are_written_as_they_were_read() {
    survives::<v1::DeadLetterFilter>(filter());
    survives::<v1::Part>(json!({"after": DEAD_LETTER, "limit": 10, "order": "newest"}));
    survives::<v1::ReplayRequest>(json!({"by": "anna", "payload": {"text": "{}"}}));
    survives::<v1::DryReplayRequest>(json!({
        "dead_letters": [DEAD_LETTER], "filter": filter(), "payload": {"text": "{}"}, "limit": 5,
    }));
    survives::<v1::CloseRequest>(json!({"by": "anna", "reason": "r"}));
    survives::<v1::TargetRequest>(json!({"by": "anna", "reason": "r", "until": AT}));
    survives::<v1::NoteRequest>(json!({"by": "anna", "note": "n"}));
    survives::<v1::GroupRequest>(json!({"by": "anna", "note": "n", "until": AT}));
    survives::<v1::GroupFilter>(json!({
        "flow": "orders", "state": "open", "stage": "deliver", "target": "erp", "code": "c", "regressed": true, "limit": 1,
        "unsettled": true,
    }));
    survives::<v1::NewJob>(json!({
        "kind": "discard", "filter": filter(), "by": "anna", "reason": "r", "rate": null, "most_replays": 1, "force": true, "max_failed_percent": 10,
    }));
    survives::<v1::PatchPreviewRequest>(json!({"filter": filter(), "patch": [{"op": "remove", "path": "/a"}]}));
    survives::<v1::QualityFilter>(json!({
        "flow": "orders", "step": "s", "code": "c", "since": AT, "until": AT, "by": "hour", "limit": 5,
    }));
    survives::<v1::DeployRequest>(json!({
        "flow": "orders", "step": "map", "plugin": "a@1.0.0", "by": "olga",
        "terms": {
            "shadow": 1, "changed": "accept", "newly_failing": "ask", "canary_share": 0.5, "canary_messages": 1,
            "canary_time_ms": 2, "watch_messages": 3, "watch_time_ms": 4, "max_failure_rate": 0.1,
        },
    }));
    survives::<v1::DeploymentQuery>(json!({"flow": "orders", "step": "map", "active": true}));
    survives::<v1::DryRunRequest>(
        json!({"flow": "orders", "step": "map", "with": "a@1.0.0", "dead_letters": [DEAD_LETTER]}),
    );
    survives::<v1::PublishQuery>(json!({"by": "olga"}));
    for action in v1::GroupAction::ALL {
        survives::<v1::GroupAction>(json!(action.name()));
    }
    for command in v1::TargetCommand::ALL {
        survives::<v1::TargetCommand>(json!(command.name()));
    }
}

#[test]
fn a_request_with_a_misspelt_field_is_refused() {
    let misspelt = json!({"folw": "orders"});
    assert!(serde_json::from_value::<v1::DeadLetterFilter>(misspelt.clone()).is_err());
    assert!(serde_json::from_value::<v1::GroupFilter>(misspelt.clone()).is_err());
    assert!(serde_json::from_value::<v1::QualityFilter>(misspelt.clone()).is_err());
    assert!(serde_json::from_value::<v1::DeploymentQuery>(misspelt.clone()).is_err());
    assert!(serde_json::from_value::<v1::CloseRequest>(misspelt.clone()).is_err());
    assert!(serde_json::from_value::<v1::NewJob>(json!({"kind": "redrive", "filter": misspelt})).is_err());
}

#[test]
fn signatures_travel_in_a_header_as_they_are() {
    let file = "{\n  \"signatures\": []\n}";
    let header = v1::signatures_to_header(file);
    assert_eq!(v1::signatures_from_header(header.as_bytes()).unwrap(), file.as_bytes());
    assert_eq!(v1::signatures_from_header(b"not base64!"), None);
}
