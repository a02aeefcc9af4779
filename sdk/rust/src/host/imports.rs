//! The contract's imports.

use crate::guest::bindings::gantry::plugin::{clock, log, lookup};
use crate::log::Level;
use crate::lookup::LookupError;

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
        lookup::get(table, keys).map_err(|error| match error {
            lookup::Error::UnknownTable => LookupError::UnknownTable { table: table.to_owned() },
            lookup::Error::Unavailable => LookupError::Unavailable { table: table.to_owned() },
            lookup::Error::Other(text) => LookupError::Other { table: table.to_owned(), text },
        })
    }

    pub(crate) fn now_ms(&self) -> u64 {
        clock::now_ms()
    }
}

pub(crate) fn write_log(level: Level, text: &str, fields: &[(&str, &str)]) {
    let level = match level {
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warn => log::Level::Warn,
        Level::Error => log::Level::Error,
    };
    let fields: Vec<_> = fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    log::write(level, text, &fields);
}
