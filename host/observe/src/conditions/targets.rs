//! Targets that get no messages: paused, disabled, refusing, or with an open breaker.

use std::sync::Arc;

use gantry_core::alert::{AlertKind, Level};
use gantry_core::{BreakerState, FlowName, HoldCause, StopKind, TargetName, TargetStop, Timestamp, escape};
use gantry_engine::gate::{Gate, GateStatus, RefusalStatus};
use serde_json::json;

use super::{Conditions, Found, MAX_TEXT};

/// The command that shows every target with what is wrong.
const LIST: &str = "gantry target list";

/// A target in a text.
pub(super) fn place(flow: &FlowName, target: &str) -> String {
    format!("target `{target}` of flow `{flow}`")
}

impl Conditions {
    pub(super) fn observe_target(&mut self, flow: &FlowName, target: &TargetName, gate: &Arc<Gate>, now: Timestamp) {
        let status = gate.status(now);
        self.observe_breaker(flow, target, &status);
        match (&status.stop, &status.refusal) {
            (Some(stop), _) => self.observe_stop(flow, target, stop),
            (None, Some(refusal)) => self.observe_refusal(flow, target, refusal),
            (None, None) => {}
        }
    }

    fn observe_breaker(&mut self, flow: &FlowName, target: &TargetName, status: &GateStatus) {
        let (Some(opening), Some((state, probes, failed_probes))) = (status.opening, status.breaker) else { return };
        let place = place(flow, target.as_str());
        let calls = if opening.probes { "probes" } else { "calls" };
        let why = format!("{} of {} {calls} failed", opening.failures, opening.calls);
        let half_open = state == BreakerState::HalfOpen;
        let summary = if half_open {
            format!(
                "The breaker of {place} is half open: {failed_probes} of {probes} probes failed so far; it opened when \
                 {why}: messages wait"
            )
        } else {
            format!("The breaker of {place} is open, {why}: messages wait")
        };
        self.add(Found {
            kind: AlertKind::BreakerOpen,
            flow: Some(flow),
            about: Some(target.as_str()),
            level: if half_open { Level::Between } else { Level::On },
            summary,
            details: json!({
                "target": target,
                "calls": opening.calls,
                "failures": opening.failures,
                "until": status.open_until.map(|until| until.to_string()),
            }),
            next: LIST.to_owned(),
            since: Some(opening.since),
        });
    }

    fn observe_stop(&mut self, flow: &FlowName, target: &TargetName, stop: &TargetStop) {
        let (kind, what, again) = match stop.kind {
            StopKind::Paused => (AlertKind::TargetPaused, "paused", "resume"),
            StopKind::Disabled => (AlertKind::TargetDisabled, "disabled", "enable"),
        };
        let by = stop.by.clone().unwrap_or_else(|| "the target".to_owned());
        let place = place(flow, target.as_str());
        // One that stopped itself is looked at before it gets messages again.
        let again = stop.by.as_ref().map(|_| format!("gantry target {again} {flow}/{target}"));
        let until = stop.until.map(|until| format!(" until {until}")).unwrap_or_default();
        self.add(Found {
            kind,
            flow: Some(flow),
            about: Some(target.as_str()),
            level: Level::On,
            summary: format!("The {place} was {what} by {}{until}: messages wait", escape(&by, MAX_TEXT)),
            details: json!({ "target": target, "by": by, "reason": stop.reason, "at": stop.at.to_string() }),
            next: again.unwrap_or_else(|| LIST.to_owned()),
            since: Some(stop.at),
        });
    }

    fn observe_refusal(&mut self, flow: &FlowName, target: &TargetName, refusal: &RefusalStatus) {
        let RefusalStatus { cause, until, reason } = refusal;
        let what = match cause {
            HoldCause::Unauthorized => "refuses the host's credentials",
            _ => "refuses every delivery",
        };
        let place = place(flow, target.as_str());
        self.add(Found {
            kind: AlertKind::TargetPaused,
            flow: Some(flow),
            about: Some(target.as_str()),
            level: Level::On,
            summary: format!("The {place} {what}, {}: messages wait", escape(reason, MAX_TEXT)),
            details: json!({ "target": target, "reason": reason, "probed_at": until.to_string() }),
            next: LIST.to_owned(),
            since: None,
        });
    }
}
