//! What a mapping gets beside its message: the flow's settings, and the services that the operator granted.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::host::Host;
use crate::lookup::{LookupError, Rows};

/// Settings of a plugin that has none. `&Context` without a parameter means these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// The settings and the host's services.
#[derive(Debug, Default)]
pub struct Context<S = NoSettings> {
    /// The flow's settings for this step, read once per instance.
    pub settings: S,
    host: Host,
}

impl<S> Context<S> {
    /// A context around these services. In a test: `Context::new(settings, Host::new().table(…))`.
    pub const fn new(settings: S, host: Host) -> Self {
        Self { settings, host }
    }

    /// The rows that `keys` find in a reference table, in the order of the keys. All keys of a message in one call:
    /// each call crosses from the sandbox to the host.
    ///
    /// Needs the grant `lookup` for this table.
    pub fn lookup<R: DeserializeOwned>(
        &self,
        table: &str,
        keys: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Rows<R>, LookupError> {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        let rows = if keys.is_empty() { Vec::new() } else { self.host.rows(table, &keys)? };
        Rows::read(table, keys, rows)
    }

    /// The time at which the batch began, since the Unix epoch. So a past run can be repeated exactly.
    ///
    /// Needs the grant `clock`.
    #[must_use]
    pub fn now(&self) -> Duration {
        Duration::from_millis(self.host.now_ms())
    }
}
