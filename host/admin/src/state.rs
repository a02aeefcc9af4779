//! What handlers are given: operations to change things, records to read, and the running host where there is one.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use gantry_operations::{Actor, Operation, OperationError, Operations, Records};
use gantry_runtime::HostHandle;

use crate::problem::ProblemResponse;

/// For requests that name nobody on whose behalf they come.
pub(crate) const NOBODY: &str = "";

/// What every handler is given; cheap to clone.
#[derive(Clone)]
pub(crate) struct Admin {
    operations: Operations,
    host: Option<HostHandle>,
    /// Whoever got past the door.
    actor: Actor,
}

impl Admin {
    /// Of a host at work: whoever has the token is its administrator.
    pub(crate) fn of_host(host: HostHandle) -> Self {
        Self { operations: host.operations().clone(), host: Some(host), actor: Actor::admin() }
    }

    /// With no host running.
    pub(crate) const fn at_rest(operations: Operations, actor: Actor) -> Self {
        Self { operations, host: None, actor }
    }

    /// Everything that can be read without a host at work.
    pub(crate) fn records(&self) -> Records {
        self.operations.records()
    }

    /// Does one thing, on behalf of whom the request names.
    pub(crate) async fn execute<O: Operation>(&self, by: &str, operation: O) -> Result<O::Output, ProblemResponse> {
        let actor = self.actor.clone().on_behalf_of(by);
        Ok(self.operations.execute(&actor, operation).await?)
    }
}

/// The host at work; a request that needs one is refused where there is none.
pub(crate) struct Running(pub(crate) HostHandle);

impl FromRequestParts<Admin> for Running {
    type Rejection = ProblemResponse;

    async fn from_request_parts(_: &mut Parts, admin: &Admin) -> Result<Self, ProblemResponse> {
        admin.host.clone().map(Self).ok_or_else(|| OperationError::NoHost.into())
    }
}
