//! Why there is no connection to a target, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use gantry_core::{CertificateFault, ErrorClass, FailureCause};
use rustls::{AlertDescription, CertificateError, OtherError};

use super::certificate;

/// There is no connection.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub(in crate::target::http) struct ConnectError {
    /// Host and port.
    pub(in crate::target::http) place: String,
    pub(in crate::target::http) problem: Problem,
}

/// What is in the way.
#[derive(Clone, Debug, thiserror::Error)]
pub(in crate::target::http) enum Problem {
    #[error("the name has no address ({0}): check the host in `url` and the DNS of this machine")]
    Name(Arc<io::Error>),
    #[error("the name can't be in a certificate: check the host in `url`")]
    InvalidName,
    #[error(
        "the connection is refused, so nothing listens there: check the port in `url`, and whether the service runs"
    )]
    Refused,
    #[error("no connection: {0}")]
    Tcp(String),
    #[error("no connection within {0:?}: check host and port in `url`, and firewalls on the way")]
    Timeout(Duration),
    #[error("{text}")]
    Certificate { fault: CertificateFault, text: String },
    #[error("no TLS: {0}")]
    Handshake(String),
}

/// A name has no address.
#[derive(Debug)]
pub(super) struct Unresolved(pub(super) Arc<io::Error>);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Unresolved {}

impl Problem {
    /// What a connector of TCP reports.
    pub(super) fn of_tcp(error: &(dyn Error + 'static), timeout: Duration) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(Unresolved(error)) = error.downcast_ref() {
                return Self::Name(Arc::clone(error));
            }
            if let Some(error) = error.downcast_ref::<io::Error>() {
                return match error.kind() {
                    io::ErrorKind::ConnectionRefused => Self::Refused,
                    io::ErrorKind::TimedOut => Self::Timeout(timeout),
                    _ => Self::Tcp(error.to_string()),
                };
            }
            cause = error.source();
        }
        Self::Tcp(error.to_string())
    }

    /// What a handshake reports.
    pub(super) fn of_handshake(error: &io::Error, host: &str) -> Self {
        let reported = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match reported {
            Some(rustls::Error::InvalidCertificate(error)) => {
                Self::Certificate { fault: fault(error), text: certificate::text(error, host) }
            }
            Some(rustls::Error::InvalidMessage(_)) => Self::Handshake(
                "the other side doesn't speak it; if it is a port for plain HTTP, write `http://` in `url`".to_owned(),
            ),
            Some(rustls::Error::PeerIncompatible(problem)) => {
                Self::Handshake(format!("nothing in common ({problem:?}); this host speaks TLS 1.2 and 1.3"))
            }
            Some(rustls::Error::AlertReceived(alert)) => Self::Handshake(refusal(*alert)),
            Some(other) => Self::Handshake(other.to_string()),
            None => Self::Handshake(error.to_string()),
        }
    }

    pub(in crate::target::http) const fn class(&self) -> ErrorClass {
        match self {
            Self::Timeout(_) => ErrorClass::Timeout,
            _ => ErrorClass::Network,
        }
    }

    pub(in crate::target::http) const fn cause(&self) -> FailureCause {
        match self {
            Self::Name(_) => FailureCause::NameUnresolved,
            Self::Refused => FailureCause::ConnectionRefused,
            Self::Tcp(_) | Self::Timeout(_) => FailureCause::Unreachable,
            Self::Certificate { fault, .. } => FailureCause::Certificate(*fault),
            Self::Handshake(_) | Self::InvalidName => FailureCause::Handshake,
        }
    }
}

fn refusal(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::ProtocolVersion => {
            "the other side refuses TLS 1.2 and 1.3, which this host speaks".to_owned()
        }
        AlertDescription::CertificateRequired => {
            "the other side asks for a client certificate, which this host doesn't have".to_owned()
        }
        AlertDescription::UnrecognisedName => "the other side doesn't know the name in `url`".to_owned(),
        other => format!("the other side refuses it ({other:?})"),
    }
}

fn fault(error: &CertificateError) -> CertificateFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateFault::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::WrongName
        }
        CertificateError::UnknownIssuer => CertificateFault::UnknownIssuer,
        CertificateError::Revoked => CertificateFault::Revoked,
        CertificateError::Other(OtherError(inner)) => match inner.downcast_ref::<webpki::Error>() {
            Some(webpki::Error::CaUsedAsEndEntity) => CertificateFault::AuthorityAsServer,
            _ => CertificateFault::Other,
        },
        _ => CertificateFault::Other,
    }
}
