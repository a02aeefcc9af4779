//! The source of host events: a flow gets them as messages.
//!
//! Nothing is received here: the host itself puts the messages into the queues of the flows that ask for them.

mod table;

use std::collections::BTreeSet;

use gantry_config::kind::{SourceSettings, Unbounded};
use gantry_config::table::{At, NameText};
use gantry_config::{Code, Label, Lower, SourceKind};
use gantry_core::FlowName;

use crate::source::OpenSource;
use table::HostEventsTable;

/// What happens to the host, as messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostEvents {
    /// Events of these names; empty: all.
    pub events: BTreeSet<&'static str>,
    /// Events of these flows, and of the host as a whole; empty: of all.
    pub flows: BTreeSet<FlowName>,
}

/// The kind `host_events`.
pub(crate) struct Kind;

impl SourceKind for Kind {
    type Table = HostEventsTable;
    type Settings = HostEvents;

    const NAME: &'static str = "host_events";
    const ABOUT: &'static str =
        "What happens to the host: dead letters, breakers, targets, queues, the disk, deployments.";
    /// Host events are queued even if the queue is full, because no sender could be asked to try again.
    const UNBOUNDED: Option<Unbounded> = Some(Unbounded {
        message: "host events are queued whatever is queued already",
        help: "leave it out; `events` and `flows` say what comes",
    });

    fn lower(raw: HostEventsTable, lower: &mut Lower<'_>) -> Option<HostEvents> {
        let events = raw.events.unwrap_or_default().into_iter().map(|event| event.value.name()).collect();
        let flows: Vec<_> = raw.flows.unwrap_or_default().iter().map(|flow| other_flow(flow, lower)).collect();
        Some(HostEvents { events, flows: flows.into_iter().collect::<Option<_>>()? })
    }
}

impl SourceSettings for HostEvents {
    fn label(&self) -> Label {
        let place = self.events.iter().copied().collect::<Vec<_>>().join(", ");
        Label { kind: "host events".to_owned(), place }
    }

    fn is_about_the_host(&self) -> bool {
        true
    }
}

impl OpenSource for HostEvents {}

fn other_flow(flow: &At<NameText>, lower: &mut Lower<'_>) -> Option<FlowName> {
    let name: FlowName = lower.name(&flow.value, &flow.span)?;
    if lower.flow_name() == Some(&name) {
        let message = "a flow never gets events of itself: its failures would feed it for ever";
        lower.report(Code::Conflict, &flow.span, message, "leave it out");
        return None;
    }
    Some(name)
}
