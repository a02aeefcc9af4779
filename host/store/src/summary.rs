//! A dead letter without its payloads: stored beside it, so that counting, listing and filtering read little.

use gantry_core::{
    Acknowledgement, DeadLetter, DeadLetterId, DeadLetterState, Digest, FlowName, Stage, TargetName, Timestamp,
    Violation,
};
use serde::{Deserialize, Serialize};

/// A dead letter without its payloads, headers, trail and attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterSummary {
    /// Message and delivery it stands for.
    pub id: DeadLetterId,
    /// The flow.
    pub flow: FlowName,
    /// Digest of the flow's definition at the time.
    pub flow_version: String,
    /// Where it stands.
    pub state: DeadLetterState,
    /// Which stage gave up.
    pub stage: Stage,
    /// Where the message came in.
    pub source: String,
    /// Where it was going, when one delivery failed.
    pub target: Option<TargetName>,
    /// The message's ordering key.
    pub key: Option<String>,
    /// What duplicates are recognised by.
    pub dedupe_key: Option<String>,
    /// The delivery's idempotency key.
    pub idempotency_key: Option<String>,
    /// Digest of the component that failed, where one did.
    pub component: Option<Digest>,
    /// The reason's code.
    pub code: String,
    /// The reason for people.
    pub text: String,
    /// The broken rules.
    pub violations: Vec<Violation>,
    /// The same for failures of one kind.
    pub fingerprint: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// How often it was put back to work.
    pub replays: u32,
    /// When it was first given up.
    pub first_failure: Timestamp,
    /// When it was last given up.
    pub last_failure: Timestamp,
    /// When it may be removed; none keeps it until it is dealt with.
    pub expires_at: Option<Timestamp>,
    /// Who looks into it, or last did.
    pub acknowledged: Option<Acknowledgement>,
    /// Who last put it back to work.
    pub replayed_by: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<String>,
}

impl DeadLetterSummary {
    /// Whether the reason or a violation has this code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.code == code || self.violations.iter().any(|violation| violation.code == code)
    }

    /// Everyone who had to do with it.
    pub(crate) fn people(&self) -> impl Iterator<Item = &String> {
        let acknowledged = self.acknowledged.as_ref().map(|acknowledged| &acknowledged.by);
        [acknowledged, self.replayed_by.as_ref(), self.closed_by.as_ref()].into_iter().flatten()
    }

    /// Whether the reason or a violation contains this text, whatever its letter case.
    pub(crate) fn says(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let violations = self.violations.iter().flat_map(|v| [&v.path, &v.code, &v.text]);
        [&self.code, &self.text].into_iter().chain(violations).any(|part| part.to_lowercase().contains(&text))
    }
}

impl From<&DeadLetter> for DeadLetterSummary {
    fn from(letter: &DeadLetter) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            id: letter.id,
            flow: letter.flow.clone(),
            flow_version: letter.flow_version.clone(),
            state: letter.state,
            stage: letter.stage,
            source: letter.source.clone(),
            target: letter.target.clone(),
            key: letter.received.key.clone(),
            dedupe_key: letter.dedupe_key.clone(),
            idempotency_key: letter.idempotency_key.clone(),
            component: letter.component,
            code: letter.reason.code.clone(),
            text: letter.reason.text.clone(),
            violations: letter.reason.violations.clone(),
            fingerprint: letter.fingerprint.clone(),
            attempts: count(letter.attempts.len()),
            replays: count(letter.replays.len()),
            first_failure: letter.first_failure,
            last_failure: letter.last_failure,
            expires_at: letter.expires_at,
            acknowledged: letter.acknowledged.clone(),
            replayed_by: letter.replays.last().map(|replay| replay.by.clone()),
            closed_at: letter.resolution.as_ref().map(|resolution| resolution.at),
            closed_by: letter.resolution.as_ref().map(|resolution| resolution.by.clone()),
        }
    }
}
