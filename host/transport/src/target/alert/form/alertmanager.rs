//! Prometheus Alertmanager's API v2: `POST /api/v2/alerts` with an array of alerts, each with `labels`, `annotations`,
//! `startsAt` and `endsAt`. The labels are the identity.

use std::time::Duration;

use gantry_core::alert::{Notification, NotificationKind};
use serde_json::{Map, Value, json};

/// After this many times `repeat` without a notification, the alert is over for Alertmanager: the host is gone.
const OUTLIVES: u32 = 3;

pub(super) fn alerts(notification: &Notification, repeat: Duration) -> Value {
    // The labels are the identity: they must not change while the alert goes on.
    let mut labels = Map::from_iter([
        ("alertname".to_owned(), alert_name(notification).into()),
        ("instance".to_owned(), notification.instance.clone().into()),
        ("severity".to_owned(), notification.severity.name().into()),
    ]);
    let parts = [("flow", notification.flow.as_ref().map(ToString::to_string)), ("about", notification.about.clone())];
    let owner = ("owner", notification.owner.clone());
    let parts = parts.into_iter().chain([owner]);
    labels.extend(parts.filter_map(|(name, part)| Some((name.to_owned(), part?.into()))));
    let ends = match notification.action {
        NotificationKind::Trigger => notification.at.after(repeat.saturating_mul(OUTLIVES)),
        NotificationKind::Resolve => notification.at,
    };
    json!([{
        "labels": labels,
        "annotations": {
            "summary": notification.summary,
            "dedup_key": notification.dedup_key,
            "next": notification.next,
            "runbook_url": notification.runbook,
        },
        "startsAt": notification.since.min(ends).to_string(),
        "endsAt": ends.to_string(),
    }])
}

/// `GantryDeadLetters` for `dead_letters`, as alerts are usually named there.
fn alert_name(notification: &Notification) -> String {
    let word = |word: &str| {
        let mut characters = word.chars();
        characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect::<String>()
    };
    std::iter::once("Gantry".to_owned()).chain(notification.alert.name().split('_').map(word)).collect()
}
