//! A dead letter without its payloads: stored beside it, so that counting, listing and filtering read little.

use gantry_core::{DeadLetter, DeadLetterId, DeadLetterState, FlowName, Stage, TargetName, Timestamp};
use serde::{Deserialize, Serialize};

/// A dead letter without its payloads, trail and attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterSummary {
    /// Message and delivery it stands for.
    pub id: DeadLetterId,
    /// The flow.
    pub flow: FlowName,
    /// Which stage gave up.
    pub stage: Stage,
    /// Where the message came in.
    pub source: String,
    /// Where it was going, when one delivery failed.
    pub target: Option<TargetName>,
    /// The reason's code.
    pub code: String,
    /// The reason for people.
    pub text: String,
    /// The same for failures of one kind.
    pub fingerprint: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// When it was first given up.
    pub first_failure: Timestamp,
    /// When it was last given up.
    pub last_failure: Timestamp,
    /// When it may be removed; none keeps it until it is dealt with.
    pub expires_at: Option<Timestamp>,
    /// Where it stands.
    pub state: DeadLetterState,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

impl From<&DeadLetter> for DeadLetterSummary {
    fn from(letter: &DeadLetter) -> Self {
        Self {
            id: letter.id,
            flow: letter.flow.clone(),
            stage: letter.stage,
            source: letter.source.clone(),
            target: letter.target.clone(),
            code: letter.reason.code.clone(),
            text: letter.reason.text.clone(),
            fingerprint: letter.fingerprint.clone(),
            attempts: u32::try_from(letter.attempts.len()).unwrap_or(u32::MAX),
            first_failure: letter.first_failure,
            last_failure: letter.last_failure,
            expires_at: letter.expires_at,
            state: letter.state,
            closed_at: letter.resolution.as_ref().map(|resolution| resolution.at),
        }
    }
}
