//! The host as a whole: its disk, the last reload, and versions that it rolled back.

use std::time::Duration;

use gantry_config::show_size;
use gantry_control::reload::ReloadResult;
use gantry_core::alert::{AlertKind, Level};
use gantry_core::{Timestamp, escape};
use serde_json::json;

use super::{Conditions, Found, MAX_WHY};
use crate::shell::quoted;
use crate::view::HostView;

/// How long the condition of a rolled back version lasts.
pub(super) const ROLLED_BACK_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// `312 MiB`: what is free, in a text.
pub(super) fn free(bytes: u64) -> String {
    match bytes >> 20 {
        0 => show_size(bytes),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

impl Conditions {
    pub(super) fn observe_disk(&mut self, host: &HostView) {
        if !host.disk.is_low() {
            return;
        }
        let bytes = host.store.free_disk_bytes().unwrap_or_default();
        self.add(Found {
            kind: AlertKind::DiskLow,
            flow: None,
            about: None,
            level: Level::On,
            summary: format!("The disk is low, {} are free: sources are refused until space is freed", free(bytes)),
            details: json!({ "free_bytes": bytes }),
            next: format!("du -xh --max-depth=2 {} | sort -h | tail", quoted(host.disk.dir())),
            since: None,
        });
    }

    pub(super) fn observe_reload(&mut self, host: &HostView) {
        let Some(last) = host.reloader.last().filter(|last| last.result == ReloadResult::Refused) else { return };
        let mistakes = escape(&last.mistakes(), MAX_WHY);
        self.add(Found {
            kind: AlertKind::ReloadRefused,
            flow: None,
            about: None,
            level: Level::On,
            summary: format!("The last reload was refused, what ran before runs on: {mistakes}"),
            details: json!({
                "mistakes": last.diagnostics.errors(), "at": last.at.to_string(), "look": "gantry reload",
            }),
            next: "gantry reload".to_owned(),
            since: None,
        });
    }

    /// Only versions that the host itself rolled back; an operator who does so needs no alert.
    pub(super) fn observe_deployments(&mut self, host: &HostView, now: Timestamp) {
        for rolled_back in host.deployer.rolled_back() {
            if now.since(rolled_back.at) >= ROLLED_BACK_FOR {
                continue;
            }
            let flow = &rolled_back.flow;
            let step = rolled_back.step.as_str();
            let key = self.add(Found {
                kind: AlertKind::DeploymentRolledBack,
                flow: Some(flow),
                about: Some(step),
                level: if rolled_back.retried { Level::Between } else { Level::On },
                summary: format!(
                    "{} was rolled back at step `{step}` of flow `{flow}`; {} is in force again",
                    rolled_back.to, rolled_back.from
                ),
                details: json!({
                    "step": step,
                    "plugin": rolled_back.to,
                    "deployment": rolled_back.number,
                    "look": "gantry deploy history",
                }),
                next: "gantry deploy history".to_owned(),
                since: Some(rolled_back.at),
            });
            if let Some(condition) = self.observed.get_mut(&key) {
                condition.observation.occurrence = Some(rolled_back.number);
            }
        }
    }
}
