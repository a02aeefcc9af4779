//! The contract's imports. A log line says which message it is about, since a call has a whole batch.

use std::cell::RefCell;

#[cfg(feature = "arena")]
use crate::arena::for_bindings;
use crate::guest::bindings::gantry::plugin::{clock, log, lookup};
use crate::log::Level;
use crate::lookup::LookupError;

/// The field of a log line that names its message.
const MESSAGE_FIELD: &str = "gantry.message";

thread_local! {
    /// The id of the message that is being mapped; empty when none is.
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The host that runs this plugin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Host;

impl Host {
    /// The host that runs this plugin.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    pub(crate) fn rows(&self, table: &str, keys: &[String]) -> Result<Vec<Option<String>>, LookupError> {
        for_bindings(|| lookup::get(table, keys)).map_err(|error| match error {
            lookup::Error::UnknownTable => LookupError::UnknownTable { table: table.to_owned() },
            lookup::Error::Unavailable => LookupError::Unavailable { table: table.to_owned() },
            lookup::Error::Other(text) => LookupError::Other { table: table.to_owned(), text },
        })
    }

    pub(crate) fn now_ms(&self) -> u64 {
        clock::now_ms()
    }
}

/// Log lines are about this message from now on.
pub(crate) fn log_about(id: &str) {
    MESSAGE.with_borrow_mut(|message| id.clone_into(message));
}

/// Without an allocator of our own, all memory is the C library's.
#[cfg(not(feature = "arena"))]
fn for_bindings<T>(call: impl FnOnce() -> T) -> T {
    call()
}

pub(crate) fn write_log(level: Level, text: &str, fields: &[(&str, &str)]) {
    let level = match level {
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warn => log::Level::Warn,
        Level::Error => log::Level::Error,
    };
    let message = MESSAGE.with_borrow(String::clone);
    let message = (!message.is_empty()).then(|| (MESSAGE_FIELD.to_owned(), message));
    let fields = fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
    let fields: Vec<_> = fields.chain(message).collect();
    log::write(level, text, &fields);
}
