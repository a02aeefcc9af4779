//! Which dead letters an operator wants to see: every field narrows, an empty filter admits all.

use gantry_core::{DeadLetter, DeadLetterState, FlowName, Stage, TargetName, Timestamp};

use crate::summary::DeadLetterSummary;

/// Which dead letters to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this flow.
    pub flow: Option<FlowName>,
    /// In this state.
    pub state: Option<DeadLetterState>,
    /// With this reason code.
    pub code: Option<String>,
    /// Of this kind.
    pub fingerprint: Option<String>,
    /// Given up at this stage.
    pub stage: Option<Stage>,
    /// On the way to this target.
    pub target: Option<TargetName>,
    /// With this text in the reason, a violation, the key or the payload as received; letter case counts.
    pub text: Option<String>,
    /// Last given up at or after this moment.
    pub since: Option<Timestamp>,
    /// Last given up before this moment.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// All but the text, which a summary does not hold.
    pub(crate) fn admits(&self, letter: &DeadLetterSummary) -> bool {
        self.flow.as_ref().is_none_or(|flow| *flow == letter.flow)
            && self.state.is_none_or(|state| state == letter.state)
            && self.code.as_ref().is_none_or(|code| *code == letter.code)
            && self.fingerprint.as_ref().is_none_or(|fingerprint| *fingerprint == letter.fingerprint)
            && self.stage.is_none_or(|stage| stage == letter.stage)
            && self.target.as_ref().is_none_or(|target| Some(target) == letter.target.as_ref())
            && self.since.is_none_or(|since| letter.last_failure >= since)
            && self.until.is_none_or(|until| letter.last_failure < until)
    }

    pub(crate) fn admits_text(&self, letter: &DeadLetter) -> bool {
        let Some(text) = &self.text else { return true };
        let in_violations = || {
            letter.reason.violations.iter().any(|v| [&v.path, &v.code, &v.text].iter().any(|part| part.contains(text)))
        };
        letter.reason.text.contains(text)
            || letter.received.key.as_ref().is_some_and(|key| key.contains(text))
            || in_violations()
            || String::from_utf8_lossy(&letter.received.payload).contains(text)
    }
}
