//! Gantry's vocabulary and its pure policies: what a message, an outcome, a delivery and a dead letter are, and how
//! long a retry waits. Every other crate speaks in these types; this one names no other crate of the house, does no
//! I/O and holds no state, so each rule here can be read and tested on its own.

pub mod alert;
pub mod allowance;
pub mod breaker;
pub mod budget;
pub mod byte_order_mark;
pub mod clock;
mod coded_enum;
mod counted;
pub mod dead_letter;
pub mod delivery;
pub mod escape;
pub mod failure_cause;
pub mod file_name;
pub mod headers;
pub mod host_event;
pub mod id;
pub mod json_diff;
pub mod log_limit;
pub mod manifest;
pub mod message;
pub mod outcome;
pub mod payload;
pub mod place;
pub mod quality;
pub mod refusals;
pub mod retry;
pub mod retry_decision;
pub mod rollout;
pub mod secret;
pub mod signature;
pub mod skew_corrected_clock;
pub mod target_health;
pub mod target_stop;
pub mod throttle;
pub mod timeline;

pub use allowance::{FolderGrant, Grants, Limits, Reuse};
pub use breaker::{BreakerChange, BreakerOpening, BreakerPolicy, BreakerState};
pub use budget::BudgetPolicy;
pub use byte_order_mark::{ByteOrderMark, text_without_mark, without_mark};
pub use clock::{Clock, SystemClock, Timestamp};
pub use counted::counted;
pub use dead_letter::{
    Acknowledgement, DeadLetter, DeadLetterState, Reason, ReplayOutcome, ReplayRun, Resolution, Revision, Stage,
};
pub use delivery::{Attempt, Delivery, DeliveryState, ErrorClass};
pub use escape::{escape, escape_lines};
pub use failure_cause::{CertificateFault, FailureCause, FailureConcern};
pub use headers::Headers;
pub use host_event::{HostEvent, HostEventKind};
pub use id::{DeadLetterId, Digest, EventId, FlowName, JobId, KeyName, MessageId, TargetName};
pub use log_limit::LogLimit;
pub use manifest::{Manifest, PluginRef, PluginVersion};
pub use message::{Envelope, Message, Replay};
pub use outcome::{Fault, Outcome, Output, Violation};
pub use place::Place;
pub use quality::{Breach, Severity};
pub use retry::{RetryPolicies, RetryPolicy};
pub use retry_decision::{AttemptResult, RetryDecision};
pub use secret::Secret;
pub use signature::{KeyId, PluginSignature, SignatureBytes, TrustedBy};
pub use skew_corrected_clock::SkewCorrectedClock;
pub use target_health::{HoldCause, TargetHealth, TargetHealthPolicy};
pub use target_stop::{EarlierStop, StopKind, TargetStop};
pub use timeline::{Event, History, LogLevel, MessageState, TimelineEntry};
