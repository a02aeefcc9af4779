//! What the host keeps for one instance while it runs: the data of its store.

use std::sync::Arc;

use gantry_core::{MessageId, Timestamp};

use crate::host::log::kept::CallLog;
use crate::limiter::Meter;
use crate::step::context::StepContext;
use crate::wasi::moment::Moment;
use crate::wasi::state::Wasi;

/// Everything host functions of one instance may touch.
pub(crate) struct State {
    /// Grants, names and tables of the step.
    pub(crate) step: Arc<StepContext>,
    /// The time at which the batch began.
    pub(crate) now: Timestamp,
    /// Counts and refuses memory.
    pub(crate) meter: Meter,
    /// What it logged in this call, and may still log.
    pub(crate) log: CallLog,
    /// The state of WASI.
    pub(crate) wasi: Wasi,
}

impl State {
    /// A new state, in which nothing may run before [`begin`](Self::begin).
    pub(crate) fn new(step: Arc<StepContext>) -> Self {
        let meter = Meter::new(step.limits.memory_bytes);
        Self { step, now: Timestamp::default(), meter, log: CallLog::default(), wasi: Wasi::new() }
    }

    /// Resets what each batch begins with, in a fresh instance and in a warm one.
    pub(crate) fn begin(&mut self, now: Timestamp, moment: Moment, only_message: Option<MessageId>) {
        self.now = now;
        self.meter.refused = false;
        self.log = CallLog::of(only_message);
        self.wasi.begin(moment);
    }
}
