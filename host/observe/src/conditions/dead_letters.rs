//! Groups of dead letters that nobody has dealt with.

use gantry_core::alert::{AlertKind, Level};
use gantry_core::escape;
use gantry_store::{DeadLetterGroup, GroupFilter, GroupState, StoreError};
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

/// `2 dead letters in flow `orders` on the way to `erp``; while none is open, those that are replayed.
fn many(group: &DeadLetterGroup) -> String {
    let DeadLetterGroup { flow, target, counts, .. } = group;
    let way = target.as_ref().map_or_else(String::new, |target| format!(" on the way to `{target}`"));
    let letters = |count: u64| if count == 1 { "1 dead letter".to_owned() } else { format!("{count} dead letters") };
    match counts.open {
        0 => format!("{} in flow `{flow}`{way} under way again", letters(counts.replaying)),
        open => format!("{} in flow `{flow}`{way}", letters(open)),
    }
}
