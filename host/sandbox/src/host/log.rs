//! `gantry:plugin/log`: lines of a guest for the operator, as tracing events of target `gantry::plugin`.
//!
//! The event's message is static and the guest's text is a field, so that a guest can't imitate the host. Text is
//! escaped and cut; lines beyond the budget of a call, or beyond the step's rate, are counted instead of written. What is
//! written is also kept for the history of the message that it is about.

pub(crate) mod budget;
pub(crate) mod kept;
pub(crate) mod rate;

use gantry_core::{LogLevel, MessageId, escape};
use wasmtime::component::{HasSelf, Linker};

use crate::guest::gantry::plugin::log::{self, Level};
use crate::state::State;
use crate::step::context::StepContext;
use budget::MAX_LINE_BYTES;
use kept::MESSAGE_FIELD;

pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    log::add_to_linker::<State, HasSelf<State>>(linker, |state| state)
}

impl log::Host for State {
    fn write(&mut self, level: Level, text: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        let bytes = text.len() + fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if !self.log.budget.take(bytes, &self.step.log) {
            return Ok(());
        }
        let message = self.message_of(&fields);
        let text = escape(&text, MAX_LINE_BYTES);
        let fields = joined(&fields);
        event(level, &self.step, message, &text, &fields);
        self.log.keep(message, level.into(), &text, &fields);
        Ok(())
    }
}

impl State {
    /// The message that a line is about: the one that its fields name, or the only one of the call.
    fn message_of(&self, fields: &[(String, String)]) -> Option<MessageId> {
        let named = fields.iter().find(|(name, _)| name == MESSAGE_FIELD);
        named.and_then(|(_, id)| id.parse().ok()).or(self.log.only_message)
    }
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Debug => Self::Debug,
            Level::Info => Self::Info,
            Level::Warn => Self::Warn,
            Level::Error => Self::Error,
        }
    }
}

/// `name=value name=value`, safe to show, up to the greatest length.
fn joined(fields: &[(String, String)]) -> String {
    let mut shown = String::new();
    for (name, value) in fields.iter().filter(|(name, _)| name != MESSAGE_FIELD) {
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
fn event(level: Level, step: &StepContext, message: Option<MessageId>, text: &str, fields: &str) {
    let flow = step.flow.as_str();
    let plugin = step.plugin.to_string();
    let step = step.step.as_str();
    let message_id = message.map(|message| message.to_string());
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(target: "gantry::plugin", flow, step, plugin, message_id, text, fields, "plugin log")
        };
    }
    match level {
        Level::Debug => event!(debug),
        Level::Info => event!(info),
        Level::Warn => event!(warn),
        Level::Error => event!(error),
    }
}
