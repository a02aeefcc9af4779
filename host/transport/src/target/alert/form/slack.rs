//! Slack's incoming webhooks: `{"text": …}` with `&`, `<` and `>` escaped.

use gantry_core::alert::{Notice, Said};
use serde_json::{Value, json};

pub(super) fn message(notice: &Notice) -> Value {
    json!({ "text": text(notice) })
}

fn text(notice: &Notice) -> String {
    let head = match (notice.action, notice.repeat) {
        (Said::Resolve, _) => "Resolved".to_owned(),
        (Said::Trigger, 0) => notice.severity.name().to_uppercase(),
        (Said::Trigger, _) => format!("Still {}, since {}", notice.severity.name(), notice.since),
    };
    let text = format!("[{}] {head}: {}", notice.instance, notice.summary);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
