//! Groups of dead letters that nobody has dealt with.

use gantry_core::alert::{AlertKind, Level};
use gantry_core::{FlowName, counted, escape};
use gantry_store::{DeadLetterGroup, Expiring, GroupFilter, GroupState, StoreError};
use serde_json::json;

use super::{ConditionReader, Conditions, Found, MAX_TEXT};
use crate::view::HostView;

/// Most dead letter groups that are read, those with the most open dead letters first.
const MAX_GROUPS: usize = 10_000;

impl ConditionReader {
    /// Reads the groups again if one has changed.
    pub(super) async fn read_groups(&mut self, host: &HostView) -> Result<(), StoreError> {
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
    /// Dead letters that nobody has closed are about to be removed, whatever their groups' states.
    pub(super) fn observe_expiring(&mut self, flow: &FlowName, expiring: Expiring) {
        let Expiring { dead_letters, first } = expiring;
        let count = counted(dead_letters, "dead letter");
        self.add(Found {
            kind: AlertKind::DeadLetters,
            flow: Some(flow),
            about: Some(EXPIRING),
            level: Level::On,
            summary: format!(
                "{count} in flow `{flow}` that nobody has closed will be removed for good, the first at {first}: their time \
                 (`dead_letters.keep`) is over"
            ),
            details: json!({ "expiring": dead_letters, "first": first.to_string() }),
            next: format!("gantry dlq list --flow {flow} --expires-within 1d"),
            since: None,
        });
    }

    /// The condition of a dead letter group. It is over once no dead letter is open, or once an operator has acknowledged
    /// the group. While dead letters are replayed, it holds in part.
    pub(super) fn observe_group(&mut self, group: &DeadLetterGroup) {
        let open = group.counts.open;
        let replaying = group.counts.replaying;
        if group.state != GroupState::Open || open + replaying == 0 {
            return;
        }
        let flow = &group.flow;
        let code = escape(&group.code, MAX_TEXT);
        let stage = group.stage.name();
        let look = format!("gantry dlq group {}", group.fingerprint);
        let key = self.add(Found {
            kind: AlertKind::DeadLetters,
            flow: Some(flow),
            about: Some(&group.fingerprint),
            level: if open > 0 { Level::On } else { Level::Between },
            summary: format!("{}: {code}, at stage {stage}; {}", many(group), group.fingerprint),
            details: json!({
                "open": open,
                "code": code,
                "stage": stage,
                "target": group.target,
                "fingerprint": group.fingerprint,
                "first_seen": group.first_seen.to_string(),
                "last_seen": group.last_seen.to_string(),
                "look": look,
            }),
            next: look,
            since: Some(group.open_since.unwrap_or(group.first_seen)),
        });
        if let Some(condition) = self.observed.get_mut(&key) {
            condition.open = Some(open);
            condition.text = group.kind.as_ref().map(|kind| escape(kind.text(), MAX_TEXT));
        }
    }
}

/// What an alert about dead letters is about that will be removed, instead of a fingerprint.
pub(super) const EXPIRING: &str = "expiring";

/// `2 dead letters in flow `orders` on the way to `erp``; while none is open, those that are replayed.
fn many(group: &DeadLetterGroup) -> String {
    let DeadLetterGroup { flow, target, counts, .. } = group;
    let way = target.as_ref().map_or_else(String::new, |target| format!(" on the way to `{target}`"));
    match counts.open {
        0 => format!("{} in flow `{flow}`{way} under way again", counted(counts.replaying, "dead letter")),
        open => format!("{} in flow `{flow}`{way}", counted(open, "dead letter")),
    }
}
