//! Remembers which fingerprints were new lately, in memory: a restart forgets them.

use std::collections::HashMap;
use std::time::Duration;

use gantry_core::dead_letter::kind::MAX_NEW_KINDS;
use gantry_core::{FlowName, Timestamp};

/// For how long a fingerprint counts as new.
const NEW: Duration = Duration::from_secs(60 * 60);

/// The fingerprints that were new in each flow, and when.
#[derive(Default)]
pub(crate) struct NewKinds(HashMap<FlowName, HashMap<String, Timestamp>>);

impl NewKinds {
    /// Whether a flow may have this fingerprint, which has no group.
    pub(crate) fn admit(&mut self, flow: &FlowName, fingerprint: &str, now: Timestamp) -> bool {
        let of_flow = self.0.entry(flow.clone()).or_default();
        of_flow.retain(|_, at| *at <= now && now.since(*at) < NEW);
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
