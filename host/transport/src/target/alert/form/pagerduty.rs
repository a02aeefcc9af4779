//! PagerDuty's Events API v2: `POST /v2/enqueue` with `routing_key`, `event_action`, a `dedup_key` of at most 255
//! characters, and a `payload` with a `summary` of at most 1024.

use gantry_core::alert::{Notice, Said};
use serde_json::{Value, json};

/// The longest summary that PagerDuty accepts.
const SUMMARY: usize = 1024;

pub(super) fn event(notice: &Notice, routing_key: &str) -> Value {
    let mut event = json!({
        "routing_key": routing_key,
        "event_action": notice.action,
        "dedup_key": notice.dedup_key,
    });
    if notice.action == Said::Trigger {
        let mut details = notice.details.clone();
        details.insert("since".to_owned(), notice.since.to_string().into());
        event["payload"] = json!({
            "summary": cut(&notice.summary, SUMMARY),
            "source": notice.instance,
            "severity": notice.severity,
            "timestamp": notice.at.to_string(),
            "component": notice.flow.as_ref().map_or("host", |flow| flow.as_str()),
            "class": notice.alert,
            "custom_details": details,
        });
        event["client"] = "Gantry".into();
    }
    event
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
