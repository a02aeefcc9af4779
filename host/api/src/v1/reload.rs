//! Reloads of the flow files: `/v1/reload`.

use gantry_core::{FlowName, Timestamp, coded_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Diagnostics, form};

/// One reload: when, why, and its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReloadReport {
    /// When it ended.
    #[schema(value_type = form::Timestamp)]
    pub at: Timestamp,
    /// What started it.
    pub trigger: ReloadTrigger,
    /// Its result.
    pub result: ReloadResult,
    /// The affected flows; empty if it was refused.
    pub changes: ReloadChanges,
    /// Errors and warnings in the files.
    pub diagnostics: Diagnostics,
    /// Settings that the host file states differently from what is in force, and that take a restart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restart: Vec<SettingChange>,
}

/// A setting of the host that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingChange {
    /// Its name, such as `admin.listen`.
    pub setting: String,
    /// What is or was in force, as a host file states it; none if nothing was stated.
    pub from: Option<String>,
    /// What the host file says; none if it says nothing.
    pub to: Option<String>,
}

coded_enum! {
    /// What started a reload.
    #[derive(ToSchema)]
    pub enum ReloadTrigger {
        /// A request to the admin API.
        Api => "api",
        /// The signal SIGHUP.
        Signal => "signal",
        /// A watched file was saved.
        Watch => "watch",
    }
}

coded_enum! {
    /// The result of a reload.
    #[derive(ToSchema)]
    pub enum ReloadResult {
        /// The flows now match the files.
        Applied => "applied",
        /// The flows already matched the files.
        Unchanged => "unchanged",
        /// The files have mistakes; nothing changed.
        Refused => "refused",
    }
}

/// The flows that a reload changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReloadChanges {
    /// Flows that were started.
    #[schema(value_type = Vec<form::FlowName>)]
    pub added: Vec<FlowName>,
    /// Flows that run their next batch with the new version.
    #[schema(value_type = Vec<form::FlowName>)]
    pub changed: Vec<FlowName>,
    /// Flows that were removed.
    pub removed: Vec<RemovedFlow>,
    /// Flows that did not change.
    #[schema(value_type = Vec<form::FlowName>)]
    pub unchanged: Vec<FlowName>,
    /// Flows that can't run, and could not before either. The diagnostics say why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<form::FlowName>)]
    pub broken: Vec<FlowName>,
    /// Settings of the host that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<SettingChange>,
}

/// A removed flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemovedFlow {
    /// The flow.
    #[schema(value_type = form::FlowName)]
    pub flow: FlowName,
    /// Messages in its queue: they stay on disk until a flow with this name returns.
    pub waiting: usize,
    /// The flow that takes them over, because this was its name before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<form::FlowName>)]
    pub taken_over_by: Option<FlowName>,
}
