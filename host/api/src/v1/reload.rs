//! Edited flow files taken in force: `/v1/reload`.

use gantry_core::{FlowName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Diagnostics, form};

/// One reload: when, why, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReloadReport {
    /// When it was decided.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// Who asked.
    pub trigger: ReloadTrigger,
    /// What came of it.
    pub result: ReloadResult,
    /// Which flows it concerned; empty when it was refused.
    pub changes: ReloadChanges,
    /// What is wrong, or worth a second look.
    pub diagnostics: Diagnostics,
}

coded_enum! {
    /// Who asked for a reload.
    #[derive(ToSchema)]
    pub enum ReloadTrigger {
        /// The admin API, for the command line and for scripts.
        Api => "api",
        /// SIGHUP.
        Signal => "signal",
        /// A file that was saved.
        Watch => "watch",
    }
}

coded_enum! {
    /// What came of a reload.
    #[derive(ToSchema)]
    pub enum ReloadResult {
        /// The files are in force.
        Applied => "applied",
        /// The files say what is in force already.
        Unchanged => "unchanged",
        /// Something is wrong with the files; what was in force still is.
        Refused => "refused",
    }
}

/// What a reload did to the flows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReloadChanges {
    /// They take messages in now.
    #[schema(value_type = Vec<form::FlowName>)]
    pub added: Vec<FlowName>,
    /// Their next batch runs under the new version.
    #[schema(value_type = Vec<form::FlowName>)]
    pub changed: Vec<FlowName>,
    /// They take nothing in any more.
    pub removed: Vec<RemovedFlow>,
    /// They were not touched.
    #[schema(value_type = Vec<form::FlowName>)]
    pub unchanged: Vec<FlowName>,
}

/// A flow that is gone, and what it left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemovedFlow {
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Messages in its queue: they stay there, on disk, until a flow of this name is back.
    pub waiting: usize,
}
