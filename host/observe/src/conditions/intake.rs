//! Sources that refuse what comes in, and sources from which nothing comes.

use std::collections::BTreeMap;
use std::time::Duration;

use gantry_config::{show_duration, show_roughly, show_size};
use gantry_core::alert::{AlertKind, Level};
use gantry_core::{FlowName, Timestamp, counted};
use gantry_engine::active_flows::ActiveFlow;
use serde_json::json;

use super::receipts::Receipts;
use super::window::Window;
use super::{Conditions, Found};
use crate::shell::quoted;
use crate::view::{HostView, Thresholds};

/// One kind of refusal that somebody should know of.
pub(super) struct Refusing {
    /// As alerts name it.
    pub(super) about: &'static str,
    /// The reasons that belong to it.
    reasons: &'static [&'static str],
    /// What happens to the senders.
    says: &'static str,
    /// Whether its bound is that of requests from unknown senders.
    is_of_strangers: bool,
    next: &'static str,
}

/// The disk has less room than its reserve.
const DISK_FULL: &str = "disk_full";
/// Senders are not who they say they are, or their credentials are wrong.
const UNAUTHORIZED: &str = "unauthorized";

/// Refusals that somebody should know of. The others are about single requests.
const REFUSING: [Refusing; 5] = [
    Refusing {
        about: "queue_full",
        reasons: &["queue_full"],
        says: "its queue is at its bound",
        is_of_strangers: false,
        next: "gantry flow list",
    },
    Refusing {
        about: "over_quota",
        reasons: &["over_quota"],
        says: "the queues of all flows are at `store.quota`",
        is_of_strangers: false,
        next: "gantry flow list",
    },
    Refusing {
        about: DISK_FULL,
        reasons: &["disk_full"],
        says: "the disk is low",
        is_of_strangers: false,
        next: "df -h",
    },
    Refusing {
        about: "body_memory_full",
        reasons: &["body_memory_full"],
        says: "the bodies of requests take as much memory as they may",
        is_of_strangers: false,
        next: "gantry flow list",
    },
    Refusing {
        about: UNAUTHORIZED,
        reasons: &["missing_credentials", "invalid_credentials", "stale_timestamp"],
        says: "the sender's credentials are wrong",
        is_of_strangers: true,
        next: "gantry check",
    },
];

/// The refusals of every flow within the window.
#[derive(Default)]
pub(super) struct Refusals(BTreeMap<(FlowName, &'static str), Window>);

impl Refusals {
    /// Forgets flows that are gone.
    pub(super) fn retain(&mut self, entries: &[&ActiveFlow]) {
        self.0.retain(|(flow, _), _| entries.iter().any(|entry| entry.flow.name == *flow));
    }
}

impl Conditions {
    pub(super) fn observe_refusals(
        &mut self,
        refusals: &mut Refusals,
        host: &HostView,
        entry: &ActiveFlow,
        thresholds: Thresholds,
        now: Timestamp,
    ) {
        let flow = &entry.flow.name;
        let within = thresholds.count_within;
        for Refusing { about, reasons, says, is_of_strangers, next } in REFUSING {
            let total = reasons.iter().map(|reason| entry.metrics.refused(reason)).sum();
            let window = refusals.0.entry((flow.clone(), about)).or_default();
            let count = window.rise(total, now, within);
            let bound = if is_of_strangers { thresholds.unauthorized_requests } else { thresholds.refused_requests };
            let Some(level) = level(count, bound) else { continue };
            let is_over = about == DISK_FULL && !host.disk.is_low();
            let level = if is_over { Level::Between } else { level };
            let says = if is_over { "the disk was low, and has room again" } else { says };
            let requests = counted(count, "request");
            let period = show_duration(within);
            self.add(Found {
                kind: AlertKind::IntakeRefusing,
                flow: Some(flow),
                about: Some(about),
                level,
                summary: format!(
                    "Flow `{flow}` refused {requests} within the last {period} as {}: {says}",
                    reasons.join(" or ")
                ),
                details: json!({ "requests": count, "within_seconds": within.as_secs(), "reasons": reasons }),
                next: match about {
                    UNAUTHORIZED => format!("{next} {}", quoted(&entry.flow.file)),
                    DISK_FULL => format!("{next} {}", quoted(host.disk.dir())),
                    _ => next.to_owned(),
                },
                since: window.began(),
            });
        }
    }

    /// A flow with as many dead letters as it may have refuses what comes, and leaves what it has in its queue: whether anybody
    /// asks or not.
    pub(super) fn observe_dead_letter_room(&mut self, host: &HostView, entry: &ActiveFlow) {
        let flow = &entry.flow.name;
        let bound = entry.flow.dead_letter_bytes;
        let Some(since) = host.dead_letters.full_since(flow, bound) else { return };
        let bytes = host.store.dead_letter_bytes(flow);
        let size = show_size(bytes);
        self.add(Found {
            kind: AlertKind::IntakeRefusing,
            flow: Some(flow),
            about: Some("dead_letters_full"),
            level: Level::On,
            summary: format!(
                "Flow `{flow}` takes nothing in and its queue waits: its dead letters, {size}, or those of all flows are at \
                 their bound"
            ),
            details: json!({ "bytes": bytes, "bound": bound }),
            next: "gantry dlq groups".to_owned(),
            since: Some(since),
        });
    }

    /// A flow that says after what time without a message somebody should look.
    pub(super) fn observe_silence(&mut self, receipts: &Receipts, entry: &ActiveFlow, now: Timestamp) {
        let Some(bound) = entry.flow.silent_after else { return };
        let Some(receipt) = receipts.of(&entry.flow.name) else { return };
        let flow = &entry.flow.name;
        let silent = now.since(receipt.last);
        if silent < bound {
            return;
        }
        // While the host did not run, nothing could come in: an alert that fires goes on, and none begins.
        let level = if now.since(receipts.since()) < bound { Level::Between } else { Level::On };
        let lasts = show_roughly(silent);
        let limit = show_duration(bound);
        self.add(Found {
            kind: AlertKind::FlowSilent,
            flow: Some(flow),
            about: None,
            level,
            summary: format!("Flow `{flow}` has got no message for {lasts}; {limit} is its bound"),
            details: json!({ "last_message": receipt.last.to_string(), "silent_seconds": silent.as_secs() }),
            next: "gantry flow list".to_owned(),
            since: Some(receipt.last.after(bound).min(now)),
        });
    }
}

/// Whether so many within the window are too many. Once they were, it is over when the window is empty.
pub(super) const fn level(count: u64, bound: u64) -> Option<Level> {
    match count {
        0 => None,
        _ if count >= bound => Some(Level::On),
        _ => Some(Level::Between),
    }
}

/// `10m`, or how long the host has run if that is shorter: what is known of the past.
pub(super) fn known_past(host: &HostView, running_since: Timestamp) -> String {
    let uptime = host.clock.now().since(running_since);
    let within = host.thresholds().count_within;
    if uptime < within { show_roughly(uptime.max(Duration::from_secs(1))) } else { show_duration(within) }
}
