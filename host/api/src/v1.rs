//! Version 1: everything under `/v1`, one module for each subject.
//!
//! Numbers, names and ids are those of `gantry_core`; [`form`] describes them in the API's description.

mod alert;
mod audit;
mod dead_letter;
mod dedupe;
mod deployment;
mod diagnostic;
mod dry_replay;
mod filter;
mod flow;
pub mod form;
mod group;
mod import;
mod job;
mod message;
mod object;
mod page;
mod plugin;
mod problem;
mod quality;
mod queue;
mod reload;
mod rework;
mod rollout;
mod status;
mod target;

pub use alert::{AlertKey, AlertKind, AlertReport, AlertSeverity, Firing, FiringReport, NotificationKind, TestAnswer};
pub use audit::{AuditEntry, AuditOutcome, AuditPage, AuditQuery};
pub use dead_letter::{
    DeadLetter, DeadLetterCounts, DeadLetterState, DeadLetterSummary, Reason, ReasonKind, Resolution, Stage, Successor,
    Transformed, Violation,
};
pub use dedupe::{DedupeQuery, DedupeValue, DedupeValueList, ReleaseRequest};
pub use deployment::{
    ApproveRequest, DeployRequest, Deployment, DeploymentEvent, DeploymentQuery, Difference, DifferenceKind,
    DryRunRequest, GoldenReport, Phase, ShadowReport,
};
pub use diagnostic::{Diagnostic, DiagnosticCode, DiagnosticSeverity, Diagnostics};
pub use dry_replay::{DryDelivery, DryOutcome, DryOutcomeKind, DryReplayReport, DryReplayRequest, DrySample};
pub use filter::DeadLetterFilter;
pub use flow::{
    CloseIntakeRequest, Criterion, FlowCounts, FlowQueue, FlowReport, FlowState, IntakeClosure, PluginInForce, Purpose,
    RulesInForce, SuccessCriteria,
};
pub use group::{
    DeadLetterGroup, GroupAction, GroupChange, GroupFilter, GroupList, GroupRequest, GroupState, NoteRequest,
};
pub use import::{BadLine, ImportQuery, Imported, dead_letter_of_line};
pub use job::{
    Inapplicable, Job, JobHold, JobKind, JobList, JobState, NewJob, PatchDocument, PatchEdit, PatchPreview,
    PatchPreviewRequest,
};
pub use message::{Attempt, ErrorClass, Event, Headers, History, LogLevel, Message, MessageState, TimelineEntry};
pub use object::Object;
pub use page::{DeadLetterPage, NDJSON, Order, Part, SummaryPage};
pub use plugin::{
    Catalogue, Manifest, PluginRef, PluginSignature, PublishQuery, Published, SIGNATURES_HEADER, TrustedBy, Wants,
    signatures_from_header, signatures_to_header,
};
pub use problem::{Code, Problem};
pub use quality::{QualityFilter, QualityInterval, QualityPoint, QualityReport, QualityRow, RuleSeverity};
pub use queue::{
    DeliveryState, QueueChange, QueueChangeRequest, QueueCount, QueueExport, QueueFilter, QueueList, QueueMoveRequest,
    QueueOrder, QueuePart, QueuedDelivery, QueuedMessage, StayReason, Stayed, Wait, WaitReason,
};
pub use reload::{ReloadChanges, ReloadReport, ReloadResult, ReloadTrigger, RemovedFlow, SettingChange};
pub use rework::{
    Acknowledgement, Change, CloseRequest, Diff, EditedPayload, ReplayOutcome, ReplayRequest, ReplayRun, Revision,
    RevisionDiff, Revisions,
};
pub use rollout::{Comparison, Judgement, Tally, Terms, TermsChange, Window};
pub use status::{Finding, FindingKind, LookedAt, StatusReport};
pub use target::{
    BreakerReport, BreakerState, EarlierStop, RefusalReport, StopKind, TargetCommand, TargetReport, TargetRequest,
    TargetState, TargetStop, ThrottleReport,
};
