//! Why a request failed, and the one place where that becomes an exit code.

use std::path::PathBuf;

use gantry_admin::Cause;
use gantry_api::v1::{Code, Problem};
use gantry_control::publish::CatalogueFolderError;
use gantry_runtime::StartError;

use crate::args::DataSource;
use crate::exit::{Exit, Failure};

/// A request failed or was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// The host, or the routes in this process, returned a problem.
    #[error("{}", problem.detail)]
    Problem {
        /// The problem.
        problem: Box<Problem>,
        /// The internal cause, if this process answered.
        #[source]
        cause: Option<InnerCause>,
    },
    /// No host runs.
    #[error("no host runs on the data directory {}", dir.display())]
    NoHost {
        /// The directory.
        dir: PathBuf,
        /// Why this one was asked.
        #[source]
        from: DataSource,
    },
    /// No host runs, and there is nothing that one left.
    #[error("no host runs on the data directory {}, and none ever did: it has no store", dir.display())]
    NoStore {
        /// The directory.
        dir: PathBuf,
        /// Why this one was asked.
        #[source]
        from: DataSource,
    },
    /// What this process writes there would belong to another user than the host's.
    #[error(
        "{} belongs to uid {owner}, and this process runs as uid {user}: what it leaves there could keep the host from \
         starting. Run the command as the owner: sudo -u '#{owner}' gantry …",
        dir.display()
    )]
    OtherOwner {
        /// The data directory or its store.
        dir: PathBuf,
        /// Its owner.
        owner: u32,
        /// The user of this process.
        user: u32,
    },
    /// The data directory can't be looked into.
    #[error("failed to look into the data directory {}", dir.display())]
    DataDir {
        /// The directory.
        dir: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A host runs, and gives no answer: it hangs, or is stopped.
    #[error("the host at {address} (pid {pid}) does not answer")]
    NoAnswer {
        /// Its admin address.
        address: String,
        /// Its process id.
        pid: u32,
    },
    /// Whoever listens there is not the host of this data directory.
    #[error(
        "{} belongs to uid {owner}, and the data directory to uid {expected}: the host did not make it, so that nothing is \
         sent to it. Remove it, and start the host again",
        socket.display()
    )]
    ForeignSocket {
        /// The socket.
        socket: PathBuf,
        /// Its owner.
        owner: u32,
        /// The owner of the data directory.
        expected: u32,
    },
    /// A host runs, and the command line has no way to it.
    #[error(
        "the host (pid {pid}) has no socket {}: its log says so if it could not make one; else the socket was removed, and a \
         restart makes it anew",
        socket.display()
    )]
    NoSocket {
        /// Where the socket should be.
        socket: PathBuf,
        /// The process id of the host.
        pid: u32,
    },
    /// The running host does not answer correctly.
    #[error("the request to the host at {address} failed: {problem}")]
    Unreachable {
        /// Its admin address.
        address: String,
        /// The error.
        problem: String,
    },
    /// The signatures can't be sent.
    #[error("the signatures can't be sent")]
    Signatures(#[from] gantry_security::SignatureFileError),
    /// The store can't be opened.
    #[error(transparent)]
    Open(#[from] StartError),
    /// The folder of the catalogue can't be created.
    #[error(transparent)]
    Catalogue(#[from] CatalogueFolderError),
    /// This program can't be started as a compiler.
    #[error(transparent)]
    Compiler(#[from] anyhow::Error),
    /// The request can't be written as JSON.
    #[error("the request can't be encoded")]
    Encode(#[from] serde_json::Error),
}

/// The internal cause, as text.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct InnerCause(String);

impl ClientError {
    pub(super) fn of(problem: Problem, cause: Option<&Cause>) -> Self {
        let cause = cause.map(|Cause(text)| InnerCause(text.clone()));
        Self::Problem { problem: Box::new(problem), cause }
    }

    const fn exit(&self) -> Exit {
        match self {
            Self::Problem { problem, .. } => of_code(problem.code),
            Self::Signatures(_) => Exit::Usage,
            Self::NoHost { .. }
            | Self::NoStore { .. }
            | Self::NoAnswer { .. }
            | Self::ForeignSocket { .. }
            | Self::NoSocket { .. }
            | Self::Unreachable { .. } => Exit::HostUnreachable,
            Self::Open(_) | Self::Catalogue(_) | Self::OtherOwner { .. } | Self::DataDir { .. } => {
                Exit::StoreUnavailable
            }
            Self::Compiler(_) | Self::Encode(_) => Exit::Internal,
        }
    }
}

/// The one place where a problem becomes an exit code.
const fn of_code(code: Code) -> Exit {
    match code {
        Code::NotFound => Exit::NotFound,
        Code::PluginRefused | Code::PluginUntrusted | Code::VersionTaken => Exit::PluginRefused,
        Code::StoreUnavailable => Exit::StoreUnavailable,
        Code::HostNotRunning | Code::Stopping | Code::TooManyConnections => Exit::HostUnreachable,
        Code::CatalogueFailed | Code::ReloadFailed => Exit::Internal,
        Code::Unauthorized
        | Code::Forbidden
        | Code::BadRequest
        | Code::InvalidId
        | Code::Conflict
        | Code::TooLarge
        | Code::MethodNotAllowed
        | Code::WrongHost
        | Code::ReloadRefused
        | Code::Unknown => Exit::Usage,
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::new(error.exit(), error)
    }
}
