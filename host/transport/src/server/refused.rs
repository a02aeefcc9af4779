//! What is wrong with a connection or a request before anybody looks at what the request is for. A server that reads such
//! requests otherwise than a proxy before it can be made to take one request for two.

use std::time::Duration;

use http::header::{EXPECT, HOST, HeaderMap, TRANSFER_ENCODING};
use http::request::Parts;
use http::{StatusCode, Version};

/// Why a request goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// HTTP/1.1 asks for one, and two name two hosts.
    #[error("a request has one `Host` header; this one has {0}")]
    Host(usize),
    /// The body could be read in two ways.
    #[error("`Transfer-Encoding` says `chunked` once, and nothing else; this request says it {0} times")]
    ChunkedTwice(usize),
    /// Nobody here can do what the client expects.
    #[error("the only expectation that is met is `Expect: 100-continue`")]
    Expectation,
    /// The headers took too long.
    #[error("the headers of the request did not arrive within {0:?}")]
    LateHeaders(Duration),
    /// One address has as many connections as it may have.
    #[error("there are too many connections from this address")]
    TooManyConnections,
    /// The host stops, and the rest of the request has not come.
    #[error("the host is stopping; send the request again later")]
    Stopping,
}

impl Refused {
    /// What is wrong with how this request is sent, if anything is.
    pub(super) fn of(head: &Parts) -> Option<Self> {
        let hosts = head.headers.get_all(HOST).iter().count();
        let is_1_0 = head.version == Version::HTTP_10;
        if hosts > 1 || hosts == 0 && !is_1_0 {
            return Some(Self::Host(hosts));
        }
        let chunked = codings(&head.headers).filter(|coding| coding.eq_ignore_ascii_case("chunked")).count();
        if chunked > 1 {
            return Some(Self::ChunkedTwice(chunked));
        }
        let mut expected = head.headers.get_all(EXPECT).iter();
        let is_known = expected.all(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        (!is_known).then_some(Self::Expectation)
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Host(_) | Self::ChunkedTwice(_) => StatusCode::BAD_REQUEST,
            Self::Expectation => StatusCode::EXPECTATION_FAILED,
            Self::LateHeaders(_) => StatusCode::REQUEST_TIMEOUT,
            Self::TooManyConnections | Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The reason as metrics spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host(_) => "invalid_host",
            Self::ChunkedTwice(_) => "invalid_framing",
            Self::Expectation => "unknown_expectation",
            Self::LateHeaders(_) => "too_slow",
            Self::TooManyConnections => "too_many_connections",
            Self::Stopping => "stopping",
        }
    }
}

fn codings(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(TRANSFER_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',').map(str::trim))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(version: Version, headers: &[(&str, &str)]) -> Option<Refused> {
        let mut request = http::Request::builder().version(version);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Refused::of(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_request_that_could_be_read_in_two_ways_is_refused() {
        let host = ("host", "a");
        for (headers, expected) in [
            (&[][..], Some(Refused::Host(0))),
            (&[host, ("host", "a")], Some(Refused::Host(2))),
            (&[host, ("transfer-encoding", "chunked, Chunked")], Some(Refused::ChunkedTwice(2))),
            (
                &[host, ("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
                Some(Refused::ChunkedTwice(2)),
            ),
            (&[host, ("expect", "200-maybe")], Some(Refused::Expectation)),
            (&[host, ("expect", "100-Continue"), ("transfer-encoding", "chunked")], None),
        ] {
            assert_eq!(refused(Version::HTTP_11, headers), expected, "{headers:?}");
        }
        assert_eq!(refused(Version::HTTP_10, &[]), None, "HTTP/1.0 knows no `Host`");
        assert_eq!(refused(Version::HTTP_10, &[host, host]), Some(Refused::Host(2)));
    }
}
