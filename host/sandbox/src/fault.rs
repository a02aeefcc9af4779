//! What is said when a plugin failed on a message instead of answering.

/// The codes of [`PluginFault`]: stable, countable, listed in the error catalogue.
pub mod code {
    /// The guest trapped: a panic, an abort, an access out of bounds, a stack overflow, a division by zero.
    pub const TRAP: &str = "plugin-trap";
    /// The guest's language caught what a bug threw, and the SDK reported it with its stack.
    pub const EXCEPTION: &str = "plugin-exception";
    /// The guest called `exit`.
    pub const EXIT: &str = "plugin-exit";
    /// The call ran out of time. Transient: the machine may have been busy.
    pub const DEADLINE: &str = "plugin-deadline";
    /// The guest needed more memory than the step allows.
    pub const MEMORY: &str = "plugin-memory";
    /// What the guest handed over was too large to take, was malformed, or held too many handles.
    pub const TRANSFER: &str = "plugin-transfer";
    /// The answer is out of bounds: wrong number of outcomes, too many or too large outputs, malformed names.
    pub const OUTPUT: &str = "plugin-output";
    /// An output names a target the flow doesn't have.
    pub const ROUTE: &str = "plugin-route";
    /// `configure` refused settings that it had accepted when the flow was loaded.
    pub const CONFIGURE: &str = "plugin-configure";
    /// No instance was free. Transient, and the host's doing, not the plugin's.
    pub const CAPACITY: &str = "plugin-capacity";
}

/// Every code, for catalogues and tests.
pub const CODES: [&str; 10] = [
    code::TRAP,
    code::EXCEPTION,
    code::EXIT,
    code::DEADLINE,
    code::MEMORY,
    code::TRANSFER,
    code::OUTPUT,
    code::ROUTE,
    code::CONFIGURE,
    code::CAPACITY,
];

/// A plugin failed on a message instead of answering. Nothing of it was emitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct PluginFault {
    /// One of [`CODES`].
    pub code: &'static str,
    /// For people.
    pub text: String,
    /// Functions of the guest that were active, innermost first; names only, no data. Of an exception: the stack as its
    /// language prints it.
    pub backtrace: Vec<String>,
    /// What the guest printed, escaped and capped: panic messages end up here.
    pub stderr: String,
}

impl PluginFault {
    pub(crate) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), backtrace: Vec::new(), stderr: String::new() }
    }

    /// True when the same message may well succeed later, unchanged.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.code, code::DEADLINE | code::CAPACITY)
    }

    /// True when a part of the batch may succeed where the whole failed.
    pub(crate) fn may_spare_others(&self) -> bool {
        !matches!(self.code, code::CONFIGURE | code::CAPACITY)
    }
}
