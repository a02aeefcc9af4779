//! Which deployments are kept: a decision on records alone.

use std::collections::HashSet;

use gantry_core::Digest;

use super::record::{Deployment, Phase};
use super::rolled_back::RolledBack;

/// Deployments of one step that are kept. Months of changes at a usual pace; and since a record with its differences may
/// have some 100 KiB, a step has about 2 MiB of them at most, in memory and on disk.
pub(super) const KEPT: usize = 20;

/// The numbers of those that go when `new` is added or put in force: all of its step but the last [`KEPT`], those under
/// way, and those that are needed still. `records` are in the order of their beginning.
pub(super) fn surplus<'a>(records: impl Iterator<Item = &'a Deployment>, new: &Deployment) -> Vec<u64> {
    let of_step: Vec<_> =
        records.filter(|record| record.number != new.number && record.step_id() == new.step_id()).collect();
    let needed = needed(&of_step, new);
    let older = of_step.len().saturating_sub(KEPT - 1);
    let surplus = of_step[..older].iter().filter(|record| record.phase.is_over() && !needed.contains(&record.number));
    surplus.map(|record| record.number).collect()
}

/// What a rollback leads back to, whether the new one ends in force or not; and the last version that the host itself
/// rolled back, as long as alerts speak of it.
fn needed(of_step: &[&Deployment], new: &Deployment) -> HashSet<u64> {
    let in_force = [new.from.digest, new.to.digest];
    let of_rollbacks = in_force.into_iter().filter_map(|digest| last_deployed(of_step, digest));
    let of_alerts = RolledBack::among(of_step.iter().copied()).into_iter().map(|rolled_back| rolled_back.number);
    of_rollbacks.chain(of_alerts).collect()
}

/// The last deployment that put this version in force and can be rolled back.
fn last_deployed(of_step: &[&Deployment], digest: Digest) -> Option<u64> {
    let mut deployed = of_step.iter().filter(|record| record.phase == Phase::Deployed && record.undoes.is_none());
    deployed.rfind(|record| record.to.digest == digest).map(|record| record.number)
}

#[cfg(test)]
mod tests {
    use super::super::record::samples::{deployment, plugin};
    use super::*;
    use crate::rollout::GANTRY;

    /// More than are kept, all refused.
    fn refused(first: u64) -> Vec<Deployment> {
        (first..first + KEPT as u64 + 5).map(|number| deployment(number, Phase::Refused)).collect()
    }

    fn surplus_of(records: &[Deployment], new: &Deployment) -> Vec<u64> {
        surplus(records.iter(), new)
    }

    #[test]
    fn the_last_ones_of_a_step_are_kept_the_new_one_among_them() {
        let records = refused(1);
        let new = deployment(100, Phase::Checking);
        assert_eq!(surplus_of(&records, &new), [1, 2, 3, 4, 5, 6]);
        assert_eq!(records.len() - 6 + 1, KEPT);
    }

    #[test]
    fn deployments_to_other_steps_are_let_be() {
        let mut new = deployment(100, Phase::Checking);
        new.step = "enrich".into();
        assert!(surplus_of(&refused(1), &new).is_empty());
    }

    #[test]
    fn one_that_is_under_way_is_kept_however_old() {
        let mut records = refused(1);
        records[0].phase = Phase::Waiting;
        assert_eq!(surplus_of(&records, &deployment(100, Phase::Checking)), [2, 3, 4, 5, 6]);
    }

    #[test]
    fn the_one_in_force_is_kept_for_a_rollback_however_many_were_refused_since() {
        let mut records = refused(1);
        records[2].phase = Phase::Deployed;
        records[2].to = plugin("7.0.0");
        let mut new = deployment(100, Phase::Checking);
        new.from = plugin("7.0.0");
        assert_eq!(surplus_of(&records, &new), [1, 2, 4, 5, 6]);
        records[2].undoes = Some(1);
        assert_eq!(surplus_of(&records, &new), [1, 2, 3, 4, 5, 6], "a rollback can't be rolled back");
    }

    #[test]
    fn what_a_rollback_puts_in_force_can_be_rolled_back_in_turn() {
        let mut records = refused(1);
        records[1].phase = Phase::Deployed;
        records[1].to = plugin("7.0.0");
        let mut back = deployment(100, Phase::Deployed);
        back.to = plugin("7.0.0");
        back.undoes = Some(20);
        assert_eq!(surplus_of(&records, &back), [1, 3, 4, 5, 6]);
    }

    #[test]
    fn the_last_version_that_the_host_rolled_back_is_kept_as_long_as_it_is_news() {
        let mut records = refused(1);
        records[3].enter(Phase::RolledBack, gantry_core::Timestamp(1), GANTRY, "too many failures");
        let new = deployment(100, Phase::Checking);
        assert_eq!(surplus_of(&records, &new), [1, 2, 3, 5, 6]);
        records[8].phase = Phase::Deployed;
        assert_eq!(surplus_of(&records, &new), [1, 2, 3, 4, 5, 6], "another version was deployed since");
    }
}
