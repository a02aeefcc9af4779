//! The log lines of one call that go into the histories of its messages.

use gantry_core::{LogLevel, MessageId};

use super::budget::LogBudget;

/// Most bytes of a line that is kept.
const MAX_BYTES: usize = 256;

/// The field by which an SDK names the message that a line is about: a batch has many.
pub(super) const MESSAGE_FIELD: &str = "gantry.message";

/// A line that a plugin logged about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedLine {
    /// How important it is.
    pub level: LogLevel,
    /// The text and its fields, escaped and cut.
    pub text: String,
}

/// A line, and the message that it is about.
#[derive(Clone, Debug)]
pub(crate) struct KeptLine {
    /// None: the plugin doesn't say.
    pub(crate) message: Option<MessageId>,
    pub(crate) line: LoggedLine,
}

/// What one call logs.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    /// What it may still log.
    pub(crate) budget: LogBudget,
    /// The message of a call with only one.
    pub(super) only_message: Option<MessageId>,
    /// What it logged, but for lines of level `debug`.
    pub(crate) lines: Vec<KeptLine>,
}

impl CallLog {
    /// The log of a call before its first line.
    pub(crate) fn of(only_message: Option<MessageId>) -> Self {
        Self { only_message, ..Self::default() }
    }

    /// Keeps a line of these parts, which are safe to show.
    pub(super) fn keep(&mut self, message: Option<MessageId>, level: LogLevel, text: &str, fields: &str) {
        if level > LogLevel::Debug {
            self.lines.push(KeptLine { message, line: LoggedLine { level, text: shortened(text, fields) } });
        }
    }
}

/// The text and its fields, up to the greatest length.
fn shortened(text: &str, fields: &str) -> String {
    let mut whole = text.to_owned();
    if !fields.is_empty() {
        whole.push_str("  ");
        whole.push_str(fields);
    }
    if whole.len() > MAX_BYTES {
        let end = whole.floor_char_boundary(MAX_BYTES);
        whole.truncate(end);
        whole.push('…');
    }
    whole
}
