//! How a plugin fails on a message instead of answering.

use std::fmt;

/// How a plugin failed: stable, countable, listed in the error catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// The guest trapped: a panic, an abort, an access out of bounds, a stack overflow, a division by zero.
    Trap,
    /// The guest's SDK caught an exception and reported it with its stack.
    Exception,
    /// The guest called `exit`.
    Exit,
    /// The call ran out of time. Transient: the machine may have been busy.
    Deadline,
    /// The guest needed more memory than the step allows.
    Memory,
    /// The guest passed values that were too large or malformed, or held too many handles.
    Transfer,
    /// The answer is out of bounds: wrong number of outcomes, too many or too large outputs, malformed names.
    Output,
    /// An output names a target the flow doesn't have.
    Route,
    /// `configure` refused settings that it had accepted when the flow was loaded.
    Configure,
    /// No instance was free. Transient, and not the plugin's fault.
    Capacity,
}

impl FaultCode {
    /// Every code, for catalogues and tests.
    pub const ALL: [Self; 10] = [
        Self::Trap,
        Self::Exception,
        Self::Exit,
        Self::Deadline,
        Self::Memory,
        Self::Transfer,
        Self::Output,
        Self::Route,
        Self::Configure,
        Self::Capacity,
    ];

    /// The code as dead letters, metrics and golden cases spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trap => "plugin-trap",
            Self::Exception => "plugin-exception",
            Self::Exit => "plugin-exit",
            Self::Deadline => "plugin-deadline",
            Self::Memory => "plugin-memory",
            Self::Transfer => "plugin-transfer",
            Self::Output => "plugin-output",
            Self::Route => "plugin-route",
            Self::Configure => "plugin-configure",
            Self::Capacity => "plugin-capacity",
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<FaultCode> for String {
    fn from(code: FaultCode) -> Self {
        code.name().to_owned()
    }
}

/// A plugin failed on a message instead of answering. Nothing of it was emitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct PluginFault {
    /// How.
    pub code: FaultCode,
    /// For people.
    pub text: String,
    /// The guest's active functions, innermost first; names only, no data. For an exception, the stack as its language
    /// prints it.
    pub backtrace: Vec<String>,
    /// What the guest printed, escaped and cut. It contains the messages of panics.
    pub stderr: String,
}

impl PluginFault {
    pub(crate) fn new(code: FaultCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), backtrace: Vec::new(), stderr: String::new() }
    }

    /// True when the same message may succeed later, unchanged.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self.code, FaultCode::Deadline | FaultCode::Capacity)
    }

    /// True when a part of the batch may succeed where the whole failed.
    pub(crate) const fn is_avoidable_by_splitting(&self) -> bool {
        !matches!(self.code, FaultCode::Configure | FaultCode::Capacity)
    }
}
