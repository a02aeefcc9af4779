//! Selects dead letters. All given fields must match; an empty filter admits all. A job's record holds one.

use gantry_core::{DeadLetter, DeadLetterState, Digest, FlowName, Stage, TargetName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::groups::group::DeadLetterGroup;
use crate::summary::DeadLetterSummary;

/// Which dead letters to select. All given fields must match; an empty filter selects all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// Of this flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowName>,
    /// Failed in this version of the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// In this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<DeadLetterState>,
    /// Failed at this stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Received by this source: `webhook /shop/orders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// For this target.
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
    /// Failed in the component with this digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<Digest>,
    /// With this reason code, or a violation with this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// With this fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// With at least this many attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_attempts: Option<u32>,
    /// With at most this many attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u32>,
    /// Replayed at least this many times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replays: Option<u32>,
    /// Replayed at most this many times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replays: Option<u32>,
    /// First failed at or after this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_since: Option<Timestamp>,
    /// First failed before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_until: Option<Timestamp>,
    /// Last failed at or after this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Last failed before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Expiring before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_until: Option<Timestamp>,
    /// Acknowledged, replayed or closed by this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// With this text in the reason or a violation; upper and lower case are treated the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// With this text in the payload as received; case-sensitive. The only field for which payloads are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

impl Filter {
    /// Checks everything but the payload, which a summary does not hold.
    #[must_use]
    pub fn admits(&self, dead_letter: &DeadLetterSummary) -> bool {
        equals(&self.flow, &dead_letter.flow)
            && equals(&self.version, &dead_letter.flow_version)
            && equals(&self.state, &dead_letter.state)
            && equals(&self.stage, &dead_letter.stage)
            && equals(&self.source, &dead_letter.source)
            && equals(&self.fingerprint, &dead_letter.fingerprint)
            && equals_some(&self.target, dead_letter.target.as_ref())
            && equals_some(&self.key, dead_letter.key.as_ref())
            && equals_some(&self.dedupe_key, dead_letter.dedupe_key.as_ref())
            && equals_some(&self.idempotency_key, dead_letter.idempotency_key.as_ref())
            && equals_some(&self.component, dead_letter.component.as_ref())
            && within(self.min_attempts, self.max_attempts, dead_letter.attempts)
            && within(self.min_replays, self.max_replays, dead_letter.replays)
            && during(self.first_since, self.first_until, dead_letter.first_failure)
            && during(self.since, self.until, dead_letter.last_failure)
            && self.expires_until.is_none_or(|until| dead_letter.expires_at.is_some_and(|at| at < until))
            && self.code.as_ref().is_none_or(|code| dead_letter.has_code(code))
            && self.by.as_ref().is_none_or(|by| dead_letter.people().any(|person| person == by))
            && self.text.as_ref().is_none_or(|text| dead_letter.says(text))
    }

    pub(crate) fn admits_payload(&self, dead_letter: &DeadLetter) -> bool {
        let Some(text) = &self.payload else { return true };
        String::from_utf8_lossy(&dead_letter.received.payload).contains(text)
    }

    /// Whether letters of this group can pass, judged by the fields that the group has.
    pub(crate) fn admits_group(&self, group: &DeadLetterGroup) -> bool {
        equals(&self.flow, &group.flow)
            && equals(&self.stage, &group.stage)
            && equals_some(&self.target, group.target.as_ref())
            && equals(&self.fingerprint, &group.fingerprint)
    }

    /// True when, apart from the state, either all letters of a group pass or none: then the groups' counts are enough.
    pub(crate) fn is_about_groups(&self) -> bool {
        let Self { flow, state, stage, target, fingerprint, .. } = self.clone();
        *self == Self { flow, state, stage, target, fingerprint, ..Self::default() }
    }
}

fn equals<T: PartialEq>(wanted: &Option<T>, found: &T) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted == found)
}

fn equals_some<T: PartialEq>(wanted: &Option<T>, found: Option<&T>) -> bool {
    wanted.is_none() || wanted.as_ref() == found
}

fn within(least: Option<u32>, most: Option<u32>, found: u32) -> bool {
    least.is_none_or(|least| found >= least) && most.is_none_or(|most| found <= most)
}

fn during(since: Option<Timestamp>, until: Option<Timestamp>, found: Timestamp) -> bool {
    since.is_none_or(|since| found >= since) && until.is_none_or(|until| found < until)
}
