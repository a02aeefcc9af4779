//! Flows that are delayed or broken.

use gantry_config::{show_duration, show_roughly};
use gantry_core::alert::{AlertKind, Level};
use gantry_core::{Timestamp, escape};
use gantry_engine::active_flows::ActiveFlow;
use serde_json::json;

use super::{Conditions, Found, MAX_WHY};
use crate::monitor;
use crate::view::HostView;

impl Conditions {
    pub(super) fn observe_queue(&mut self, host: &HostView, entry: &ActiveFlow, now: Timestamp) {
        let flow = &entry.flow.name;
        let limit = host.queue_age(&entry.flow);
        let depth = host.store.depth(flow);
        let Some(oldest) = depth.oldest else { return };
        let age = now.since(oldest);
        let waiting = monitor::waiting(&depth);
        let Some(level) = monitor::delay(age, limit) else { return };
        let old = show_roughly(age);
        let bound = show_duration(limit);
        let messages =
            if waiting == 1 { "its only message".to_owned() } else { format!("the oldest of {waiting} messages") };
        let summary = match level {
            Level::On => format!("Flow `{flow}` is delayed: {messages} is {old} old, the limit is {bound}"),
            Level::Between => {
                format!("In flow `{flow}` {messages} is {old} old, more than half of the limit of {bound}")
            }
        };
        self.add(Found {
            kind: AlertKind::QueueDelayed,
            flow: Some(flow),
            about: None,
            level,
            summary,
            details: json!({ "depth": waiting, "age_seconds": age.as_secs(), "oldest": oldest.to_string() }),
            next: format!("gantry queue list --flow {flow} --oldest"),
            since: Some(oldest.after(limit).min(now)),
        });
    }

    pub(super) fn observe_broken(&mut self, host: &HostView) {
        for broken in host.flows.broken().iter() {
            let flow = &broken.name;
            let why = escape(&broken.first(), MAX_WHY);
            let last_good = broken.last_good.map(|at| at.to_string());
            let summary = match &last_good {
                Some(at) => format!("Flow `{flow}` is broken and runs with the configuration of {at}: {why}"),
                None => format!("Flow `{flow}` is broken and does not run: {why}"),
            };
            self.add(Found {
                kind: AlertKind::FlowBroken,
                flow: Some(flow),
                about: None,
                level: Level::On,
                summary,
                details: json!({
                    "file": broken.file,
                    "why": why,
                    "since": broken.since.to_string(),
                    "last_good": last_good,
                    "look": broken.next(),
                }),
                next: broken.next(),
                since: Some(broken.since),
            });
        }
    }
}
