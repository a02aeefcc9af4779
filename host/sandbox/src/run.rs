//! Runs a batch through one step, and finds the messages on which the plugin fails.
//!
//! A batch is one call. When the call fails, its instance is dropped and the batch is halved. Each half runs in another
//! instance, and so on until every failing call has one message: that message gets the fault, the others their outcomes.
//! A fault that a smaller batch can't avoid is given to all messages at once.
//!
//! **Time.** The deadline is for a call with the whole batch; each halving after a deadline halves the time too (down
//! to a floor), since half the messages should need half of it. All calls together get four times the deadline: finding
//! one message that loops takes a little over twice. Messages that are still undecided then get the transient fault
//! `plugin-deadline`, and run again in another batch.
//!
//! **Size.** A batch whose payloads are larger than the output limit is cut into pieces first, each a batch of its own.

use std::ops::Range;
use std::time::{Duration, Instant};

use gantry_core::{Outcome, Timestamp};

use crate::call::Circumstances;
use crate::check;
use crate::fault::{FaultCode, PluginFault};
use crate::guest::types::Message as GuestMessage;
use crate::host::log::kept::{KeptLine, LoggedLine};
use crate::invocation::Invocation;
use crate::lower::Parts;
use crate::step::PreparedStep;
use crate::wasi::moment::Moment;

/// All calls of one batch together take at most this many deadlines.
const MAX_DEADLINES: u32 = 4;
/// Halving never leaves a call less time than this, or than the deadline itself if that is shorter.
const LEAST_TIME: Duration = Duration::from_millis(100);

/// Most lines that are kept of a message.
const MAX_LINES: usize = 10;

/// The result of a batch.
#[derive(Debug)]
pub struct Run {
    /// For each message of the batch, in the same order, the plugin's outcome or how it failed.
    pub outcomes: Vec<Result<Outcome, PluginFault>>,
    /// For each message, in the same order, what the plugin logged about it: the first lines of level `info` and above.
    pub lines: Vec<Vec<LoggedLine>>,
    /// Wall clock of the whole, in the calling thread.
    pub elapsed: Duration,
    /// The most linear memory any one instance had.
    pub peak_memory_bytes: usize,
    /// How many instances were started: without faults one for each piece of a batch, or none if one was warm.
    pub instances: u32,
}

impl PreparedStep {
    /// Runs a batch. Blocks while the guest computes, at most about four deadlines for each piece.
    ///
    /// `now` is what the guest's clock shows, if it is granted one.
    #[must_use]
    pub fn run(&self, batch: &[Invocation<'_>], now: Timestamp) -> Run {
        let start = Instant::now();
        let parts = Parts::of(batch);
        let mut search = Search {
            step: self,
            batch,
            messages: parts.messages(batch),
            now,
            outcomes: Vec::with_capacity(batch.len()),
            lines: vec![Vec::new(); batch.len()],
            until: start,
            peak_memory_bytes: 0,
            instances: 0,
        };
        let deadline = self.context.limits.deadline;
        for piece in pieces(batch, self.context.limits.output_bytes) {
            search.until = Instant::now() + deadline * MAX_DEADLINES;
            search.settle(piece, deadline);
        }
        Run {
            outcomes: search.outcomes,
            lines: search.lines,
            elapsed: start.elapsed(),
            peak_memory_bytes: search.peak_memory_bytes,
            instances: search.instances,
        }
    }
}

/// The search for the messages on which a plugin fails. Outcomes are found in the order of the batch.
struct Search<'a> {
    step: &'a PreparedStep,
    batch: &'a [Invocation<'a>],
    messages: Vec<GuestMessage<'a>>,
    now: Timestamp,
    outcomes: Vec<Result<Outcome, PluginFault>>,
    lines: Vec<Vec<LoggedLine>>,
    /// When the time for the present piece ends.
    until: Instant,
    peak_memory_bytes: usize,
    instances: u32,
}

impl Search<'_> {
    /// Finds the outcomes of these messages. Recursion is as deep as the batch can be halved.
    fn settle(&mut self, range: Range<usize>, deadline: Duration) {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let text = "not run: the plugin used up the time of the batch on other messages";
            return self.give_up(range, &PluginFault::new(FaultCode::Deadline, text));
        }
        let fault = match self.attempt(range.clone(), deadline.min(left)) {
            Ok(()) => return,
            Err(fault) => fault,
        };
        if range.len() == 1 || !fault.is_avoidable_by_splitting() {
            return self.give_up(range, &fault);
        }
        let deadline = match fault.code {
            FaultCode::Deadline => (deadline / 2).max(LEAST_TIME.min(deadline)),
            _ => deadline,
        };
        let middle = range.start + range.len() / 2;
        self.settle(range.start..middle, deadline);
        self.settle(middle..range.end, deadline);
    }

    fn give_up(&mut self, range: Range<usize>, fault: &PluginFault) {
        self.outcomes.extend(range.map(|_| Err(fault.clone())));
    }

    /// Gives each message the lines about it.
    fn keep(&mut self, range: Range<usize>, lines: Vec<KeptLine>) {
        for KeptLine { message, line } in lines {
            let index = range.clone().find(|index| Some(self.batch[*index].message.id) == message);
            let kept = index.map(|index| &mut self.lines[index]).filter(|kept| kept.len() < MAX_LINES);
            if let Some(kept) = kept {
                kept.push(line);
            }
        }
    }

    /// One call with these messages.
    fn attempt(&mut self, range: Range<usize>, deadline: Duration) -> Result<(), PluginFault> {
        let granted = self.step.context.grants.clock.then_some(self.now);
        let moment = Moment::of(self.batch[range.start].message, granted);
        let only_message = (range.len() == 1).then(|| self.batch[range.start].message.id);
        let circumstances = Circumstances { now: self.now, moment, deadline, only_message };
        let called = self.step.call(&self.messages[range.clone()], circumstances);
        self.instances += u32::from(called.started);
        self.peak_memory_bytes = self.peak_memory_bytes.max(called.peak_memory_bytes);
        // Lines of a call that is repeated in halves come again.
        if called.answer.is_ok() || range.len() == 1 {
            self.keep(range, called.lines);
        }
        let context = &self.step.context;
        self.outcomes.extend(called.answer?.into_iter().map(|outcome| check::outcome(outcome, context)));
        Ok(())
    }
}

/// Cuts a batch into pieces of at most `bytes` of payload, or a single message where one is larger.
fn pieces(batch: &[Invocation<'_>], bytes: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::with_capacity(1);
    let mut start = 0;
    let mut size = 0_usize;
    for (index, invocation) in batch.iter().enumerate() {
        let payload = invocation.message.payload.len();
        if index > start && size.saturating_add(payload) > bytes {
            pieces.push(start..index);
            start = index;
            size = 0;
        }
        size = size.saturating_add(payload);
    }
    if start < batch.len() {
        pieces.push(start..batch.len());
    }
    pieces
}
