//! A dead letter without its payloads. It is stored as well, so that counting, listing and filtering read little.

use gantry_core::dead_letter::ReasonKind;
use gantry_core::{
    Acknowledgement, DeadLetter, DeadLetterId, DeadLetterState, Digest, FlowName, Stage, TargetName, Timestamp,
    Violation,
};
use serde::{Deserialize, Serialize};

use crate::groups::group::MANY_CODE;

/// A dead letter without its payloads, headers, timeline and attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterSummary {
    /// The message and delivery.
    pub id: DeadLetterId,
    /// The flow.
    pub flow: FlowName,
    /// Digest of the flow's definition at the time.
    pub flow_version: String,
    /// Its state.
    pub state: DeadLetterState,
    /// The stage that failed.
    pub stage: Stage,
    /// The source that received the message.
    pub source: String,
    /// The target, if a delivery failed.
    pub target: Option<TargetName>,
    /// The message's ordering key.
    pub key: Option<String>,
    /// The key by which duplicates are recognised.
    pub dedupe_key: Option<String>,
    /// The delivery's idempotency key.
    pub idempotency_key: Option<String>,
    /// Digest of the component that failed, if one did.
    pub component: Option<Digest>,
    /// The reason's code.
    pub code: String,
    /// The reason, as text.
    pub text: String,
    /// The broken rules.
    pub violations: Vec<Violation>,
    /// Which of the failures with this code it is, if a text says so.
    #[serde(default)]
    pub kind: Option<ReasonKind>,
    /// The same for all failures of one kind.
    pub fingerprint: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// How many times it was replayed.
    pub replays: u32,
    /// The time of the first failure.
    pub first_failure: Timestamp,
    /// The time of the latest failure.
    pub last_failure: Timestamp,
    /// When it may be removed; none keeps it until it is closed.
    pub expires_at: Option<Timestamp>,
    /// Since when is announced that it will be removed.
    #[serde(default)]
    pub announced_at: Option<Timestamp>,
    /// Who acknowledged it last.
    pub acknowledged: Option<Acknowledgement>,
    /// Who last replayed it.
    pub replayed_by: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// Its size on disk in bytes; 0 if an earlier version did not record it.
    #[serde(default)]
    pub bytes: u64,
}

impl DeadLetterSummary {
    /// Whether the reason, a violation or the group has this code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        let of_many = code == MANY_CODE && self.kind == Some(ReasonKind::Many);
        of_many || self.code == code || self.violations.iter().any(|violation| violation.code == code)
    }

    /// Who acknowledged, replayed and closed it.
    pub(crate) fn people(&self) -> impl Iterator<Item = &String> {
        let acknowledged = self.acknowledged.as_ref().map(|acknowledged| &acknowledged.by);
        [acknowledged, self.replayed_by.as_ref(), self.closed_by.as_ref()].into_iter().flatten()
    }

    /// Whether the reason or a violation contains this text, ignoring upper and lower case.
    pub(crate) fn says(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let violations = self.violations.iter().flat_map(|v| [&v.path, &v.code, &v.text]);
        [&self.code, &self.text].into_iter().chain(violations).any(|part| part.to_lowercase().contains(&text))
    }
}

impl From<&DeadLetter> for DeadLetterSummary {
    fn from(dead_letter: &DeadLetter) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            id: dead_letter.id,
            flow: dead_letter.flow.clone(),
            flow_version: dead_letter.flow_version.clone(),
            state: dead_letter.state,
            stage: dead_letter.stage,
            source: dead_letter.source.clone(),
            target: dead_letter.target.clone(),
            key: dead_letter.received.key.clone(),
            dedupe_key: dead_letter.dedupe_key.clone(),
            idempotency_key: dead_letter.idempotency_key.clone(),
            component: dead_letter.component,
            code: dead_letter.reason.code.clone(),
            text: dead_letter.reason.text.clone(),
            violations: dead_letter.reason.violations.clone(),
            kind: dead_letter.reason.kind.clone(),
            fingerprint: dead_letter.fingerprint.clone(),
            attempts: count(dead_letter.attempts.len()),
            replays: count(dead_letter.replays.len()),
            first_failure: dead_letter.first_failure,
            last_failure: dead_letter.last_failure,
            expires_at: dead_letter.expires_at,
            announced_at: None,
            acknowledged: dead_letter.acknowledged.clone(),
            replayed_by: dead_letter.replays.last().map(|replay| replay.by.clone()),
            closed_at: dead_letter.resolution.as_ref().map(|resolution| resolution.at),
            closed_by: dead_letter.resolution.as_ref().map(|resolution| resolution.by.clone()),
            bytes: 0,
        }
    }
}
