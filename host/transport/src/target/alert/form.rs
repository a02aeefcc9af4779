//! The formats of notifications, each as its receiver has published it. There is a module for each but Gantry's own.

mod alertmanager;
mod pagerduty;
mod slack;

use std::time::Duration;

use gantry_config::{AlertFormat, AlertTarget};
use gantry_core::Secret;
use gantry_core::alert::{AlertKind, Notification};
use gantry_security::{Environment, SecretError, resolve};
use serde_json::json;

/// A format, with the secrets it needs.
#[derive(Debug)]
pub(super) enum Form {
    Gantry,
    Alertmanager { repeat: Duration, heartbeat: Duration },
    Slack,
    Pagerduty { routing_key: Secret<String> },
}

impl Form {
    pub(super) fn new(config: &AlertTarget, env: Environment<'_>) -> Result<Self, SecretError> {
        Ok(match &config.format {
            AlertFormat::Gantry => Self::Gantry,
            AlertFormat::Alertmanager => {
                Self::Alertmanager { repeat: config.repeat, heartbeat: config.heartbeat.unwrap_or(config.repeat) }
            }
            AlertFormat::Slack => Self::Slack,
            AlertFormat::Pagerduty { routing_key } => Self::Pagerduty { routing_key: resolve(routing_key, env)? },
        })
    }

    /// The secret in its body.
    pub(super) const fn secret(&self) -> Option<&Secret<String>> {
        match self {
            Self::Pagerduty { routing_key } => Some(routing_key),
            Self::Gantry | Self::Alertmanager { .. } | Self::Slack => None,
        }
    }

    /// What is sent.
    pub(super) fn body(&self, notification: &Notification) -> Vec<u8> {
        let body = match self {
            Self::Gantry => json!(notification),
            Self::Alertmanager { heartbeat, .. } if notification.alert == AlertKind::Heartbeat => {
                alertmanager::alerts(notification, *heartbeat)
            }
            Self::Alertmanager { repeat, .. } => alertmanager::alerts(notification, *repeat),
            Self::Slack => slack::message(notification),
            Self::Pagerduty { routing_key } => pagerduty::event(notification, routing_key.expose()),
        };
        body.to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use gantry_core::Timestamp;
    use gantry_core::alert::{AlertKey, Firing, NotificationKind, Origin};
    use serde_json::{Map, Value};

    use super::*;

    fn notification(action: NotificationKind) -> Notification {
        let flow = Some("orders".parse().unwrap());
        let key = AlertKey { kind: AlertKind::DeadLetters, flow, about: Some("3f1b0a6e".into()) };
        let firing = Firing {
            key,
            summary: "2 dead letters in `orders` <erp> & more".into(),
            details: Map::from_iter([("open".to_owned(), 2.into())]),
            owner: Some("sales@example.com".into()),
            next: "gantry dlq group 3f1b0a6e".into(),
            occurrence: None,
            since: Timestamp(1_614_265_270_000),
            notified_at: Timestamp(1_614_265_330_000),
            repeats: 0,
            gone: None,
        };
        let origin = Origin { instance: "shop-1", runbooks: Some("https://gantry.example.com/runbooks/") };
        Notification::of(&firing, action, origin, Timestamp(1_614_265_330_000))
    }

    fn sent(form: &Form, action: NotificationKind) -> Value {
        serde_json::from_slice(&form.body(&notification(action))).unwrap()
    }

    #[test]
    fn pagerduty_gets_a_trigger_with_its_payload_and_a_resolve_of_the_same_key() {
        let form = Form::Pagerduty { routing_key: Secret::new("r0uting".into()) };
        let trigger = sent(&form, NotificationKind::Trigger);
        assert_eq!(
            trigger,
            json!({
                "routing_key": "r0uting",
                "event_action": "trigger",
                "dedup_key": "shop-1/dead_letters/orders/3f1b0a6e",
                "payload": {
                    "summary": "2 dead letters in `orders` <erp> & more",
                    "source": "shop-1",
                    "severity": "error",
                    "timestamp": "2021-02-25T15:02:10.000Z",
                    "component": "orders",
                    "class": "dead_letters",
                    "custom_details": {
                        "open": 2,
                        "since": "2021-02-25T15:01:10.000Z",
                        "owner": "sales@example.com",
                        "next": "gantry dlq group 3f1b0a6e",
                        "runbook": "https://gantry.example.com/runbooks/dead-letters-at-night.html",
                    },
                },
                "client": "Gantry",
                "links": [{
                    "href": "https://gantry.example.com/runbooks/dead-letters-at-night.html", "text": "Runbook",
                }],
            })
        );
        let resolve = sent(&form, NotificationKind::Resolve);
        assert_eq!((&resolve["event_action"], &resolve["dedup_key"]), (&"resolve".into(), &trigger["dedup_key"]));
        assert!(!format!("{form:?}").contains("r0uting"));
    }

    #[test]
    fn alertmanager_gets_the_same_labels_for_both_and_an_end_for_each() {
        let form = Form::Alertmanager { repeat: Duration::from_secs(60), heartbeat: Duration::from_secs(10) };
        let trigger = sent(&form, NotificationKind::Trigger);
        let resolve = sent(&form, NotificationKind::Resolve);
        assert_eq!(
            trigger[0]["labels"],
            json!({
                "alertname": "GantryDeadLetters", "instance": "shop-1", "severity": "error", "flow": "orders",
                "about": "3f1b0a6e", "owner": "sales@example.com",
            })
        );
        let annotations = &trigger[0]["annotations"];
        assert_eq!(annotations["runbook_url"], "https://gantry.example.com/runbooks/dead-letters-at-night.html");
        assert_eq!(annotations["next"], "gantry dlq group 3f1b0a6e");
        assert_eq!(trigger[0]["labels"], resolve[0]["labels"]);
        assert_eq!(trigger[0]["startsAt"], "2021-02-25T15:01:10.000Z");
        assert_eq!(trigger[0]["endsAt"], "2021-02-25T15:05:10.000Z", "three repeats on");
        assert_eq!(resolve[0]["endsAt"], "2021-02-25T15:02:10.000Z");
    }

    #[test]
    fn a_heartbeat_ends_at_alertmanager_unless_the_next_ones_come() {
        let form = Form::Alertmanager { repeat: Duration::from_secs(60), heartbeat: Duration::from_secs(10) };
        let origin = Origin { instance: "shop-1", runbooks: None };
        let beat = Notification::heartbeat(Duration::from_secs(10), origin, Timestamp(1_614_265_330_000));
        let sent: Value = serde_json::from_slice(&form.body(&beat)).unwrap();
        assert_eq!(
            sent[0]["labels"],
            json!({ "alertname": "GantryHeartbeat", "instance": "shop-1", "severity": "info" })
        );
        assert_eq!(sent[0]["endsAt"], "2021-02-25T15:02:40.000Z", "three heartbeats on");
    }

    #[test]
    fn slack_gets_a_text_in_which_nothing_is_markup() {
        let text = sent(&Form::Slack, NotificationKind::Trigger)["text"].as_str().unwrap().to_owned();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "[shop-1] ERROR: 2 dead letters in `orders` &lt;erp&gt; &amp; more",
                "Owner: sales@example.com",
                "Next: gantry dlq group 3f1b0a6e",
                "Runbook: https://gantry.example.com/runbooks/dead-letters-at-night.html",
            ]
        );
        assert!(
            sent(&Form::Slack, NotificationKind::Resolve)["text"].as_str().unwrap().starts_with("[shop-1] Resolved: ")
        );
    }

    #[test]
    fn what_is_queued_is_what_is_sent_unless_another_form_is_asked_for() {
        let sent: Notification =
            serde_json::from_slice(&Form::Gantry.body(&notification(NotificationKind::Resolve))).unwrap();
        assert_eq!(sent, notification(NotificationKind::Resolve));
    }
}
