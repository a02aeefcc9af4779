//! What happens in a round, drawn from the seed alone: which fault, when, and how the targets behave meanwhile.

use fastrand::Rng;

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// `kill -9` under load.
    Kill,
    /// `kill -9` while it starts, up to three times.
    KillStarting,
    /// `kill -9`, and any part of what was not yet durable is lost.
    PowerCut,
    /// SIGTERM, and `kill -9` before it is through.
    KillStopping,
    /// SIGTERM.
    Terminate,
    /// Writes fail with ENOSPC after some more bytes.
    DiskFull,
    /// Every change fails with EROFS.
    ReadOnly,
    /// `fsync` and its like fail with EIO.
    SyncFails,
    /// Every write and every wait for the disk takes long.
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
    /// As a round's line names it.
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
    /// What happens.
    pub fault: Fault,
    /// After how many events: messages acknowledged, requests that reached a target.
    pub moment: usize,
    /// Of a hundred requests, so many are treated badly by the targets.
    pub temper: u32,
    /// For what is drawn on the way.
    pub dice: Rng,
}

impl Plan {
    /// The plan of a round, counted from 0. Faults are dealt like cards: each comes once before one comes again.
    #[must_use]
    pub fn draw(seed: u64, round: usize) -> Self {
        let mut deck = FAULTS;
        dice(seed, 1, round / FAULTS.len()).shuffle(&mut deck);
        let mut dice = dice(seed, 2, round);
        let temper = [0, 5, 15, 40][dice.usize(0..4)];
        Self { fault: deck[round % FAULTS.len()], moment: dice.usize(1..600), temper, dice }
    }
}

fn dice(seed: u64, what: u64, number: usize) -> Rng {
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (what << 48) ^ number as u64);
    rng.u64(..);
    rng
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_follows_from_seed_and_round_and_every_fault_comes_once_in_each_deck() {
        assert_eq!(Plan::draw(7, 30).moment, Plan::draw(7, 30).moment);
        let faults = |seed| (0..2 * FAULTS.len()).map(move |round| Plan::draw(seed, round).fault);
        let (mut first, mut second): (Vec<_>, Vec<_>) =
            (faults(7).take(FAULTS.len()).collect(), faults(7).skip(FAULTS.len()).collect());
        assert_ne!(first, second, "each deck is shuffled anew");
        first.sort_unstable();
        second.sort_unstable();
        assert_eq!((first.as_slice(), second.as_slice()), (&FAULTS[..], &FAULTS[..]));
        assert_ne!(faults(7).collect::<Vec<_>>(), faults(8).collect::<Vec<_>>());
    }
}
