//! How much one call may log.

use super::rate::LogRate;
use crate::step::context::StepContext;

/// Most lines of one call: two for each message of a batch of 100.
const MAX_LINES: u32 = 200;
/// Most bytes of one line's text, and of all its fields together.
pub(super) const MAX_LINE_BYTES: usize = 2 << 10;
/// Most bytes of one call's lines.
const MAX_BYTES: usize = 64 << 10;

/// What one instance may still log.
#[derive(Debug)]
pub(crate) struct LogBudget {
    lines: u32,
    bytes: usize,
    dropped: u64,
}

impl Default for LogBudget {
    fn default() -> Self {
        Self { lines: MAX_LINES, bytes: MAX_BYTES, dropped: 0 }
    }
}

impl LogBudget {
    /// Takes one line of this many bytes from the budget and from the step's rate, or counts it as dropped.
    pub(super) fn take(&mut self, bytes: usize, rate: &LogRate) -> bool {
        let bytes = bytes.min(2 * MAX_LINE_BYTES);
        if self.lines == 0 || self.bytes < bytes || !rate.take() {
            self.dropped += 1;
            return false;
        }
        self.lines -= 1;
        self.bytes -= bytes;
        true
    }

    /// Logs how many lines were dropped, unless that was logged a moment ago. Called once, when the call has ended.
    pub(crate) fn close(&self, step: &StepContext) {
        if let Some(dropped) = step.log.dropped(self.dropped) {
            let plugin = step.plugin.to_string();
            tracing::warn!(
                target: "gantry::plugin", flow = step.flow.as_str(), step = step.step, plugin, dropped,
                "plugin log lines dropped: more than a call or a step may write"
            );
        }
    }
}
