//! `gantry:plugin/log`: lines of a guest for the operator, as tracing events of target `gantry::plugin`.
//!
//! The event's message is static and the guest's text a field, so that no guest can pass for the host. Text is
//! escaped and cut; lines beyond the budget of a call are counted instead of written.

use gantry_core::{FlowName, escape};
use wasmtime::component::{HasSelf, Linker};

use crate::guest::gantry::plugin::log::{self, Level};
use crate::state::State;
use crate::step::Bound;

/// Most lines of one call: two for each message of a batch of 100.
const MAX_LINES: u32 = 200;
/// Most bytes of one line's text, and of all its fields together.
const MAX_LINE_BYTES: usize = 2 << 10;
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
    /// Takes one line of this many bytes from the budget, or counts it as dropped.
    fn take(&mut self, bytes: usize) -> bool {
        let bytes = bytes.min(2 * MAX_LINE_BYTES);
        if self.lines == 0 || self.bytes < bytes {
            self.dropped += 1;
            return false;
        }
        self.lines -= 1;
        self.bytes -= bytes;
        true
    }

    /// Says how many lines were dropped, if any were. Called once, when the call has ended.
    pub(crate) fn close(&self, step: &Bound) {
        if self.dropped > 0 {
            let (flow, plugin) = (step.flow.as_str(), step.plugin.to_string());
            tracing::warn!(
                target: "gantry::plugin", flow, step = step.step, plugin, dropped = self.dropped,
                "plugin log lines dropped: more than one call may write"
            );
        }
    }
}

pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    log::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}

impl log::Host for State {
    fn write(&mut self, level: Level, text: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        let bytes = text.len() + fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if self.log.take(bytes) {
            let (text, fields) = (escape(&text, MAX_LINE_BYTES), joined(&fields));
            event(level, &self.step.flow, &self.step.step, &self.step.plugin.to_string(), &text, &fields);
        }
        Ok(())
    }
}

/// `name=value name=value`, safe to show. What would be cut anyway is not even looked at.
fn joined(fields: &[(String, String)]) -> String {
    let mut shown = String::new();
    for (name, value) in fields {
        let room = MAX_LINE_BYTES.saturating_sub(shown.len());
        if room == 0 {
            break;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(&escape(name, room));
        shown.push('=');
        shown.push_str(&escape(value, room));
    }
    shown
}

/// One event. The level of an event is part of its static description, hence the four arms.
fn event(level: Level, flow: &FlowName, step: &str, plugin: &str, text: &str, fields: &str) {
    let flow = flow.as_str();
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(target: "gantry::plugin", flow, step, plugin, text, fields, "plugin log")
        };
    }
    match level {
        Level::Debug => event!(debug),
        Level::Info => event!(info),
        Level::Warn => event!(warn),
        Level::Error => event!(error),
    }
}
