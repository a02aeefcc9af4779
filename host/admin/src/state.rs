//! The state of all handlers: operations for changes, records for reading, and the running host if there is one.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use gantry_observe::status::StatusReport;
use gantry_operations::{Actor, Operation, OperationError, Operations, Records};
use gantry_runtime::HostHandle;

use crate::problem::ProblemResponse;

/// The state of all handlers; cheap to clone.
#[derive(Clone)]
pub(crate) struct Admin {
    operations: Operations,
    host: Option<HostHandle>,
    /// The authenticated actor.
    actor: Actor,
}

impl Admin {
    /// For a running host: the holder of the token is its administrator.
    pub(crate) fn of_host(host: HostHandle) -> Self {
        Self { operations: host.operations().clone(), host: Some(host), actor: Actor::admin() }
    }

    /// For a stopped host.
    pub(crate) const fn at_rest(operations: Operations, actor: Actor) -> Self {
        Self { operations, host: None, actor }
    }

    /// Everything that can be read without a running host.
    pub(crate) fn records(&self) -> Records {
        self.operations.records()
    }

    /// The name of the actor.
    pub(crate) fn name(&self) -> String {
        self.actor.by().to_owned()
    }

    /// What needs somebody; without a running host, what its store holds.
    pub(crate) async fn status(&self) -> Result<StatusReport, ProblemResponse> {
        match &self.host {
            Some(host) => Ok(host.status().await),
            None => Ok(self.records().status().await?),
        }
    }

    /// Executes an operation on behalf of the person that the request names.
    pub(crate) async fn execute<O: Operation>(&self, by: &str, operation: O) -> Result<O::Output, ProblemResponse> {
        let actor = self.actor.clone().on_behalf_of(by);
        Ok(self.operations.execute(&actor, operation).await?)
    }
}

/// The running host; without one, the request is refused.
pub(crate) struct Running(pub(crate) HostHandle);

impl FromRequestParts<Admin> for Running {
    type Rejection = ProblemResponse;

    async fn from_request_parts(_: &mut Parts, admin: &Admin) -> Result<Self, ProblemResponse> {
        admin.host.clone().map(Self).ok_or_else(|| OperationError::NoHost.into())
    }
}
