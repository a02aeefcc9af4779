//! Remembers which fingerprints were new lately, in memory; a start reads them from the groups.

use std::collections::HashMap;
use std::time::Duration;

use gantry_core::dead_letter::kind::MAX_NEW_KINDS;
use gantry_core::{FlowName, Timestamp};

use crate::groups::group::DeadLetterGroup;

/// For how long a fingerprint counts as new.
const NEW: Duration = Duration::from_secs(60 * 60);

/// The fingerprints that were new in each flow, and when.
#[derive(Default)]
pub(crate) struct NewKinds(HashMap<FlowName, HashMap<String, Timestamp>>);

impl NewKinds {
    /// Counts a group that is there at start, if it is new.
    pub(crate) fn remember(&mut self, group: &DeadLetterGroup, now: Timestamp) {
        if is_new(group.first_seen, now) {
            let of_flow = self.0.entry(group.flow.clone()).or_default();
            of_flow.insert(group.fingerprint.clone(), group.first_seen);
        }
    }

    /// Whether a flow may have this fingerprint, which has no group.
    pub(crate) fn admit(&mut self, flow: &FlowName, fingerprint: &str, now: Timestamp) -> bool {
        let of_flow = self.0.entry(flow.clone()).or_default();
        of_flow.retain(|_, at| is_new(*at, now));
        if of_flow.contains_key(fingerprint) {
            return true;
        }
        let has_room = of_flow.len() < MAX_NEW_KINDS;
        if has_room {
            of_flow.insert(fingerprint.to_owned(), now);
        }
        has_room
    }
}

fn is_new(first_seen: Timestamp, now: Timestamp) -> bool {
    first_seen <= now && now.since(first_seen) < NEW
}
