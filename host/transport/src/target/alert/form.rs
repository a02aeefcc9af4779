//! The forms of a notice. Each is what its receiver has published:
//! PagerDuty's Events API v2 (`POST /v2/enqueue`: `routing_key`, `event_action`, `dedup_key` of at most 255 characters,
//! `payload` with a `summary` of at most 1024), Alertmanager's API v2 (`POST /api/v2/alerts`: an array of alerts with
//! `labels`, `annotations`, `startsAt` and `endsAt`; the labels are the identity), and Slack's incoming webhooks
//! (`{"text": …}` with `&`, `<` and `>` escaped).

use std::time::Duration;

use gantry_config::{AlertFormat, AlertTarget};
use gantry_core::Secret;
use gantry_core::alert::{Notice, Said};
use gantry_security::{Environment, SecretError, resolve};
use serde_json::{Map, Value, json};

/// The longest summary PagerDuty takes.
const SUMMARY: usize = 1024;

/// An alert that isn't said again for so many times its `repeat` is over for Alertmanager: the host is gone.
const OUTLIVES: u32 = 3;

/// A form, with the secrets it needs.
#[derive(Debug)]
pub(super) enum Form {
    Gantry,
    Alertmanager { repeat: Duration },
    Slack,
    Pagerduty { routing_key: Secret<String> },
}

impl Form {
    pub(super) fn new(config: &AlertTarget, env: Environment<'_>) -> Result<Self, SecretError> {
        Ok(match &config.format {
            AlertFormat::Gantry => Self::Gantry,
            AlertFormat::Alertmanager => Self::Alertmanager { repeat: config.repeat },
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
    pub(super) fn body(&self, notice: &Notice) -> Vec<u8> {
        let body = match self {
            Self::Gantry => json!(notice),
            Self::Alertmanager { repeat } => alertmanager(notice, *repeat),
            Self::Slack => json!({ "text": text(notice) }),
            Self::Pagerduty { routing_key } => pagerduty(notice, routing_key.expose()),
        };
        body.to_string().into_bytes()
    }
}

fn pagerduty(notice: &Notice, routing_key: &str) -> Value {
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

fn alertmanager(notice: &Notice, repeat: Duration) -> Value {
    // The identity: nothing in it may change while the alert goes on.
    let mut labels = Map::from_iter([
        ("alertname".to_owned(), alert_name(notice).into()),
        ("instance".to_owned(), notice.instance.clone().into()),
        ("severity".to_owned(), notice.severity.name().into()),
    ]);
    let parts = [("flow", notice.flow.as_ref().map(ToString::to_string)), ("about", notice.about.clone())];
    labels.extend(parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?.into()))));
    let ends = match notice.action {
        Said::Trigger => notice.at.after(repeat.saturating_mul(OUTLIVES)),
        Said::Resolve => notice.at,
    };
    json!([{
        "labels": labels,
        "annotations": { "summary": notice.summary, "dedup_key": notice.dedup_key },
        "startsAt": notice.since.min(ends).to_string(),
        "endsAt": ends.to_string(),
    }])
}

/// `GantryDeadLetters` for `dead_letters`: the way alerts are named there.
fn alert_name(notice: &Notice) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    std::iter::once("Gantry".to_owned()).chain(notice.alert.name().split('_').map(word)).collect()
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

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use gantry_core::Timestamp;
    use gantry_core::alert::{AlertKey, AlertKind, Firing};

    use super::*;

    fn notice(action: Said) -> Notice {
        let flow = Some("orders".parse().unwrap());
        let key = AlertKey { kind: AlertKind::DeadLetters, flow, about: Some("3f1b0a6e".into()) };
        let firing = Firing {
            key,
            summary: "2 dead letters in `orders` <erp> & more".into(),
            details: Map::from_iter([("open".to_owned(), 2.into())]),
            since: Timestamp(1_614_265_270_000),
            told: Timestamp(1_614_265_330_000),
            repeats: 0,
            gone: None,
        };
        Notice::of(&firing, action, "shop-1", Timestamp(1_614_265_330_000))
    }

    fn sent(form: &Form, action: Said) -> Value {
        serde_json::from_slice(&form.body(&notice(action))).unwrap()
    }

    #[test]
    fn pagerduty_gets_a_trigger_with_its_payload_and_a_resolve_of_the_same_key() {
        let form = Form::Pagerduty { routing_key: Secret::new("r0uting".into()) };
        let trigger = sent(&form, Said::Trigger);
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
                    "custom_details": { "open": 2, "since": "2021-02-25T15:01:10.000Z" },
                },
                "client": "Gantry",
            })
        );
        let resolve = sent(&form, Said::Resolve);
        assert_eq!((&resolve["event_action"], &resolve["dedup_key"]), (&"resolve".into(), &trigger["dedup_key"]));
        assert!(!format!("{form:?}").contains("r0uting"));
    }

    #[test]
    fn alertmanager_gets_the_same_labels_for_both_and_an_end_for_each() {
        let form = Form::Alertmanager { repeat: Duration::from_secs(60) };
        let (trigger, resolve) = (sent(&form, Said::Trigger), sent(&form, Said::Resolve));
        assert_eq!(
            trigger[0]["labels"],
            json!({
                "alertname": "GantryDeadLetters", "instance": "shop-1", "severity": "error", "flow": "orders",
                "about": "3f1b0a6e",
            })
        );
        assert_eq!(trigger[0]["labels"], resolve[0]["labels"]);
        assert_eq!(trigger[0]["startsAt"], "2021-02-25T15:01:10.000Z");
        assert_eq!(trigger[0]["endsAt"], "2021-02-25T15:05:10.000Z", "three repeats on");
        assert_eq!(resolve[0]["endsAt"], "2021-02-25T15:02:10.000Z");
    }

    #[test]
    fn slack_gets_a_text_in_which_nothing_is_markup() {
        let text = sent(&Form::Slack, Said::Trigger)["text"].as_str().unwrap().to_owned();
        assert_eq!(text, "[shop-1] ERROR: 2 dead letters in `orders` &lt;erp&gt; &amp; more");
        assert!(sent(&Form::Slack, Said::Resolve)["text"].as_str().unwrap().starts_with("[shop-1] Resolved: "));
    }

    #[test]
    fn what_is_queued_is_what_is_sent_unless_another_form_is_asked_for() {
        let sent: Notice = serde_json::from_slice(&Form::Gantry.body(&notice(Said::Resolve))).unwrap();
        assert_eq!(sent, notice(Said::Resolve));
    }
}
