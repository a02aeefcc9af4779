//! What happens in a round, determined by the seed: which fault, when, and how often the targets fail meanwhile.

use fastrand::Rng;

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// `kill -9` under load.
    Kill,
    /// `kill -9` while it starts, up to three times.
    KillStarting,
    /// `kill -9`, and any part of the writes that were not yet durable is lost.
    PowerCut,
    /// SIGTERM, and `kill -9` before the host has stopped.
    KillStopping,
    /// SIGTERM.
    Terminate,
    /// Writes fail with ENOSPC after some more bytes.
    DiskFull,
    /// Every change fails with EROFS.
    ReadOnly,
    /// `fsync` and its like fail with EIO.
    SyncFails,
    /// Every write and every sync is slow.
    SlowDisk,
    /// The clock jumps hours ahead, and back again.
    ClockAhead,
    /// The clock jumps hours back, and ahead again.
    ClockBack,
    /// Less disk is free than the reserve.
    DiskLow,
}

/// Every kind, once.
pub const FAULTS: [Fault; 12] = [
    Fault::Kill,
    Fault::KillStarting,
    Fault::PowerCut,
    Fault::KillStopping,
    Fault::Terminate,
    Fault::DiskFull,
    Fault::ReadOnly,
    Fault::SyncFails,
    Fault::SlowDisk,
    Fault::ClockAhead,
    Fault::ClockBack,
    Fault::DiskLow,
];

impl Fault {
    /// The name in the line of a round.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::KillStarting => "kill-starting",
            Self::PowerCut => "power-cut",
            Self::KillStopping => "kill-stopping",
            Self::Terminate => "terminate",
            Self::DiskFull => "disk-full",
            Self::ReadOnly => "read-only",
            Self::SyncFails => "sync-fails",
            Self::SlowDisk => "slow-disk",
            Self::ClockAhead => "clock-ahead",
            Self::ClockBack => "clock-back",
            Self::DiskLow => "disk-low",
        }
    }
}

/// One round.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The fault.
    pub fault: Fault,
    /// After how many events it happens: acknowledged messages, and requests that reached a target.
    pub events_before: usize,
    /// How many of a hundred requests fail at the targets.
    pub failure_rate: u32,
    /// For all other random choices of the round.
    pub rng: Rng,
}

impl Plan {
    /// The plan of a round, counted from 0. Faults are shuffled: each comes once before any comes again.
    #[must_use]
    pub fn draw(seed: u64, round: usize) -> Self {
        let mut order = FAULTS;
        rng(seed, 1, round / FAULTS.len()).shuffle(&mut order);
        let mut rng = rng(seed, 2, round);
        let failure_rate = [0, 5, 15, 40][rng.usize(0..4)];
        Self { fault: order[round % FAULTS.len()], events_before: rng.usize(1..600), failure_rate, rng }
    }
}

fn rng(seed: u64, what: u64, number: usize) -> Rng {
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (what << 48) ^ number as u64);
    rng.u64(..);
    rng
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_follows_from_seed_and_round_and_every_fault_comes_once_in_each_shuffle() {
        assert_eq!(Plan::draw(7, 30).events_before, Plan::draw(7, 30).events_before);
        let faults = |seed| (0..2 * FAULTS.len()).map(move |round| Plan::draw(seed, round).fault);
        let mut first: Vec<_> = faults(7).take(FAULTS.len()).collect();
        let mut second: Vec<_> = faults(7).skip(FAULTS.len()).collect();
        assert_ne!(first, second, "each time in another order");
        first.sort_unstable();
        second.sort_unstable();
        assert_eq!((first.as_slice(), second.as_slice()), (&FAULTS[..], &FAULTS[..]));
        assert_ne!(faults(7).collect::<Vec<_>>(), faults(8).collect::<Vec<_>>());
    }
}
