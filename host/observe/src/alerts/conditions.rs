//! Reads the conditions of a host: which hold, and which hold in part. A condition that is absent is over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use gantry_config::{Alert, show_duration};
use gantry_control::reload::ReloadResult;
use gantry_core::alert::{AlertKey, AlertKind, Level, Observation};
use gantry_core::{BreakerState, FlowName, HoldCause, StopKind, TargetName, Timestamp, escape};
use gantry_engine::active_flows::ActiveFlow;
use gantry_engine::gate::{Gate, GateStatus, RefusalStatus};
use gantry_store::{DeadLetterGroup, GroupFilter, GroupState, StoreError};
use serde_json::{Map, Value, json};

use super::flow::AlertSource;
use crate::monitor;
use crate::view::HostView;

/// Most dead letter groups that are read, those with the most open dead letters first.
const MAX_GROUPS: usize = 10_000;

/// How long the condition of a rolled back version lasts.
const ROLLED_BACK_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Most characters of a code or name in a summary.
const MAX_TEXT: usize = 80;

/// Most characters of a mistake and its place.
const MAX_WHY: usize = 300;

/// Reads the host; caches what is expensive to read.
#[derive(Default)]
pub(super) struct ConditionReader {
    groups: Vec<DeadLetterGroup>,
    /// The store's count of changes when the groups were read.
    read_at: Option<u64>,
}

/// The conditions found by one reading of the host.
#[derive(Default)]
pub(super) struct Conditions {
    observed: BTreeMap<AlertKey, Observation>,
    /// Open dead letters of each group.
    open: BTreeMap<AlertKey, u64>,
}

impl ConditionReader {
    /// Every condition of the host. Failures of the alerts' own flows are left out, because they would trigger further
    /// alerts.
    pub(super) async fn read(&mut self, host: &HostView) -> Result<Conditions, StoreError> {
        self.read_groups(host).await?;
        let mut conditions = Conditions::default();
        let now = host.clock.now();
        let entries = host.flows.entries();
        let (of_alerts, others): (Vec<_>, Vec<_>) =
            entries.iter().partition(|entry| entry.flow.source.of_kind::<AlertSource>().is_some());
        let of_alerts: BTreeSet<_> = of_alerts.iter().map(|entry| &entry.flow.name).collect();
        for group in self.groups.iter().filter(|group| !of_alerts.contains(&group.flow)) {
            conditions.observe_group(group);
        }
        for entry in others {
            entry.targets.iter().for_each(|(name, gate)| conditions.observe_target(&entry.flow.name, name, gate, now));
            conditions.observe_queue(host, entry, now);
        }
        if host.disk.is_low() {
            let free = host.store.free_disk_bytes().unwrap_or_default();
            let summary = format!("The disk is low, {free} bytes are free: sources are refused until space is freed");
            conditions.observe(AlertKind::DiskLow, None, None, Level::On, summary, json!({ "free_bytes": free }));
        }
        conditions.observe_deployments(host, now);
        conditions.observe_broken(host);
        conditions.observe_reload(host);
        Ok(conditions)
    }

    async fn read_groups(&mut self, host: &HostView) -> Result<(), StoreError> {
        // Read before the groups, so that changes during the read lead to another read.
        let changes = host.store.dead_letter_changes();
        if self.read_at != Some(changes) {
            let filter = GroupFilter { limit: Some(MAX_GROUPS), ..GroupFilter::default() };
            self.groups = host.store.dead_letter_groups(filter).await?;
            self.read_at = Some(changes);
        }
        Ok(())
    }
}

impl Conditions {
    /// The conditions that concern one alert.
    pub(super) fn of(&self, alert: &Alert) -> BTreeMap<AlertKey, Observation> {
        let concerned = self.observed.iter().filter(|(key, _)| alert.concerns(key.kind, key.flow.as_ref()));
        let leveled = concerned.map(|(key, observation)| {
            let is_below = self.open.get(key).is_some_and(|open| *open < alert.dead_letters);
            let level = if is_below { Level::Between } else { observation.level };
            (key.clone(), Observation { level, ..observation.clone() })
        });
        leveled.collect()
    }

    fn observe(
        &mut self,
        kind: AlertKind,
        flow: Option<&FlowName>,
        about: Option<&str>,
        level: Level,
        summary: String,
        details: Value,
    ) -> AlertKey {
        let details = match details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        let key = AlertKey { kind, flow: flow.cloned(), about: about.map(str::to_owned) };
        self.observed.insert(key.clone(), Observation { level, summary, details });
        key
    }

    /// The condition of a dead letter group. It is over once no dead letter is open, or once an operator has acknowledged
    /// the group. While dead letters are replayed, it holds in part.
    fn observe_group(&mut self, group: &DeadLetterGroup) {
        let open = group.counts.open;
        let replaying = group.counts.replaying;
        if group.state != GroupState::Open || open + replaying == 0 {
            return;
        }
        let level = if open > 0 { Level::On } else { Level::Between };
        let dead_letters = if open == 1 { "1 dead letter".to_owned() } else { format!("{open} dead letters") };
        let way = group.target.as_ref().map_or_else(String::new, |target| format!(" on the way to `{target}`"));
        let flow = &group.flow;
        let code = escape(&group.code, MAX_TEXT);
        let stage = group.stage.name();
        let summary = format!("{dead_letters} in flow `{flow}`{way}: {code}, at stage {stage}; {}", group.fingerprint);
        let details = json!({
            "open": open,
            "code": code,
            "stage": stage,
            "target": group.target,
            "fingerprint": group.fingerprint,
            "first_seen": group.first_seen.to_string(),
            "last_seen": group.last_seen.to_string(),
            "look": format!("gantry dlq group {}", group.fingerprint),
        });
        let about = Some(group.fingerprint.as_str());
        let key = self.observe(AlertKind::DeadLetters, Some(flow), about, level, summary, details);
        self.open.insert(key, open);
    }

    fn observe_target(&mut self, flow: &FlowName, target: &TargetName, gate: &Arc<Gate>, now: Timestamp) {
        let GateStatus { stop, refusal, breaker, open_until, .. } = gate.status(now);
        let flow_name = Some(flow);
        let about = Some(target.as_str());
        let place = format!("target `{target}` of flow `{flow}`");
        let level = match breaker {
            Some((BreakerState::Open, ..)) => Some(Level::On),
            Some((BreakerState::HalfOpen, ..)) => Some(Level::Between),
            _ => None,
        };
        if let (Some(level), Some((_, calls, failures))) = (level, breaker) {
            let summary = format!("The breaker of {place} is open, {failures} of {calls} calls failed: messages wait");
            let until = open_until.map(|until| until.to_string());
            let details = json!({ "target": target, "calls": calls, "failures": failures, "until": until });
            self.observe(AlertKind::BreakerOpen, flow_name, about, level, summary, details);
        }
        match (stop, refusal) {
            (Some(stop), _) => {
                let by = stop.by.clone().unwrap_or_else(|| "the target".to_owned());
                let details = json!({ "target": target, "by": by, "reason": stop.reason, "at": stop.at.to_string() });
                let (kind, what) = match stop.kind {
                    StopKind::Paused => (AlertKind::TargetPaused, "paused"),
                    StopKind::Disabled => (AlertKind::TargetDisabled, "disabled"),
                };
                let until = stop.until.map(|until| format!(" until {until}")).unwrap_or_default();
                let summary = format!("The {place} was {what} by {}{until}: messages wait", escape(&by, MAX_TEXT));
                self.observe(kind, flow_name, about, Level::On, summary, details);
            }
            (None, Some(RefusalStatus { cause, until, reason })) => {
                let what = match cause {
                    HoldCause::Unauthorized => "refuses the host's credentials",
                    _ => "refuses every delivery",
                };
                let summary = format!("The {place} {what}, {}: messages wait", escape(&reason, MAX_TEXT));
                let details = json!({ "target": target, "reason": reason, "probed_at": until.to_string() });
                self.observe(AlertKind::TargetPaused, flow_name, about, Level::On, summary, details);
            }
            (None, None) => {}
        }
    }

    fn observe_queue(&mut self, host: &HostView, entry: &ActiveFlow, now: Timestamp) {
        let flow = &entry.flow.name;
        let limit = host.queue_age(&entry.flow);
        let depth = host.store.depth(flow);
        let Some(oldest) = depth.oldest else { return };
        let age = now.since(oldest);
        let waiting = monitor::waiting(&depth);
        let Some(level) = monitor::delay(age, limit) else { return };
        let seconds = age.as_secs();
        let limit = show_duration(limit);
        let summary =
            format!("Flow `{flow}` is delayed: its oldest of {waiting} messages is {seconds} s old, more than {limit}");
        let details = json!({ "depth": waiting, "age_seconds": seconds, "oldest": oldest.to_string() });
        self.observe(AlertKind::QueueDelayed, Some(flow), None, level, summary, details);
    }

    fn observe_broken(&mut self, host: &HostView) {
        for broken in host.flows.broken().iter() {
            let flow = &broken.name;
            let why = escape(&broken.first(), MAX_WHY);
            let last_good = broken.last_good.map(|at| at.to_string());
            let summary = match &last_good {
                Some(at) => format!("Flow `{flow}` is broken and runs with the configuration of {at}: {why}"),
                None => format!("Flow `{flow}` is broken and does not run: {why}"),
            };
            let details = json!({
                "file": broken.file,
                "why": why,
                "since": broken.since.to_string(),
                "last_good": last_good,
                "look": broken.next(),
            });
            self.observe(AlertKind::FlowBroken, Some(flow), None, Level::On, summary, details);
        }
    }

    fn observe_reload(&mut self, host: &HostView) {
        let Some(last) = host.reloader.last().filter(|last| last.result == ReloadResult::Refused) else { return };
        let mistakes = escape(&last.mistakes(), MAX_WHY);
        let summary = format!("The last reload was refused, what ran before runs on: {mistakes}");
        let details =
            json!({ "mistakes": last.diagnostics.errors(), "at": last.at.to_string(), "look": "gantry reload" });
        self.observe(AlertKind::ReloadRefused, None, None, Level::On, summary, details);
    }

    /// Only versions that the host itself rolled back; an operator who does so needs no alert.
    fn observe_deployments(&mut self, host: &HostView, now: Timestamp) {
        for rolled_back in host.deployer.rolled_back() {
            if now.since(rolled_back.at) >= ROLLED_BACK_FOR {
                continue;
            }
            let flow = &rolled_back.flow;
            let step = rolled_back.step.as_str();
            let summary = format!(
                "{} was rolled back at step `{step}` of flow `{flow}`; {} is in force again",
                rolled_back.to, rolled_back.from
            );
            let details = json!({
                "step": step,
                "plugin": rolled_back.to,
                "deployment": rolled_back.number,
                "look": "gantry deploy history",
            });
            let level = if rolled_back.retried { Level::Between } else { Level::On };
            self.observe(AlertKind::DeploymentRolledBack, Some(flow), Some(step), level, summary, details);
        }
    }
}
