//! Stand-ins for flows that can't run: their own configurations, as they were last in force. One that can't run either, or
//! that would take the name or the messages of another flow, is not used.

use std::collections::BTreeSet;

use gantry_config::Flow;
use gantry_core::FlowName;
use gantry_security::Environment;
use gantry_transport::source::webhook::RouteTable;

use super::{Carried, Planned, Refusal, Renewal, Snapshot, renew};
use crate::diagnose::chain;
use crate::last_good::LastGood;

/// Adds what can stand in for the broken flows to the plan, and notes it with them.
pub(super) fn add(now: &Snapshot, broken: &mut [Carried], planned: &mut Vec<Planned>, env: Environment<'_>) {
    let own: BTreeSet<_> = now.alert_flows.iter().map(|flow| flow.name.clone()).collect();
    for at in 0..broken.len() {
        let Some(LastGood { flow, at: since }) = find(now, &broken[at]) else { continue };
        let mut others = broken.iter().enumerate().filter(|(other, _)| *other != at);
        let is_taken = own.contains(&flow.name)
            || others.any(|(_, other)| other.entry.name == flow.name)
            || planned.iter().any(|other| conflicts(&flow, &other.flow));
        if is_taken {
            tracing::warn!(flow = %flow.name, "a broken flow can't run with the configuration that was last in force: another flow has its name, or takes its messages");
            continue;
        }
        if let Some(renewal) = ready(now, &flow, env) {
            let entry = &mut broken[at].entry;
            entry.name = flow.name.clone();
            entry.last_good = Some(since);
            planned.push(Planned { flow, renewal });
        }
    }
}

/// What runs in place of this flow already, or else what was last in force.
fn find(now: &Snapshot, broken: &Carried) -> Option<LastGood> {
    let files = now.last_good.as_ref()?;
    let name = &broken.entry.name;
    let mut running = now.standing_in.iter();
    if let Some(running) = running.find(|good| good.flow.name == *name || good.flow.file == broken.entry.file) {
        return Some(running.clone());
    }
    let names: Vec<_> = std::iter::once(name).chain(&broken.formerly).collect();
    files.find(&broken.entry.file, &names, &gantry_transport::kinds()).unwrap_or_else(|error| {
        tracing::warn!(flow = %name, error = chain(&error), "a broken flow can't run with the configuration that was last in force");
        None
    })
}

/// Whether two flows can't run beside each other.
fn conflicts(one: &Flow, other: &Flow) -> bool {
    let takes_the_same = one.source.intake().is_some_and(|intake| other.source.intake() == Some(intake));
    one.name == other.name || takes_the_same
}

/// What is needed to run it; `Some(None)` if it runs already, and none if it can't run.
fn ready(now: &Snapshot, flow: &Flow, env: Environment<'_>) -> Option<Option<Renewal>> {
    let (_, unserved) = RouteTable::build([flow], env);
    let mut faults = Refusal::default();
    let renewal = renew(now, flow, env, &mut faults);
    let name: &FlowName = &flow.name;
    if faults.is_empty() && unserved.is_empty() {
        return Some(renewal);
    }
    let why = unserved.iter().map(|error| chain(error)).chain(faults.flows.iter().map(|(_, error)| chain(error)));
    let why: Vec<_> = why.chain(faults.sources.iter().map(|error| chain(error))).collect();
    tracing::warn!(flow = %name, why = why.join("; "), "a broken flow can't run with the configuration that was last in force either");
    None
}
