//! `gantry:plugin/log`: lines of a guest for the operator, as tracing events of target `gantry::plugin`.
//!
//! The event's message is static and the guest's text is a field, so that a guest can't imitate the host. Text is
//! escaped and cut; lines beyond the budget of a call, or beyond the step's rate, are counted instead of written.

pub(crate) mod budget;
pub(crate) mod rate;

use gantry_core::{FlowName, escape};
use wasmtime::component::{HasSelf, Linker};

use crate::guest::gantry::plugin::log::{self, Level};
use crate::state::State;
use budget::MAX_LINE_BYTES;

pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    log::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}

impl log::Host for State {
    fn write(&mut self, level: Level, text: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        let bytes = text.len() + fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if self.log.take(bytes, &self.step.log) {
            let text = escape(&text, MAX_LINE_BYTES);
            event(level, &self.step.flow, &self.step.step, &self.step.plugin.to_string(), &text, &joined(&fields));
        }
        Ok(())
    }
}

/// `name=value name=value`, safe to show, up to the greatest length.
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
