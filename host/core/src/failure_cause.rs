//! What exactly made an attempt fail, and whether that speaks of the target or of the message.
//!
//! [`ErrorClass`] says whether and when to try again. The cause is finer: from it the host decides whether the target has
//! to be held back for all messages, or whether one message has to go. Targets state it with each failure.

use crate::delivery::ErrorClass;

/// What made an attempt fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureCause {
    /// The target's name has no address.
    NameUnresolved,
    /// Nothing listens at the target's port.
    ConnectionRefused,
    /// No connection, for any other reason.
    Unreachable,
    /// The target's certificate is not accepted.
    Certificate(CertificateFault),
    /// The two sides found no common TLS, or the other side doesn't speak it.
    Handshake,
    /// The connection broke before the answer was complete.
    ConnectionBroken,
    /// No answer in time.
    NoAnswer,
    /// Something came that is not an answer in HTTP.
    UnreadableAnswer,
    /// 3xx: the target says that it is somewhere else.
    Redirected,
    /// 401 or 403: it refuses the host's credentials, or something before it refuses this message.
    Refused,
    /// 404: nothing is there.
    NotFound,
    /// 405 or 501: it doesn't know the method.
    MethodNotAllowed,
    /// 410: it is gone for good.
    Gone,
    /// 429: it asks for less.
    Throttled,
    /// 408, 425 or 5xx: it can't do its work at present.
    Unavailable,
    /// Any other 4xx: it doesn't take this message.
    MessageRefused,
    /// The status says success, the answer's body doesn't.
    AnswerRefused,
    /// The request can't be made from this delivery, so nothing was sent.
    Unsendable,
    /// It has no space left.
    NoSpace,
    /// Anything else.
    Other,
}

/// Why a certificate is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateFault {
    /// Its time has passed.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It was issued for other names.
    WrongName,
    /// Its issuer is not trusted here.
    UnknownIssuer,
    /// It is the certificate of an authority, used as a server's own.
    AuthorityAsServer,
    /// It was revoked.
    Revoked,
    /// Anything else.
    Other,
}

/// What a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureConcern {
    /// The target: any message would have met it.
    Target,
    /// This message: others may well pass.
    Message,
    /// Either: it is the message's if others pass, and the target's if none does.
    Unclear,
}

impl FailureCause {
    /// The cause behind a status code outside 2xx.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            300..=399 => Self::Redirected,
            401 | 403 => Self::Refused,
            404 => Self::NotFound,
            405 | 501 => Self::MethodNotAllowed,
            410 => Self::Gone,
            429 => Self::Throttled,
            408 | 425 | 500..=599 => Self::Unavailable,
            400..=499 => Self::MessageRefused,
            _ => Self::Other,
        }
    }

    /// The cause of a failure of which only the class is known.
    #[must_use]
    pub const fn of_class(class: ErrorClass) -> Self {
        match class {
            ErrorClass::Network => Self::ConnectionBroken,
            ErrorClass::Timeout => Self::NoAnswer,
            ErrorClass::Throttled => Self::Throttled,
            ErrorClass::Unavailable => Self::Unavailable,
            ErrorClass::Unauthorized => Self::Refused,
            ErrorClass::NoSpace => Self::NoSpace,
            ErrorClass::Redirected => Self::Redirected,
            ErrorClass::Unsendable => Self::Unsendable,
            ErrorClass::PredecessorFailed | ErrorClass::Permanent => Self::Other,
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn concern(self) -> FailureConcern {
        match self {
            Self::NameUnresolved
            | Self::ConnectionRefused
            | Self::Unreachable
            | Self::Certificate(_)
            | Self::Handshake
            | Self::Throttled
            | Self::Unavailable
            | Self::NoSpace => FailureConcern::Target,
            Self::MessageRefused | Self::AnswerRefused | Self::Unsendable => FailureConcern::Message,
            Self::ConnectionBroken
            | Self::NoAnswer
            | Self::UnreadableAnswer
            | Self::Redirected
            | Self::Refused
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::Gone
            | Self::Other => FailureConcern::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_refuses_one_message_is_told_from_what_stops_all() {
        for status in [400, 409, 413, 415, 422] {
            assert_eq!(FailureCause::of_status(status).concern(), FailureConcern::Message, "{status}");
        }
        for status in [301, 302, 307, 308, 401, 403, 404, 405, 410] {
            assert_eq!(FailureCause::of_status(status).concern(), FailureConcern::Unclear, "{status}");
        }
        for status in [429, 500, 503] {
            assert_eq!(FailureCause::of_status(status).concern(), FailureConcern::Target, "{status}");
        }
        let expired = FailureCause::Certificate(CertificateFault::Expired);
        assert_eq!(expired.concern(), FailureConcern::Target);
    }
}
