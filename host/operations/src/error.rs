//! Why an operation was not done, typed up to whoever answers: the admin server makes a problem of its kind, the command
//! line an exit code.

use gantry_control::publish::PublishError;
use gantry_control::reload::ReloadError;
use gantry_control::rollout::DeployError;
use gantry_control::targets::TargetError;
use gantry_core::DeadLetterId;
use gantry_store::{AuditOutcome, CatalogueError, GroupError, JobError, ReplayError, StoreError};

use crate::permission::Permission;

/// An operation was not done.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// The actor's roles don't permit it.
    #[error("`{actor}` lacks the permission `{}`", permission.name())]
    Denied {
        /// What was asked for.
        permission: Permission,
        /// Who asked.
        actor: String,
    },
    /// It needs a host at work.
    #[error("this needs a running host")]
    NoHost,
    /// A discard without a word on why.
    #[error("a discard needs a `reason`")]
    NoReason,
    /// The dead letter was removed meanwhile.
    #[error("there is no dead letter {0}")]
    NoDeadLetter(DeadLetterId),
    /// A dead letter does not allow it.
    #[error(transparent)]
    DeadLetter(#[from] ReplayError),
    /// There is no such group.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// A job does not allow it.
    #[error(transparent)]
    Job(#[from] JobError),
    /// A target does not allow it.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A deployment does not allow it.
    #[error(transparent)]
    Deployment(#[from] DeployError),
    /// A plugin was not published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A reload came to no decision.
    #[error(transparent)]
    Reload(#[from] ReloadError),
    /// There is no such alert.
    #[error("there is no alert {0}")]
    Alert(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The host stopped, or failed, before it was done.
    #[error("the host stopped before this was done")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// What sort of refusal or failure it is: what an answer and an exit code are decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The actor may not.
    Denied,
    /// It needs a host at work.
    NoHost,
    /// What was asked can't be understood, or lacks something.
    Invalid,
    /// There is no such thing.
    NotFound,
    /// The state of the thing does not allow it.
    Conflict,
    /// The version was published with other bytes.
    VersionTaken,
    /// The publisher of the plugin is not trusted.
    PluginUntrusted,
    /// The plugin can't be run, or doesn't fit.
    PluginRefused,
    /// A file of the catalogue can't be read or written.
    CatalogueFailed,
    /// A reload failed for a fault of the host.
    ReloadFailed,
    /// The host is stopping.
    Stopping,
    /// The store failed.
    StoreUnavailable,
}

impl ErrorKind {
    /// Whether it is the host that failed, and not the request that was refused.
    const fn is_failure(self) -> bool {
        matches!(self, Self::CatalogueFailed | Self::ReloadFailed | Self::Stopping | Self::StoreUnavailable)
    }
}

impl OperationError {
    /// What sort it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Denied { .. } => ErrorKind::Denied,
            Self::NoHost => ErrorKind::NoHost,
            Self::NoReason => ErrorKind::Invalid,
            Self::NoDeadLetter(_) | Self::Alert(_) => ErrorKind::NotFound,
            Self::DeadLetter(error) => of_dead_letter(error),
            Self::Group(error) => of_group(error),
            Self::Job(error) => of_job(error),
            Self::Target(error) => of_target(error),
            Self::Deployment(error) => of_deployment(error),
            Self::Publish(error) => of_publication(error),
            Self::Reload(error) => of_reload(error),
            Self::Store(_) => ErrorKind::StoreUnavailable,
            Self::Interrupted(_) => ErrorKind::Stopping,
        }
    }

    /// What the audit says of it.
    pub(crate) fn outcome(&self) -> AuditOutcome {
        if self.kind().is_failure() { AuditOutcome::Failed } else { AuditOutcome::Refused }
    }
}

const fn of_dead_letter(error: &ReplayError) -> ErrorKind {
    match error {
        ReplayError::NotFound(_) => ErrorKind::NotFound,
        ReplayError::WrongState { .. } | ReplayError::MessageQueued(_) => ErrorKind::Conflict,
        ReplayError::Store(_) => ErrorKind::StoreUnavailable,
    }
}

const fn of_group(error: &GroupError) -> ErrorKind {
    match error {
        GroupError::NotFound(_) => ErrorKind::NotFound,
        GroupError::Store(_) => ErrorKind::StoreUnavailable,
    }
}

const fn of_job(error: &JobError) -> ErrorKind {
    match error {
        JobError::NotFound(_) => ErrorKind::NotFound,
        JobError::Ended(_) => ErrorKind::Conflict,
        JobError::WrongState(_) | JobError::NoReason | JobError::TooMany(_) => ErrorKind::Invalid,
        JobError::Store(_) => ErrorKind::StoreUnavailable,
    }
}

const fn of_target(error: &TargetError) -> ErrorKind {
    match error {
        TargetError::Unknown { .. } => ErrorKind::NotFound,
        TargetError::Disabled { .. } => ErrorKind::Conflict,
        TargetError::Store(_) => ErrorKind::StoreUnavailable,
    }
}

const fn of_deployment(error: &DeployError) -> ErrorKind {
    use DeployError as E;
    match error {
        E::NoFlow(_)
        | E::NoStep { .. }
        | E::NoPlugin(_)
        | E::NoDeployment(_)
        | E::NoDeadLetter(_)
        | E::NoFile { .. } => ErrorKind::NotFound,
        E::InForce { .. }
        | E::NotInForce { .. }
        | E::Busy { .. }
        | E::Over { .. }
        | E::TooEarly { .. }
        | E::Rules { .. }
        | E::StepBack { .. } => ErrorKind::Conflict,
        E::Name(_) | E::Share(_) => ErrorKind::Invalid,
        E::Untrusted(_) => ErrorKind::PluginUntrusted,
        E::Load(_) | E::Misfit(_) | E::Cases(_) => ErrorKind::PluginRefused,
        E::Catalogue(_) => ErrorKind::CatalogueFailed,
        E::Store(_) => ErrorKind::StoreUnavailable,
        E::Stopping => ErrorKind::Stopping,
    }
}

const fn of_publication(error: &PublishError) -> ErrorKind {
    match error {
        PublishError::Refused(_) | PublishError::Cases(_) => ErrorKind::PluginRefused,
        PublishError::Signatures(_) => ErrorKind::Invalid,
        PublishError::Untrusted(_) => ErrorKind::PluginUntrusted,
        PublishError::Catalogue(CatalogueError::Taken { .. }) => ErrorKind::VersionTaken,
        PublishError::Catalogue(CatalogueError::Store(_)) => ErrorKind::StoreUnavailable,
        PublishError::Catalogue(_) => ErrorKind::CatalogueFailed,
        PublishError::Stopped(_) => ErrorKind::Stopping,
    }
}

const fn of_reload(error: &ReloadError) -> ErrorKind {
    match error {
        ReloadError::NoFiles => ErrorKind::Conflict,
        ReloadError::Stopping => ErrorKind::Stopping,
        ReloadError::Failed(_) => ErrorKind::ReloadFailed,
    }
}
