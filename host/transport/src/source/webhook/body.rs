//! Reads a request's body within its bounds: no byte beyond the limit is kept, no wait goes beyond the deadline.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};

use super::refused::Refused;
use super::routes::Route;

/// Most bytes that are reserved because of a sender's `Content-Length`.
const TRUSTED_LENGTH: usize = 1 << 20;

/// Refuses a body whose `Content-Length` is too long before reading any of it.
pub(super) fn check_length(body: &Incoming, route: &Route) -> Result<(), Refused> {
    let announced = body.size_hint().lower();
    if announced > route.max_bytes as u64 { Err(Refused::TooLarge { limit: route.max_bytes }) } else { Ok(()) }
}

/// The whole body. It is copied, because a small message would otherwise keep the connection's buffer in memory.
pub(super) async fn read(body: Incoming, route: &Route) -> Result<Bytes, Refused> {
    match tokio::time::timeout(route.timeout, collect(body, route.max_bytes)).await {
        Ok(collected) => collected,
        Err(_) => Err(Refused::TooSlow { limit: route.timeout }),
    }
}

async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, Refused> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(announced.min(TRUSTED_LENGTH));
    while let Some(frame) = body.frame().await {
        // Trailers are ignored.
        let Ok(data) = frame.map_err(|_| Refused::Incomplete)?.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Refused::TooLarge { limit });
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}
