//! Log lines for the operator. The host bounds their number and length, and escapes control characters; natively they go
//! to stderr. Don't log payloads: dead letters have them, and people who may read a log may not be allowed to read data.
//!
//! ```
//! gantry_sdk::log::warn("no price list for this customer", &[("customer", "C-1001")]);
//! ```

use crate::host::write_log;

/// How important a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Useful for finding a fault.
    Debug,
    /// Worth knowing.
    Info,
    /// Unexpected, but dealt with.
    Warn,
    /// Somebody has to act.
    Error,
}

/// A line of this level: static text, with what varies as fields.
pub fn write(level: Level, text: &str, fields: &[(&str, &str)]) {
    write_log(level, text, fields);
}

/// A line of level [`Level::Debug`].
pub fn debug(text: &str, fields: &[(&str, &str)]) {
    write(Level::Debug, text, fields);
}

/// A line of level [`Level::Info`].
pub fn info(text: &str, fields: &[(&str, &str)]) {
    write(Level::Info, text, fields);
}

/// A line of level [`Level::Warn`].
pub fn warn(text: &str, fields: &[(&str, &str)]) {
    write(Level::Warn, text, fields);
}

/// A line of level [`Level::Error`].
pub fn error(text: &str, fields: &[(&str, &str)]) {
    write(Level::Error, text, fields);
}
