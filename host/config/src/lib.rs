//! Configuration: one TOML file per flow, one optional file for the host.
//!
//! What was typed (`raw`) becomes what is usable ([`Flow`], [`HostConfig`]) in one step that reports every mistake at
//! once with file, line and column. Code behind this crate can't see an invalid value. Nothing here does I/O beyond
//! reading the files it is given; secrets stay references until the composition root resolves them.

pub mod alert;
mod at;
pub mod diagnostic;
pub mod diagram;
pub mod flow;
pub mod host;
mod load;
mod lower;
pub mod plugin_trust;
mod raw;
pub mod schema;
mod shape;
mod units;
pub mod url_template;

pub use alert::{Alert, AlertFormat, AlertTarget, Events};
pub use diagnostic::{Code, Diagnostic, Diagnostics, Severity, Style};
pub use flow::{
    Auth, CsvOptions, Dedupe, FileFormat, FileTarget, Files, Flow, HostEvents, HttpTarget, Idempotency, OnFailure,
    OnViolation, Ordering, PluginStep, Purpose, QueueBounds, RulesStep, SecretRef, Source, Step, SuccessCriteria,
    Table, Target, TargetKind, ValueFrom, Verify, Webhook, Work,
};
pub use host::{DEFAULT_HOST_FILE, HostConfig};
pub use load::{HOST_FILE, examine_flows, load_flows};
pub use plugin_trust::{NamePattern, PluginTrust, TrustedKey};
pub use units::{show_duration, show_size};
pub use url_template::{UrlTemplate, UrlTemplateError};
