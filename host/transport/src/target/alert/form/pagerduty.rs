//! PagerDuty's Events API v2: `POST /v2/enqueue` with `routing_key`, `event_action`, a `dedup_key` of at most 255
//! characters, and a `payload` with a `summary` of at most 1024.

use gantry_core::alert::{Notification, NotificationKind};
use serde_json::{Value, json};

/// The longest summary that PagerDuty accepts.
const SUMMARY: usize = 1024;

pub(super) fn event(notification: &Notification, routing_key: &str) -> Value {
    let mut event = json!({
        "routing_key": routing_key,
        "event_action": notification.action,
        "dedup_key": notification.dedup_key,
    });
    if notification.action == NotificationKind::Trigger {
        let mut details = notification.details.clone();
        details.insert("since".to_owned(), notification.since.to_string().into());
        details.insert("next".to_owned(), notification.next.clone().into());
        details.insert("runbook".to_owned(), notification.runbook.clone().into());
        if let Some(owner) = &notification.owner {
            details.insert("owner".to_owned(), owner.clone().into());
        }
        event["payload"] = json!({
            "summary": cut(&notification.summary, SUMMARY),
            "source": notification.instance,
            "severity": notification.severity,
            "timestamp": notification.at.to_string(),
            "component": notification.flow.as_ref().map_or("host", |flow| flow.as_str()),
            "class": notification.alert,
            "custom_details": details,
        });
        event["client"] = "Gantry".into();
        if notification.runbook.starts_with("https://") || notification.runbook.starts_with("http://") {
            event["links"] = json!([{ "href": notification.runbook, "text": "Runbook" }]);
        }
    }
    event
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
