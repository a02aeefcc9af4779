//! The former names of flows. Values of duplicate detection and idempotency keys are stored under digests of the flow's
//! name, from which no value can be read: so a flow that was renamed is asked under its former names as well. `rename`
//! records them, `ownership` says which of two flows with one name a message belongs to. A takeover that was interrupted is
//! finished by the next start, whatever the flows' files say then: another flow may have the name by that time.

use std::collections::BTreeMap;

use gantry_core::{FlowName, Timestamp};
use parking_lot::RwLock;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::keys;

/// The former names of one flow.
pub(crate) type Former = BTreeMap<FlowName, GivenUp>;

/// A name that was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GivenUp {
    /// When.
    pub(crate) at: Timestamp,
    /// Whether something may still be stored under it.
    pub(crate) is_under_way: bool,
}

/// The end of a record while the takeover is under way.
const UNDER_WAY: u8 = 1;

impl GivenUp {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let end = self.is_under_way.then_some(UNDER_WAY);
        self.at.0.to_be_bytes().into_iter().chain(end).collect()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (at, end) = bytes.split_first_chunk::<8>()?;
        Some(Self { at: Timestamp(u64::from_be_bytes(*at)), is_under_way: end == [UNDER_WAY] })
    }
}

/// The former names of all flows.
#[derive(Default)]
pub(crate) struct FormerNames(RwLock<BTreeMap<FlowName, Former>>);

impl FormerNames {
    /// Reads the former names at start.
    pub(crate) fn load(&self, disk: &Disk) -> Result<(), StoreError> {
        for pair in disk.scan(&[keys::FORMER_NAME], None) {
            let (key, value) = pair?;
            if let (Some((flow, former)), Some(given_up)) = (keys::read_former_name(&key), GivenUp::from_bytes(&value))
            {
                self.0.write().entry(flow).or_default().insert(former, given_up);
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
        self.0.read().values().filter_map(|former| former.get(name)).map(|given_up| given_up.at).max()
    }

    /// The takeovers that are under way: from which flow to which.
    pub(crate) fn under_way(&self) -> Vec<(FlowName, FlowName)> {
        let all = self.0.read();
        let names =
            all.iter().flat_map(|(flow, former)| former.iter().map(move |(name, given_up)| (name, flow, given_up)));
        let under_way = names.filter(|(.., given_up)| given_up.is_under_way);
        under_way.map(|(former, flow, _)| (former.clone(), flow.clone())).collect()
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
        let before = former.get(from).filter(|given_up| given_up.is_under_way);
        let at = before.map_or(now, |given_up| given_up.at);
        former.insert(from.clone(), GivenUp { at, is_under_way: true });
        former.remove(to);
        former
    }

    /// Sets the former names of `to`, which has taken over from `from`.
    pub(crate) fn set(&self, from: &FlowName, to: FlowName, former: Former) {
        let mut all = self.0.write();
        all.remove(from);
        all.insert(to, former);
    }

    /// Notes that nothing is stored under a former name any more.
    pub(crate) fn finish(&self, from: &FlowName, to: &FlowName) {
        let mut all = self.0.write();
        if let Some(given_up) = all.get_mut(to).and_then(|former| former.get_mut(from)) {
            given_up.is_under_way = false;
        }
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
        names.finish(&name(from), &name(to));
    }

    const fn done(at: u64) -> GivenUp {
        GivenUp { at: Timestamp(at), is_under_way: false }
    }

    #[test]
    fn a_flow_has_the_former_names_of_those_that_it_took_over_from() {
        let names = FormerNames::default();
        rename(&names, "a", "b", 1);
        rename(&names, "b", "c", 2);
        assert_eq!(names.of(&name("c")), [(name("a"), done(1)), (name("b"), done(2))].into());
        assert_eq!((names.of(&name("b")), names.given_up_at(&name("a"))), (Former::new(), Some(Timestamp(1))));
    }

    #[test]
    fn a_name_that_a_flow_gets_back_is_not_given_up() {
        let names = FormerNames::default();
        rename(&names, "a", "b", 1);
        rename(&names, "b", "a", 2);
        assert_eq!(names.of(&name("a")), [(name("b"), done(2))].into());
        assert_eq!(names.given_up_at(&name("a")), None);
    }

    #[test]
    fn what_is_under_way_goes_on_to_the_latest_name() {
        let names = FormerNames::default();
        names.set(&name("a"), name("b"), names.after(&name("a"), &name("b"), Timestamp(1)));
        assert_eq!(names.under_way(), [(name("a"), name("b"))]);
        rename(&names, "b", "c", 2);
        assert_eq!(names.under_way(), [(name("a"), name("c"))]);
        names.finish(&name("a"), &name("c"));
        assert!(names.under_way().is_empty());
    }

    #[test]
    fn records_say_when_and_whether_it_is_done() {
        for is_under_way in [true, false] {
            let given_up = GivenUp { at: Timestamp(7), is_under_way };
            assert_eq!(GivenUp::from_bytes(&given_up.to_bytes()), Some(given_up));
        }
        assert_eq!(GivenUp::from_bytes(&[0; 7]), None);
    }
}
