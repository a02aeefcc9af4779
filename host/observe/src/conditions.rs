//! What is wrong with the host at present: alerts and `gantry status` both read it here, so they agree. A condition that is
//! absent is over; `over` says what is the case instead.
//!
//! Each file below reads conditions of one subject. Nothing here depends on events or notifies anybody.

mod dead_letters;
mod flows;
mod goals;
mod host;
mod intake;
mod over;
mod receipts;
mod refused_files;
mod targets;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use gantry_core::alert::{AlertKey, AlertKind, Level, Observation};
use gantry_core::{FlowName, Timestamp};
use gantry_engine::active_flows::ActiveFlow;
use gantry_store::{DeadLetterGroup, StoreError};
use serde_json::{Map, Value};

use self::goals::Faults;
use self::intake::Refusals;
use self::receipts::Receipts;
use self::refused_files::RefusedFiles;
use crate::alert_source::AlertSource;
use crate::view::HostView;

/// Most characters of a code or name in a summary.
const MAX_TEXT: usize = 80;

/// Most characters of a mistake and its place.
const MAX_WHY: usize = 300;

/// Reads the host; caches what is expensive to read, and remembers when a condition was first seen.
#[derive(Default)]
pub(crate) struct ConditionReader {
    groups: Vec<DeadLetterGroup>,
    /// The store's count of changes when the groups were read.
    read_at: Option<u64>,
    /// When the conditions that now hold were first seen by this process.
    first_seen: BTreeMap<AlertKey, Timestamp>,
    receipts: Receipts,
    refusals: Refusals,
    faults: Faults,
    refused_files: RefusedFiles,
}

/// The conditions found by one reading of the host.
#[derive(Default)]
pub(crate) struct Conditions {
    observed: BTreeMap<AlertKey, Condition>,
    owners: BTreeMap<FlowName, String>,
    /// The former names of flows that have any.
    former: BTreeMap<FlowName, Vec<FlowName>>,
}

/// One condition.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// What is wrong, and how clearly.
    pub(crate) observation: Observation,
    /// Since when; as far as it is known, which may be since this process has seen it.
    pub(crate) since: Timestamp,
    /// How many dead letters are open, of a condition that is about a group of them.
    pub(crate) open: Option<u64>,
    /// The text that its dead letters have in common. It may quote data, so it is for operators and never part of an alert.
    pub(crate) text: Option<String>,
}

/// A condition as the files below find it.
struct Found<'a> {
    kind: AlertKind,
    flow: Option<&'a FlowName>,
    about: Option<&'a str>,
    level: Level,
    summary: String,
    details: Value,
    next: String,
    /// Since when; none: since this process has seen it.
    since: Option<Timestamp>,
}

impl ConditionReader {
    /// Every condition of the host. Failures of the alerts' own flows are left out, because they would trigger further
    /// alerts.
    pub(crate) async fn read(&mut self, host: &HostView) -> Result<Conditions, StoreError> {
        self.read_groups(host).await?;
        let now = host.clock.now();
        let entries = host.flows.entries();
        let (of_alerts, others): (Vec<_>, Vec<_>) =
            entries.iter().partition(|entry| entry.flow.source.of_kind::<AlertSource>().is_some());
        let of_alerts: BTreeSet<_> = of_alerts.iter().map(|entry| &entry.flow.name).collect();
        let mut conditions =
            Conditions { owners: owners(host, &others), former: former(&others), ..Conditions::default() };
        for group in self.groups.iter().filter(|group| !of_alerts.contains(&group.flow)) {
            conditions.observe_group(group);
        }
        let expiring = host.store.expiring_dead_letters();
        for (flow, expiring) in expiring.iter().filter(|(flow, _)| !of_alerts.contains(flow)) {
            conditions.observe_expiring(flow, *expiring);
        }
        self.receipts.read(host, &others, now).await?;
        self.refused_files.look(&others, now).await;
        self.refusals.retain(&others);
        self.faults.retain(&others);
        conditions.observe_refused_files(&self.refused_files);
        let thresholds = host.thresholds();
        for entry in others {
            conditions.observe_changed_files(&mut self.refused_files, entry, now);
            conditions.observe_refusals(&mut self.refusals, host, entry, thresholds, now);
            conditions.observe_dead_letter_room(host, entry);
            conditions.observe_faults(&mut self.faults, entry, thresholds, now);
            conditions.observe_silence(&self.receipts, entry, now);
            conditions.observe_criteria(entry);
            entry.targets.iter().for_each(|(name, gate)| conditions.observe_target(&entry.flow.name, name, gate, now));
            conditions.observe_queue(host, entry, now);
        }
        conditions.observe_disk(host);
        conditions.observe_deployments(host, now);
        conditions.observe_broken(host);
        conditions.observe_reload(host);
        self.remember(&mut conditions, now);
        Ok(conditions)
    }

    /// Conditions that don't say since when they hold do so since they were first seen.
    fn remember(&mut self, conditions: &mut Conditions, now: Timestamp) {
        self.first_seen.retain(|key, _| conditions.observed.contains_key(key));
        for (key, condition) in &mut conditions.observed {
            let seen = *self.first_seen.entry(key.clone()).or_insert(now);
            if condition.since == Timestamp::default() {
                condition.since = seen;
            }
        }
    }
}

impl Conditions {
    /// The conditions of these groups of dead letters.
    pub(crate) fn of_groups(groups: &[DeadLetterGroup]) -> Self {
        let mut conditions = Self::default();
        groups.iter().for_each(|group| conditions.observe_group(group));
        conditions
    }

    /// Every condition.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&AlertKey, &Condition)> {
        self.observed.iter()
    }

    /// Who is responsible for a flow.
    pub(crate) fn owner(&self, flow: Option<&FlowName>) -> Option<&str> {
        self.owners.get(flow?).map(String::as_str)
    }

    /// The names that a flow had before.
    pub(crate) fn former_names(&self, flow: Option<&FlowName>) -> &[FlowName] {
        flow.and_then(|flow| self.former.get(flow)).map(Vec::as_slice).unwrap_or_default()
    }

    fn add(&mut self, found: Found<'_>) -> AlertKey {
        let Found { kind, flow, about, level, summary, details, next, since } = found;
        let details = match details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        let owner = self.owner(flow).map(str::to_owned);
        let key = AlertKey { kind, flow: flow.cloned(), about: about.map(str::to_owned) };
        let observation = Observation { level, summary, details, owner, next, occurrence: None };
        let condition = Condition { observation, since: since.unwrap_or_default(), open: None, text: None };
        self.observed.insert(key.clone(), condition);
        key
    }
}

/// The former names of the flows that have any.
fn former(entries: &[&ActiveFlow]) -> BTreeMap<FlowName, Vec<FlowName>> {
    let renamed = entries.iter().map(|entry| &entry.flow).filter(|flow| !flow.formerly.is_empty());
    renamed.map(|flow| (flow.name.clone(), flow.formerly.clone())).collect()
}

/// The owners of the flows that have one, broken ones included.
fn owners(host: &HostView, entries: &[&ActiveFlow]) -> BTreeMap<FlowName, String> {
    let broken = host.flows.broken();
    let flows = entries.iter().map(|entry| &entry.flow).chain(broken.iter().filter_map(|broken| broken.flow.as_ref()));
    let owners = flows.filter(|flow| !flow.purpose.owner.is_empty());
    owners.map(|flow| (flow.name.clone(), flow.purpose.owner.clone())).collect()
}
