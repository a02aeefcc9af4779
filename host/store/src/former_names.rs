//! The former names of flows. Values of duplicate detection and idempotency keys are stored under digests of the flow's
//! name, from which no value can be read: so a flow that was renamed is asked under its former names as well. `rename`
//! records them, `ownership` says which of two flows with one name a message belongs to.

use std::collections::BTreeMap;

use gantry_core::{FlowName, Timestamp};
use parking_lot::RwLock;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::keys;

/// The former names of one flow, and when each was given up.
pub(crate) type Former = BTreeMap<FlowName, Timestamp>;

/// The former names of all flows.
#[derive(Default)]
pub(crate) struct FormerNames(RwLock<BTreeMap<FlowName, Former>>);

impl FormerNames {
    /// Reads the former names at start.
    pub(crate) fn load(&self, disk: &Disk) -> Result<(), StoreError> {
        for pair in disk.scan(&[keys::FORMER_NAME], None) {
            let (key, value) = pair?;
            let at = <[u8; 8]>::try_from(value.as_slice()).map(u64::from_be_bytes).unwrap_or_default();
            if let Some((flow, former)) = keys::read_former_name(&key) {
                self.0.write().entry(flow).or_default().insert(former, Timestamp(at));
            }
        }
        Ok(())
    }

    /// The former names of a flow.
    pub(crate) fn of(&self, flow: &FlowName) -> Former {
        self.0.read().get(flow).cloned().unwrap_or_default()
    }

    /// When a name was last given up.
    pub(crate) fn given_up_at(&self, name: &FlowName) -> Option<Timestamp> {
        self.0.read().values().filter_map(|former| former.get(name)).max().copied()
    }

    /// The flow that took over what was received under a name.
    pub(crate) fn successor(&self, name: &FlowName) -> Option<FlowName> {
        let all = self.0.read();
        let (flow, _) =
            all.iter().filter(|(_, former)| former.contains_key(name)).max_by_key(|(_, former)| former[name])?;
        Some(flow.clone())
    }

    /// The former names of `to` once it takes over from `from`: those of `from` are among them. A flow that gets a former name of its own
    /// back has it no longer given up.
    pub(crate) fn after(&self, from: &FlowName, to: &FlowName, now: Timestamp) -> Former {
        let mut former = self.of(to);
        former.extend(self.of(from));
        former.insert(from.clone(), now);
        former.remove(to);
        former
    }

    /// Sets the former names of `to`, which has taken over from `from`.
    pub(crate) fn set(&self, from: &FlowName, to: FlowName, former: Former) {
        let mut all = self.0.write();
        all.remove(from);
        all.insert(to, former);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> FlowName {
        name.parse().unwrap()
    }

    fn rename(names: &FormerNames, from: &str, to: &str, at: u64) {
        names.set(&name(from), name(to), names.after(&name(from), &name(to), Timestamp(at)));
    }

    #[test]
    fn a_flow_has_the_former_names_of_those_that_it_took_over_from() {
        let names = FormerNames::default();
        rename(&names, "a", "b", 1);
        rename(&names, "b", "c", 2);
        assert_eq!(names.of(&name("c")), [(name("a"), Timestamp(1)), (name("b"), Timestamp(2))].into());
        assert_eq!((names.of(&name("b")), names.given_up_at(&name("a"))), (Former::new(), Some(Timestamp(1))));
    }

    #[test]
    fn a_name_that_a_flow_gets_back_is_not_given_up() {
        let names = FormerNames::default();
        rename(&names, "a", "b", 1);
        rename(&names, "b", "a", 2);
        assert_eq!(names.of(&name("a")), [(name("b"), Timestamp(2))].into());
        assert_eq!(names.given_up_at(&name("a")), None);
    }
}
