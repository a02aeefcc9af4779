//! Configuration: one TOML file per flow, one optional file for the host.
//!
//! The files as written (`raw`) become usable settings ([`Flow`], [`HostConfig`]) in one step that reports every mistake
//! at once, with file, line and column. Code above this crate never sees an invalid value. The only I/O is reading the
//! files it is given; secrets stay references until the composition root resolves them.
//!
//! This crate doesn't know which kinds of sources and targets there are: see [`kind`].

pub mod alert;
mod at;
mod broken_file;
pub mod diagnostic;
pub mod diagram;
pub mod dialect;
pub mod flow;
mod former;
pub mod host;
mod kept_files;
pub mod kind;
mod load;
mod lower;
pub mod plugin_trust;
mod raw;
pub mod schema;
mod shape;
mod similar;
pub mod table;
mod units;
pub mod url_template;
mod xml_path;

pub use alert::{Alert, AlertFormat, AlertTarget, AlertUrl, Events};
pub use broken_file::{BrokenFile, Intake};
pub use diagnostic::{Code, Diagnostic, Diagnostics, Severity, Style};
pub use dialect::{Dialect, Encoding};
pub use flow::{
    Auth, Dedupe, Flow, OnFailure, OnViolation, Ordering, PluginStep, Purpose, QueueBounds, RulesStep, SecretRef, Step,
    SuccessCriteria, Table, Target, ValueFrom, Verify, Work,
};
pub use host::{BrokenFlows, DEFAULT_HOST_FILE, HostConfig, SettingChange, SettingsInForce};
pub use kept_files::KeptFiles;
pub use kind::{Kinds, Label, SourceKind, SourceSettings, TargetKind, TargetSettings};
pub use load::{
    HOST_FILE, Survey, examine_flows, examine_flows_beside, is_flow_file, load_flows, load_kept, survey_flows,
};
pub use lower::{Lower, version_of};
pub use plugin_trust::{NamePattern, PluginTrust, TrustedKey};
pub use shape::nearest;
pub use units::{parse_duration, parse_size, show_duration, show_roughly, show_size};
pub use url_template::{UrlTemplate, UrlTemplateError};
pub use xml_path::XmlPath;
