//! What is printed: a line for each round, and a summary.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use crate::ledger::{Accepted, Facts, Ledger, State};
use crate::load::Name;
use crate::plan::Fault;
use crate::verdict::Violation;

/// How messages ended, according to the host.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    delivered: usize,
    skipped: usize,
    dead: usize,
}

/// One round.
#[derive(Clone, Debug)]
pub struct Line {
    pub(crate) round: usize,
    pub(crate) fault: Fault,
    pub(crate) failure_rate: u32,
    pub(crate) acknowledged: usize,
    pub(crate) counts: Counts,
    pub(crate) requests: usize,
    pub(crate) repeated: usize,
    pub(crate) ready: Duration,
    pub(crate) took: Duration,
    pub(crate) violations: Vec<Violation>,
}

/// The whole run.
#[derive(Clone, Debug)]
pub struct Summary {
    seed: u64,
    lines: Vec<Line>,
    violations: usize,
    totals: Totals,
    /// The first round with a violation.
    pub failed_in: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    acknowledged: usize,
    requests: usize,
    repeated: usize,
    ends: Counts,
    calls_failed: i64,
    pages_lost: usize,
}

impl Counts {
    /// The counts of these messages.
    pub(crate) fn of(facts: &Facts, names: &[Name]) -> Self {
        let mut counts = Self::default();
        let ends = names.iter().filter_map(|name| facts.ends.get(facts.acknowledged.get(name)?));
        for end in ends {
            match end.state {
                State::Delivered => counts.delivered += 1,
                State::Skipped => counts.skipped += 1,
                State::DeadLettered => counts.dead += 1,
                State::Queued => {}
            }
        }
        counts
    }
}

impl Default for Line {
    fn default() -> Self {
        Self {
            round: 0,
            fault: Fault::Kill,
            failure_rate: 0,
            acknowledged: 0,
            counts: Counts::default(),
            requests: 0,
            repeated: 0,
            ready: Duration::ZERO,
            took: Duration::ZERO,
            violations: Vec::new(),
        }
    }
}

impl Line {
    /// Adds what the targets got after the first `before` receipts.
    pub(crate) fn with_receipts(mut self, facts: &Facts, before: usize) -> Self {
        self.requests = facts.receipts.len() - before;
        let mut accepted = HashSet::new();
        let receipts = facts.receipts.iter().enumerate();
        for (index, receipt) in receipts.filter(|(_, receipt)| receipt.accepted == Accepted::Yes) {
            if !accepted.insert((receipt.name, receipt.target.as_str())) && index >= before {
                self.repeated += 1;
            }
        }
        self
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { delivered, skipped, dead } = self.counts;
        write!(
            f,
            "{:>4}  {:<13} bad answers {:>2} %  acknowledged {:>4}  delivered {delivered:>4}  skipped {skipped:>3}  dead {dead:>3}  \
             requests {:>4}  repeated {:>3}  ready in {:>4} ms  took {:>5} ms",
            self.round,
            self.fault.name(),
            self.failure_rate,
            self.acknowledged,
            self.requests,
            self.repeated,
            self.ready.as_millis(),
            self.took.as_millis(),
        )
    }
}

impl Summary {
    pub(crate) const fn new(seed: u64) -> Self {
        let ends = Counts { delivered: 0, skipped: 0, dead: 0 };
        let totals = Totals { acknowledged: 0, requests: 0, repeated: 0, ends, calls_failed: 0, pages_lost: 0 };
        Self { seed, lines: Vec::new(), violations: 0, totals, failed_in: None }
    }

    pub(crate) fn add(&mut self, line: Line) {
        self.violations += line.violations.len();
        self.totals.repeated += line.repeated;
        self.lines.push(line);
    }

    pub(crate) const fn settled(&mut self, violations: &[Violation]) {
        self.violations += violations.len();
    }

    pub(crate) fn close(&mut self, ledger: &Ledger, calls_failed: i64, pages_lost: usize) {
        self.totals.calls_failed = calls_failed;
        self.totals.pages_lost = pages_lost;
        ledger.with(|facts| {
            let names: Vec<_> = facts.acknowledged.keys().copied().collect();
            self.totals.acknowledged = names.len();
            self.totals.requests = facts.receipts.len();
            self.totals.ends = Counts::of(facts, &names);
        });
    }

    /// How many promises were broken.
    #[must_use]
    pub const fn violations(&self) -> usize {
        self.violations
    }

    /// How many messages were acknowledged.
    #[must_use]
    pub const fn acknowledged(&self) -> usize {
        self.totals.acknowledged
    }

    /// How many calls of the host failed because of a fault.
    #[must_use]
    pub const fn calls_failed(&self) -> i64 {
        self.totals.calls_failed
    }

    /// How many pages were lost in power cuts.
    #[must_use]
    pub const fn pages_lost(&self) -> usize {
        self.totals.pages_lost
    }

    /// The time that `part` percent of the rounds did not exceed.
    fn percentile(&self, part: usize, of: impl Fn(&Line) -> Duration) -> u128 {
        let mut times: Vec<_> = self.lines.iter().map(of).collect();
        times.sort_unstable();
        times.get((times.len() * part).div_ceil(100).saturating_sub(1)).map_or(0, Duration::as_millis)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { acknowledged, requests, repeated, ends, calls_failed, pages_lost } = self.totals;
        let Counts { delivered, skipped, dead } = ends;
        writeln!(f, "seed {}: {} rounds, {} violations", self.seed, self.lines.len(), self.violations)?;
        writeln!(f, "  acknowledged {acknowledged} = delivered {delivered} + skipped {skipped} + dead letters {dead}")?;
        writeln!(f, "  the targets got {requests} requests and took {repeated} messages again, under the same key")?;
        writeln!(f, "  {calls_failed} calls failed on purpose; power cuts lost {pages_lost} pages")?;
        let ready = |part| self.percentile(part, |line| line.ready);
        let took = |part| self.percentile(part, |line| line.took);
        writeln!(f, "  ready within {} ms in half of the rounds, {} ms at most", ready(50), ready(100))?;
        write!(f, "  a round took {} ms in half of the rounds, {} ms at most", took(50), took(100))?;
        if let Some(round) = self.failed_in {
            write!(f, "\nto reproduce: --seed {} --rounds {}", self.seed, round + 1)?;
        }
        Ok(())
    }
}
