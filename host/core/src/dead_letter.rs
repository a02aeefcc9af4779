//! A dead letter: a message that ended neither delivered nor skipped, with all that is needed to understand and
//! replay it. The field list follows what `RabbitMQ` (x-death), `EventBridge`, Service Bus and Kafka Connect record.

pub mod kind;
mod rework;

pub use kind::ReasonKind;
pub use rework::{Acknowledgement, ReplayOutcome, ReplayRun, Revision};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::delivery::Attempt;
use crate::headers::Headers;
use crate::id::{DeadLetterId, Digest, FlowName, MessageId, TargetName};
use crate::manifest::PluginRef;
use crate::message::Message;
use crate::outcome::Violation;
use crate::quality::fold_names;
use crate::timeline::TimelineEntry;

/// Which stage of the flow gave the message up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Rules about the data: a plugin's `invalid`.
    Validate,
    /// The plugin rejected it, faulted, or ran out of retries.
    Transform,
    /// The target refused it, or attempts ran out.
    Deliver,
}

impl Stage {
    /// The stage as metrics, commands and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Transform => "transform",
            Self::Deliver => "deliver",
        }
    }
}

/// Why the message was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable and countable: a plugin's code, or one of the host's from the error catalogue.
    pub code: String,
    /// For people.
    pub text: String,
    /// The broken rules, where the stage is `validate`.
    #[serde(default)]
    pub violations: Vec<Violation>,
    /// Which of the failures with this code it is, where a text says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ReasonKind>,
}

impl Reason {
    /// A reason with this code, without broken rules or a kind.
    #[must_use]
    pub fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into(), violations: Vec::new(), kind: None }
    }
}

/// Where a dead letter stands with the operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterState {
    /// Nobody has dealt with it.
    Open,
    /// Somebody looks into it.
    Acknowledged,
    /// Back in the queue; open again if it fails again.
    Replaying,
    /// A replay succeeded.
    Resolved,
    /// An operator gave it up, with a reason.
    Discarded,
    /// Something else took its place: the corrected message, or the dead letter of another stage.
    Superseded,
}

impl DeadLetterState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Acknowledged, Self::Replaying, Self::Resolved, Self::Discarded, Self::Superseded];

    /// True when an operator may still put it to work or give it up.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Open | Self::Acknowledged)
    }

    /// True when nothing more is to be done about it.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Resolved | Self::Discarded | Self::Superseded)
    }

    /// The state as commands and reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Replaying => "replaying",
            Self::Resolved => "resolved",
            Self::Discarded => "discarded",
            Self::Superseded => "superseded",
        }
    }
}

/// What took the place of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Successor {
    /// The message that the sender sent in its place.
    Message {
        /// Which.
        id: MessageId,
    },
    /// The dead letter of a later stage: a replay got past the one that failed, and failed there.
    DeadLetter {
        /// Which.
        id: DeadLetterId,
    },
}

/// Who closed a dead letter, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// When.
    pub at: Timestamp,
    /// Who, as far as known.
    pub by: String,
    /// Why, in the operator's words.
    pub reason: String,
}

/// What was about to be sent when the delivery failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transformed {
    /// Media type.
    pub content_type: String,
    /// Headers for the target, without credentials.
    pub headers: Headers,
    /// The bytes.
    #[serde(with = "crate::payload")]
    pub payload: Bytes,
}

/// A message that ended neither delivered nor skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Message and delivery it stands for.
    pub id: DeadLetterId,
    /// The flow.
    pub flow: FlowName,
    /// Digest of the flow's definition at the time.
    pub flow_version: String,
    /// The plugins of the flow's steps at the time, in order.
    pub plugins: Vec<PluginRef>,
    /// Digest of the component that failed, where one did.
    pub component: Option<Digest>,
    /// Which stage gave up.
    pub stage: Stage,
    /// Where the message came in.
    pub source: String,
    /// Where it was going, when one delivery failed.
    pub target: Option<TargetName>,
    /// The message as received: ordering key, headers (credentials stripped), raw bytes.
    pub received: Message,
    /// When the host accepted it.
    pub received_at: Timestamp,
    /// The key by which duplicates are recognised.
    pub dedupe_key: Option<String>,
    /// The delivery's idempotency key.
    pub idempotency_key: Option<String>,
    /// What was to be sent.
    pub transformed: Option<Transformed>,
    /// All attempts, oldest first, those of replays included.
    pub attempts: Vec<Attempt>,
    /// When it was first given up.
    pub first_failure: Timestamp,
    /// When it was last given up.
    pub last_failure: Timestamp,
    /// Why.
    pub reason: Reason,
    /// The same for failures of one kind: see [`fingerprint`].
    pub fingerprint: String,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// When it may be removed; none keeps it until it is dealt with.
    pub expires_at: Option<Timestamp>,
    /// Where it stands.
    pub state: DeadLetterState,
    /// Who looks into it, or last did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
    /// How it was closed.
    pub resolution: Option<Resolution>,
    /// What took its place, if something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<Successor>,
    /// Each time it was put back to work, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replays: Vec<ReplayRun>,
    /// Every payload the message had, oldest first; empty unless one was edited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<Revision>,
    /// The message's timeline until its (latest) end.
    #[serde(rename = "trail")]
    pub timeline: Vec<TimelineEntry>,
}

/// Groups failures of one kind: the same flow, stage, target, reason code, kind and broken rules give the same text.
///
/// Sixteen hex digits of a SHA-256. What only the message names is folded in violation paths, so that `/lines/3/sku` and
/// `/lines/7/sku` count as one rule, and so do all members that a schema doesn't know. Failures beyond the bound of kinds are the
/// same whatever rules they break, and those beyond the bound of new kinds are the same in a whole flow.
#[must_use]
pub fn fingerprint(flow: &FlowName, stage: Stage, target: Option<&TargetName>, reason: &Reason) -> String {
    let target = target.map_or("", TargetName::as_str);
    let code = format!("{flow}\u{1e}{stage:?}\u{1e}{target}\u{1e}{}\u{1e}", reason.code);
    let text = match &reason.kind {
        None => format!("{code}{}", broken_rules(&reason.violations)),
        Some(ReasonKind::Text(kind)) => format!("{code}{}\u{1d}{kind}", broken_rules(&reason.violations)),
        Some(ReasonKind::Other) => format!("{code}\u{1c}"),
        Some(ReasonKind::Many) => format!("{flow}\u{1c}"),
    };
    Digest::of(text.as_bytes()).as_bytes()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The broken rules, each once, without what only the message names.
fn broken_rules(violations: &[Violation]) -> String {
    let mut rules: Vec<String> = violations.iter().map(|v| format!("{}\u{1f}{}", fold_names(v), v.code)).collect();
    rules.sort();
    rules.dedup();
    rules.join("\u{1e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(path: &str) -> Reason {
        let violation =
            Violation { path: path.into(), code: "unknown-product".into(), text: format!("no product at {path}") };
        Reason { violations: vec![violation], ..Reason::new("invalid", "1 rule broken") }
    }

    #[test]
    fn several_causes_behind_one_code_have_several_fingerprints() {
        let flow = "orders".parse().unwrap();
        let of = |kind| fingerprint(&flow, Stage::Deliver, None, &Reason { kind, ..Reason::new("refused", "text") });
        let refused = |text| of(ReasonKind::of_text(text, b""));
        assert_eq!(refused("customer 4711 is blocked"), refused("customer 4712 is blocked"));
        assert_ne!(refused("customer 4711 is blocked"), refused("posting period 11 is closed"));
        let other = of(Some(ReasonKind::Other));
        let many = |code| {
            fingerprint(&flow, Stage::Deliver, None, &Reason { kind: Some(ReasonKind::Many), ..Reason::new(code, "") })
        };
        assert_eq!(many("refused"), many("other"));
        assert!(
            ![of(None), many("refused"), refused("any other kind"), of(Some(ReasonKind::Text(String::new())))]
                .contains(&other)
        );
    }

    #[test]
    fn the_same_rule_broken_on_another_line_has_the_same_fingerprint() {
        let flow = "orders".parse().unwrap();
        let of = |path| fingerprint(&flow, Stage::Validate, None, &reason(path));
        assert_eq!(of("/lines/3/sku"), of("/lines/17/sku"));
        assert_ne!(of("/lines/3/sku"), of("/lines/3/quantity"));
    }
}
