//! Which dead letters an operator wants to see: every field narrows, an empty filter admits all. A job's
//! record holds one.

use gantry_core::{DeadLetter, DeadLetterState, Digest, FlowName, Stage, TargetName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::groups::group::DeadLetterGroup;
use crate::summary::DeadLetterSummary;

/// Which dead letters are meant. Every field narrows; none given means all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowName>,
    /// Given up by this version of the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// In this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<DeadLetterState>,
    /// Given up at this stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Came in here: `webhook /shop/orders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// On the way to this target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetName>,
    /// With this ordering key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// With this dedupe key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedupe_key: Option<String>,
    /// With this idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Given up by the component with this digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<Digest>,
    /// With this reason code, or a violation with this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// With at least so many attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_attempts: Option<u32>,
    /// With at most so many attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u32>,
    /// Replayed at least so often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replays: Option<u32>,
    /// Replayed at most so often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replays: Option<u32>,
    /// First given up at or after this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_since: Option<Timestamp>,
    /// First given up before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_until: Option<Timestamp>,
    /// Last given up at or after this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Last given up before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Expiring before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_until: Option<Timestamp>,
    /// Acknowledged, replayed or closed by this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// With this text in the reason or a violation; letter case does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// With this text in the payload as received; letter case counts. The only field for which payloads are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

impl Filter {
    /// All but the payload, which a summary does not hold.
    #[must_use]
    pub fn admits(&self, letter: &DeadLetterSummary) -> bool {
        is(&self.flow, &letter.flow)
            && is(&self.version, &letter.flow_version)
            && is(&self.state, &letter.state)
            && is(&self.stage, &letter.stage)
            && is(&self.source, &letter.source)
            && is(&self.fingerprint, &letter.fingerprint)
            && has(&self.target, letter.target.as_ref())
            && has(&self.key, letter.key.as_ref())
            && has(&self.dedupe_key, letter.dedupe_key.as_ref())
            && has(&self.idempotency_key, letter.idempotency_key.as_ref())
            && has(&self.component, letter.component.as_ref())
            && within(self.min_attempts, self.max_attempts, letter.attempts)
            && within(self.min_replays, self.max_replays, letter.replays)
            && during(self.first_since, self.first_until, letter.first_failure)
            && during(self.since, self.until, letter.last_failure)
            && self.expires_until.is_none_or(|until| letter.expires_at.is_some_and(|at| at < until))
            && self.code.as_ref().is_none_or(|code| letter.has_code(code))
            && self.by.as_ref().is_none_or(|by| letter.people().any(|person| person == by))
            && self.text.as_ref().is_none_or(|text| letter.says(text))
    }

    pub(crate) fn admits_payload(&self, letter: &DeadLetter) -> bool {
        let Some(text) = &self.payload else { return true };
        String::from_utf8_lossy(&letter.received.payload).contains(text)
    }

    /// Whether the letters of a group can pass, as far as the group can tell.
    pub(crate) fn admits_group(&self, group: &DeadLetterGroup) -> bool {
        is(&self.flow, &group.flow)
            && is(&self.stage, &group.stage)
            && has(&self.target, group.target.as_ref())
            && is(&self.fingerprint, &group.fingerprint)
    }

    /// True when all letters of a group pass or none, but for their state: then groups need not be opened to count.
    pub(crate) fn is_about_groups(&self) -> bool {
        let Self { flow, state, stage, target, fingerprint, .. } = self.clone();
        *self == Self { flow, state, stage, target, fingerprint, ..Self::default() }
    }
}

fn is<T: PartialEq>(wanted: &Option<T>, found: &T) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted == found)
}

fn has<T: PartialEq>(wanted: &Option<T>, found: Option<&T>) -> bool {
    wanted.is_none() || wanted.as_ref() == found
}

fn within(least: Option<u32>, most: Option<u32>, found: u32) -> bool {
    least.is_none_or(|least| found >= least) && most.is_none_or(|most| found <= most)
}

fn during(since: Option<Timestamp>, until: Option<Timestamp>, found: Timestamp) -> bool {
    since.is_none_or(|since| found >= since) && until.is_none_or(|until| found < until)
}
