//! Slack's incoming webhooks: `{"text": …}` with `&`, `<` and `>` escaped.

use gantry_core::alert::{Notification, NotificationKind};
use serde_json::{Value, json};

pub(super) fn message(notification: &Notification) -> Value {
    json!({ "text": text(notification) })
}

fn text(notification: &Notification) -> String {
    let head = match (notification.action, notification.repeat) {
        (NotificationKind::Resolve, _) => "Resolved".to_owned(),
        (NotificationKind::Trigger, 0) => notification.severity.name().to_uppercase(),
        (NotificationKind::Trigger, _) => {
            format!("Still {}, since {}", notification.severity.name(), notification.since)
        }
    };
    let mut text = format!("[{}] {head}: {}", notification.instance, notification.summary);
    if let Some(owner) = &notification.owner {
        text.push_str(&format!("\nOwner: {owner}"));
    }
    if notification.action == NotificationKind::Trigger {
        text.push_str(&format!("\nNext: {}\nRunbook: {}", notification.next, notification.runbook));
    }
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
